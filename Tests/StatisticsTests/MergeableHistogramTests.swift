import Testing

@testable import Statistics

@Suite struct MergeableHistogramTests {
    private static let probabilities = [0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1]

    @Test("Within 1/128 of the nearest rank", arguments: Series.names)
    func relativeError(name: String) throws {
        for count in [1, 2, 100, 5000] {
            let values = Series.make(name, seed: 21, count: count)
            let histogram = try MergeableHistogram(of: values)
            let exact = try WeightedQuantiles(Self.probabilities)
                .of(values, weights: values.map { _ in 1 })
            for (probability, wanted) in zip(Self.probabilities, exact) {
                let found = try #require(histogram.quantile(probability))
                #expect(abs(found - wanted) <= wanted.magnitude / 128, "\(name) \(probability)")
            }
            #expect(histogram.weight == Int64(count))
            #expect(histogram.minimum == values.min() && histogram.maximum == values.max())
        }
    }

    @Test("Every magnitude is within 1/128, by itself among others")
    func everyMagnitude() throws {
        var random = SplitMix64(17)
        var sign = 1.0
        for exponent in stride(from: -1021, through: 1023, by: 28) {
            sign = -sign
            let value =
                sign * Double(sign: .plus, exponent: exponent, significand: 1 + random.uniform())
            var histogram = MergeableHistogram()
            histogram.add(value)
            histogram.add(sign * .greatestFiniteMagnitude)
            histogram.add(sign * .leastNormalMagnitude)
            let found = try #require(histogram.quantile(0.5))
            #expect(abs(found - value) <= value.magnitude / 128, "\(value)")
        }
    }

    @Test("Merged in any way, it is the histogram of everything", arguments: Series.names)
    func merging(name: String) throws {
        let values = Series.make(name, seed: 2, count: 900)
        let whole = try MergeableHistogram(of: values)
        let parts = try stride(from: 0, to: 900, by: 300).map {
            try MergeableHistogram(of: Array(values[$0..<($0 + 300)]))
        }
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            var merged = MergeableHistogram()
            for part in order { merged.merge(parts[part]) }
            #expect(merged.buckets == whole.buckets && merged.weight == 900)
            #expect(merged.minimum == whole.minimum && merged.maximum == whole.maximum)
        }
    }

    @Test func bucketsAscendAndHoldTheirValues() throws {
        let values: [Double] = [
            -.infinity, -200, -1, -0.0, 0, .leastNonzeroMagnitude, 1, 1.01, 64, .infinity,
        ]
        let histogram = try MergeableHistogram(of: values)
        let buckets = histogram.buckets
        #expect(buckets.map(\.weight).reduce(0, +) == 10)
        for (bucket, next) in zip(buckets, buckets.dropFirst()) { #expect(bucket.high <= next.low) }
        for value in values {
            #expect(buckets.contains { $0.low <= value && value <= $0.high }, "\(value)")
        }
        #expect(histogram.quantile(0) == -.infinity && histogram.quantile(1) == .infinity)
        #expect(histogram.quantile(0.5) == 0)
        #expect(histogram.buckets.contains(.init(low: 1, high: 1.015625, weight: 2)))
    }

    @Test func weightsCountAsOften() throws {
        var weighted = MergeableHistogram()
        weighted.add(3, weight: 70)
        weighted.add(9, weight: 30)
        weighted.add(1, weight: 0)
        #expect(weighted.quantile(0.7) == 3.015625)
        #expect(weighted.quantile(0.71).map { abs($0 - 9) <= 9.0 / 128 } == true)
        #expect(weighted.minimum == 3 && weighted.weight == 100)
        #expect(MergeableHistogram().quantile(0.5) == nil)
        #expect(throws: StatisticsError.notANumber(index: 1)) {
            try MergeableHistogram(of: [1, .nan])
        }
    }
}
