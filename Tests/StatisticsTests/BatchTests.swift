import Statistics
import Testing

@Suite struct BatchTests {
    private static let probabilities = [0.5, 0.9, 0.95, 0.99]

    /// Series of every length that takes a way of its own through the kernels, and of every kind.
    private static let series: [[Double]] = (0..<400).map { number in
        let counts = [1, 2, 17, 128, 129, 700, 2880, 5000]
        return Series.make(
            Series.names[number % Series.names.count], seed: UInt64(number),
            count: counts[number % counts.count])
    }

    @Test("As one by one, on any number of threads", arguments: supportedKernels, [1, 2, 7])
    func asOneByOne(kernels: Kernels, threadCount: Int) throws {
        let quantiles = try Quantiles(Self.probabilities, kernels: kernels)
        let found = try Batch(quantiles, threadCount: threadCount)
            .summaries(of: Self.series, threshold: 1)
        let expected = try Self.series.map { try quantiles.summary(of: $0, threshold: 1) }
        #expect(Array(found) == expected)
    }

    @Test func seriesBehindOneAnother() throws {
        let quantiles = try Quantiles(Self.probabilities)
        var ends: [Int] = []
        for series in Self.series { ends.append((ends.last ?? 0) + series.count) }
        let values = Self.series.flatMap { $0 }
        let found = try values.withUnsafeBufferPointer {
            try Batch(quantiles).summaries(of: $0, ends: ends)
        }
        let expected = try Self.series.map { try quantiles.summary(of: $0) }
        #expect(Array(found) == expected)
    }

    @Test func nothingAndEmptySeries() throws {
        let batch = Batch(try Quantiles([0.5]))
        #expect(try batch.summaries(of: []).isEmpty)
        #expect(throws: StatisticsError.emptyInput) { try batch.summaries(of: [[1], []]) }
        #expect(throws: StatisticsError.emptyInput) {
            try [1.0].withUnsafeBufferPointer { try batch.summaries(of: $0, ends: [1, 1]) }
        }
        let withoutQuantiles = try Batch(Quantiles([])).summaries(of: [[1, 3], [5]])
        #expect(withoutQuantiles.map(\.mean) == [2, 5])
    }
}
