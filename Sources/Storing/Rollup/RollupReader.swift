import Columns
import Measures

/// Reads the columns of a `RollupPart`.
struct RollupReader {
    var bytes: ByteReader
    private let scratch = ScratchBox()

    /// Of values in one rollup: more than a microsecond apart for a year. So that sums cannot overflow.
    static let countMax: Int64 = 1 << 45
    /// A thousand years.
    static let millisecondsMax: Int64 = 1 << 45

    init(_ bytes: ByteReader) { self.bytes = bytes }

    /// A `ColumnScratch` cannot be in a structure that is copied.
    private final class ScratchBox {
        let scratch = ColumnScratch()
    }

    mutating func column(_ count: Int) throws(DecodingFailure) -> [Int64] {
        var values = [Int64](repeating: 0, count: count)
        let rest = UnsafeRawBufferPointer(rebasing: bytes.bytes[bytes.position...])
        var length = 0
        do throws(ColumnDamage) {
            length = try values.withUnsafeMutableBufferPointer {
                (buffer) throws(ColumnDamage) in
                try IntegerColumn.decode(
                    rest, predictedFrom: nil, into: buffer, using: scratch.scratch)
            }
        } catch {
            throw DecodingFailure("a column of rollups: \(error)")
        }
        _ = try bytes.take(length)
        return values
    }

    /// Entries without quantities, and which they will have.
    mutating func entries(
        _ count: Int
    ) throws(DecodingFailure) -> [(entry: RollupPart.Entry, id: Int64, presence: UInt64)] {
        var columns: [[Int64]] = []
        for _ in 0..<10 { columns.append(try column(count)) }
        var entries: [(entry: RollupPart.Entry, id: Int64, presence: UInt64)] = []
        for index in 0..<count {
            let fact = columns.map { $0[index] }
            guard 1...Self.countMax ~= fact[1], 0...Self.millisecondsMax ~= fact[2] else {
                throw DecodingFailure("\(fact[1]) ticks over \(fact[2]) ms")
            }
            let day = IncarnationDay(
                ticks: fact[1], coveredMilliseconds: fact[2],
                firstTime: Timestamp(milliseconds: fact[3]),
                lastTime: Timestamp(milliseconds: fact[3] &+ fact[4]),
                firstAt: RollupMoment(boot: fact[5], uptimeMilliseconds: fact[7]),
                lastAt: RollupMoment(
                    boot: fact[5] &+ fact[6], uptimeMilliseconds: fact[7] &+ fact[8]))
            entries.append(
                (
                    RollupPart.Entry(id: fact[0], values: day), fact[0],
                    UInt64(bitPattern: fact[9])
                ))
        }
        return entries
    }

    mutating func histograms(_ count: Int) throws(DecodingFailure) -> [LogHistogram] {
        let lengths = try column(count)
        var total = 0
        for length in lengths {
            guard 0...Int64(2 * LogHistogram.bucketEnd) ~= length else {
                throw DecodingFailure("a histogram of \(length) buckets")
            }
            total += Int(length)
        }
        guard total <= RollupPart.bucketsMax else { throw DecodingFailure("\(total) buckets") }
        let steps = try column(total)
        let weights = try column(total)
        var histograms: [LogHistogram] = []
        var start = 0
        for length in lengths {
            let end = start + Int(length)
            var buckets: [Int32] = []
            var last: Int64 = 0
            for step in steps[start..<end] {
                last &+= step
                buckets.append(Int32(clamping: last))
            }
            guard
                weights[start..<end].allSatisfy({ 0...Self.millisecondsMax ~= $0 }),
                let histogram = LogHistogram(buckets: buckets, weights: Array(weights[start..<end]))
            else { throw DecodingFailure("a histogram whose buckets do not ascend") }
            histograms.append(histogram)
            start = end
        }
        return histograms
    }
}
