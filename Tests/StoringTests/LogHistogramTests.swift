import TestSupport
import Testing

@testable import Storing

@Suite struct LogHistogramTests {
    @Test(
        arguments: [
            (0, 0), (63, 63), (64, 64), (127, 127), (128, 128), (129, 128), (130, 129),
            (255, 191), (256, 192), (.max, 64 * 58 - 1), (-1, -1), (-64, -64), (-129, -129),
            (-130, -129), (.min, -64 * 58),
        ] as [(Int64, Int32)])
    func bucketOfAValue(value: Int64, bucket: Int32) {
        #expect(LogHistogram.bucket(of: value) == bucket)
        #expect(LogHistogram.range(of: bucket).contains(value))
    }

    @Test func bucketsFollowEachOtherWithoutGapOrOverlap() {
        var next = Int64.min
        for bucket in -LogHistogram.bucketEnd..<LogHistogram.bucketEnd {
            let range = LogHistogram.range(of: bucket)
            #expect(range.lowerBound == next)
            #expect(LogHistogram.bucket(of: range.lowerBound) == bucket)
            #expect(LogHistogram.bucket(of: range.upperBound) == bucket)
            next = range.upperBound &+ 1
        }
        #expect(next == .min)
    }

    @Test(arguments: [UInt64](1...8))
    func everyQuantileIsWithinOnePercent(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let values = (0..<Int.random(in: 1...500, using: &random)).map { _ in
            Int64.random(in: 0...(1 << Int64.random(in: 1...50, using: &random)), using: &random)
        }.sorted()
        var builder = HistogramBuilder()
        for value in values { builder.add(value) }
        let histogram = builder.finish()
        #expect(histogram.weight == Int64(values.count))
        for share in stride(from: 0.0, through: 1, by: 0.01) {
            let rank = max(1, Int((share * Double(values.count)).rounded(.up)))
            let exact = Double(values[rank - 1])
            let found = try #require(histogram.quantile(share))
            #expect((found - exact).magnitude <= exact / 128, "seed \(seed), share \(share)")
        }
        #expect(builder.finish() == LogHistogram())
    }

    @Test(arguments: [UInt64](1...8))
    func mergingIsTheSameAsAddingEverythingToOne(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (whole, part) = (HistogramBuilder(), HistogramBuilder())
        var merged = LogHistogram()
        for _ in 0..<5 {
            for _ in 0..<40 {
                let value = Int64.random(in: -5000...5000, using: &random)
                whole.add(value, weight: 3)
                part.add(value, weight: 3)
            }
            merged.merge(part.finish())
        }
        #expect(merged == whole.finish())
    }

    @Test func nothingHasNoQuantile() {
        #expect(LogHistogram().quantile(0.5) == nil)
    }

    @Test(
        arguments: [
            ([1, 1], [1, 1]), ([2, 1], [1, 1]), ([1], [0]), ([1], [-1]), ([1, 2], [1]),
            ([3712], [1]), ([-3713], [1]), ([1, 2], [.max, 1]),
        ] as [([Int32], [Int64])])
    func whatIsNoHistogramIsRefused(buckets: [Int32], weights: [Int64]) {
        #expect(LogHistogram(buckets: buckets, weights: weights) == nil)
    }
}
