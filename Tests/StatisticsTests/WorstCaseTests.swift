import SelectionKernels
import Statistics
import Testing

/// Series made against the places where the kernels look first.
@Suite struct WorstCaseTests {
    @Test("A sample that tells nothing", arguments: supportedKernels)
    func misleadingSample(kernels: Kernels) throws {
        let probabilities = [0.1, 0.5, 0.9, 0.99]
        let quantiles = try Quantiles(probabilities, kernels: kernels)
        for count in [12_289, 60_000, 300_000] {
            // The sampled values are the greatest of all; the others are spread below.
            var values = Series.make("uniform", seed: 77, count: count)
            for number in 0..<summarySampleSize(count: count) {
                values[samplePosition(number, count: count)] = 1000 + Double(number)
            }
            let found = try quantiles.summary(of: values)
            #expect(found.quantiles == Reference.quantiles(probabilities, of: values))
            #expect(found.effort.fellBack)
            #expect(found.effort.furtherReads <= 2)
        }
    }

    @Test("Windows that hold far more than the sample says", arguments: supportedKernels)
    func overflowingWindow(kernels: Kernels) throws {
        let quantiles = try Quantiles([0.5, 0.95], kernels: kernels)
        let count = 400_000
        // The sample is spread evenly, all others lie close together in the window of the median.
        var values = Series.make("uniform", seed: 3, count: count).map { 0.5 + $0 * 1e-9 }
        for number in 0..<summarySampleSize(count: count) {
            values[samplePosition(number, count: count)] =
                Double(number) / Double(summarySampleSize(count: count))
        }
        let found = try quantiles.summary(of: values)
        #expect(found.quantiles == Reference.quantiles([0.5, 0.95], of: values))
        #expect(found.effort.fellBack)
        #expect(found.effort.furtherReads <= 2)
    }

    @Test("Values that differ only in their last bits", arguments: supportedKernels)
    func valuesThatShareTheirTopBits(kernels: Kernels) throws {
        let count = 50_000
        var random = SplitMix64(11)
        var values = (0..<count).map { _ in
            Double(bitPattern: (1.0).bitPattern + random.next() % 6000)
        }
        for number in 0..<summarySampleSize(count: count) {
            values[samplePosition(number, count: count)] = -1e300
        }
        let found = try Quantiles([0.3, 0.5, 0.8], kernels: kernels).summary(of: values)
        #expect(found.quantiles == Reference.quantiles([0.3, 0.5, 0.8], of: values))
        #expect(found.effort.fellBack)
    }

    @Test("Many equal values need no fallback", arguments: supportedKernels)
    func duplicates(kernels: Kernels) throws {
        let quantiles = try Quantiles([0.5, 0.9, 0.95, 0.99], kernels: kernels)
        for name in ["constant", "fewDistinct", "burstyZeros", "sawtooth"] {
            let values = Series.make(name, seed: 6, count: 200_000)
            let found = try quantiles.summary(of: values)
            #expect(found.quantiles == Reference.quantiles(quantiles.probabilities, of: values))
            #expect(!found.effort.fellBack, "\(name)")
            #expect(found.effort.furtherReads <= 1)
        }
    }

    @Test("A value whose run ends close to a wanted rank", arguments: supportedKernels)
    func runEndingNearARank(kernels: Kernels) throws {
        // About nine tenths are zeros: the windows of the lower ranks hold nothing but their ends,
        // and the 90th percentile is now a zero, now not. With the first seeds, a rank falls short of
        // its window and has to be looked for beside a window without inside.
        let quantiles = try Quantiles([0.5, 0.9, 0.95], kernels: kernels)
        for seed in [249, 325, 489, 540, 751] + Array(1...60) as [UInt64] {
            // The longer ones are sampled, the shorter ones put into buckets.
            let count = seed % 2 == 0 ? 14_400 : 1440
            let values = Series.make("burstyZeros", seed: seed, count: count)
            let found = try quantiles.of(values)
            #expect(
                found == Reference.quantiles(quantiles.probabilities, of: values), "seed \(seed)")
        }
    }

    /// Series of moderate length are put into buckets from the least value to the greatest: one value far away
    /// crowds all others into one.
    @Test("Crowded buckets", arguments: supportedKernels, Series.names)
    func crowdedBuckets(kernels: Kernels, name: String) throws {
        let probabilities = [0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.99]
        let quantiles = try Quantiles(probabilities, kernels: kernels)
        for count in [129, 700, 2880, 12_288] {
            for outlier in [1e9, -1e300, .greatestFiniteMagnitude, .infinity] {
                var values = Series.make(name, seed: 1, count: count)
                values[count / 3] = outlier
                let found = try quantiles.summary(of: values)
                #expect(
                    same(found.quantiles, Reference.quantiles(probabilities, of: values)),
                    "\(name), \(count) values, \(outlier)")
                #expect(found.effort.furtherReads <= 3)
            }
        }
    }

    @Test("Several crowded buckets, of few values and of many", arguments: supportedKernels)
    func severalCrowdedBuckets(kernels: Kernels) throws {
        let probabilities = (0..<8).map { Double($0) / 7 }
        let quantiles = try Quantiles(probabilities, kernels: kernels)
        var random = SplitMix64(8)
        for distinct in 1...9 {
            for spread in [0, 1e-9, 1e-3] {
                let values = (0..<3000).map { _ in
                    (random.uniform() * Double(distinct)).rounded(.down)
                        + (random.next() % 2 == 0 ? spread * random.uniform() : 0)
                }
                let found = try quantiles.summary(of: values)
                #expect(found.quantiles == Reference.quantiles(probabilities, of: values))
                #expect(found.effort.furtherReads <= 3)
            }
        }
    }
}
