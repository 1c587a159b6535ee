import SelectionKernels
import Statistics
import Testing

/// Series made against the places where the kernels look first.
@Suite struct WorstCaseTests {
    @Test("A sample that tells nothing", arguments: supportedKernels)
    func misleadingSample(kernels: Kernels) throws {
        let probabilities = [0.1, 0.5, 0.9, 0.99]
        let quantiles = try Quantiles(probabilities, kernels: kernels)
        for count in [1000, 5000, 60_000, 300_000] {
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
            let values = Series.make("burstyZeros", seed: seed, count: 1440)
            let found = try quantiles.of(values)
            #expect(
                found == Reference.quantiles(quantiles.probabilities, of: values), "seed \(seed)")
        }
    }
}
