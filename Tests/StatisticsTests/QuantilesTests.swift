import Statistics
import Testing

@Suite struct QuantilesTests {
    @Test("Every short series over a small alphabet, every rank", arguments: supportedKernels)
    func everyShortSeries(kernels: Kernels) throws {
        let alphabets: [(lengths: ClosedRange<Int>, values: [Double])] = [
            (1...5, [-.infinity, -2.5, -0.0, 0.0, 1, .infinity, .nan]),
            (6...6, [-.infinity, -0.0, 0.0, 1, .nan]),
            (7...7, [-1, 0.0, 2, .infinity]),
        ]
        var workspace = Workspace()
        for alphabet in alphabets {
            for length in alphabet.lengths {
                let quantiles = try Quantiles(allRanks(of: length), kernels: kernels)
                try forEachSeries(of: alphabet.values, length: length) { values in
                    let expected = Reference.quantiles(quantiles.probabilities, of: values)
                    let found = try values.withUnsafeBufferPointer {
                        try quantiles.summary(of: $0, workspace: &workspace)
                    }
                    guard !same(found.quantiles, expected) else { return }
                    Issue.record("\(values): \(found.quantiles), not \(expected)")
                }
            }
        }
    }

    @Test("Random series against a sort", arguments: supportedKernels, Series.names)
    func randomSeries(kernels: Kernels, name: String) throws {
        let probabilities = [0.5, 0.9, 0.95, 0.99, 0, 1, 0.001, 0.5]
        let quantiles = try Quantiles(probabilities, kernels: kernels)
        var random = SplitMix64(20_240_607)
        // Times 14 kinds and 3 kernels: some 15,000 cases.
        for round in 0..<360 {
            let count = 1 + Int(random.next() % (round < 340 ? 700 : 30_000))
            let seed = random.next()
            let values = Series.make(name, seed: seed, count: count)
            let found = try quantiles.of(values)
            #expect(
                found == Reference.quantiles(probabilities, of: values),
                "\(name), \(count) values, seed \(seed)")
        }
    }

    @Test("All percentiles at once take several reads", arguments: supportedKernels)
    func allPercentiles(kernels: Kernels) throws {
        let probabilities = (0...100).map { Double($0) / 100 }
        let quantiles = try Quantiles(probabilities, kernels: kernels)
        for count in [129, 2880, 50_000] {
            let values = Series.make("pareto", seed: 5, count: count)
            let found = try quantiles.summary(of: values)
            #expect(found.quantiles == Reference.quantiles(probabilities, of: values))
        }
    }

    @Test("NaN and infinities in long series", arguments: supportedKernels)
    func specialValuesInLongSeries(kernels: Kernels) throws {
        let quantiles = try Quantiles([0, 0.2, 0.5, 0.9, 1], kernels: kernels)
        for count in [129, 1000, 20_001] {
            var values = Series.make("centred", seed: 9, count: count)
            for index in stride(from: 0, to: count, by: 3) { values[index] = .infinity }
            for index in stride(from: 1, to: count, by: 3) { values[index] = -.infinity }
            let mixed = try quantiles.summary(of: values)
            #expect(same(mixed.quantiles, Reference.quantiles(quantiles.probabilities, of: values)))
            #expect(mixed.minimum == -.infinity && mixed.maximum == .infinity && mixed.mean.isNaN)

            // Wherever the NaN is, sampled or not, in the tail of a vector or not.
            for place in [0, 1, count / 2, count - 1] {
                var withNaN = Series.make("centred", seed: 9, count: count)
                withNaN[place] = .nan
                let found = try quantiles.summary(of: withNaN, threshold: 0)
                #expect(found.quantiles.filter(\.isNaN).count == 5)
                #expect(found.minimum.isNaN && found.mean.isNaN && found.variance.isNaN)
                #expect(found.countAboveThreshold == withNaN.count { $0 > 0 })
            }
        }
    }

    @Test func emptyInputAndBadProbabilitiesAreErrors() throws {
        let median = try Quantiles([0.5])
        #expect(throws: StatisticsError.emptyInput) { try median.of([]) }
        #expect(throws: StatisticsError.invalidProbability(1.5)) { try Quantiles([0.5, 1.5]) }
        #expect(throws: StatisticsError.invalidProbability(-0.1)) { try Quantiles([-0.1]) }
        #expect(throws: StatisticsError.self) { try Quantiles([.nan]) }
        #expect("\(StatisticsError.emptyInput)" == "cannot compute a statistic of 0 values")
    }

    @Test func noProbabilitiesGiveASummaryAlone() throws {
        for count in [3, 1000] {
            let values = Series.make("sorted", seed: 1, count: count)
            let summary = try Quantiles([]).summary(of: values)
            #expect(summary.quantiles.isEmpty && summary.maximum == Double(count - 1) * 0.5)
        }
    }

    /// Probabilities of every rank of `count` values and of the places halfway between them.
    private func allRanks(of count: Int) -> [Double] {
        (0...4 * count).map { Double($0) / Double(4 * count) }
    }

    private func forEachSeries(
        of alphabet: [Double], length: Int, _ body: ([Double]) throws -> Void
    ) rethrows {
        var digits = [Int](repeating: 0, count: length)
        while true {
            try body(digits.map { alphabet[$0] })
            var place = 0
            while place < length, digits[place] == alphabet.count - 1 {
                digits[place] = 0
                place += 1
            }
            if place == length { return }
            digits[place] += 1
        }
    }
}
