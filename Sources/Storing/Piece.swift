import Columns
package import Measures

/// What one span knows of one incarnation. Valid only during the call that it is handed to.
package struct Piece {
    /// Row of the incarnation in this store; the pieces of one incarnation come in the order of time.
    package let id: Int64
    package let incarnation: Incarnation
    /// Of the whole span.
    package let ticks: TickTable
    /// The ticks that saw the incarnation, as ascending runs of indices into `ticks`.
    package let rows: [Range<Int>]
    /// How many ticks that is.
    package let count: Int

    private let columns: PieceColumns

    init(
        id: Int64, incarnation: Incarnation, ticks: TickTable, rows: RowSet, columns: PieceColumns
    ) {
        self.id = id
        self.incarnation = incarnation
        self.ticks = ticks
        self.rows = rows.runs
        count = rows.count
        self.columns = columns
    }

    /// - Returns: nil where no tick has the metric. Reading another metric does not change it.
    package subscript(metric: Metric) -> PieceColumn? { columns[metric] }
}

/// One metric of a piece, a value for each of its ticks. Valid as long as the piece.
package struct PieceColumn {
    /// As many as the piece has ticks; 0 where absent.
    package let values: UnsafeBufferPointer<Int64>
    /// One bit a value, set where there is none; nil where all are there.
    fileprivate let absences: UnsafePointer<UInt64>?

    /// Whether every value is there: `values` may then be read as they are.
    package var isComplete: Bool { absences == nil }

    package subscript(row: Int) -> Int64? {
        if let absences, absences[row >> 6] & 1 << UInt64(row & 63) != 0 { return nil }
        return values[row]
    }

    /// Calls `body` with each value that is there, in order.
    package func forEachPresent(_ body: (Int64) -> Void) {
        for row in values.indices {
            if let value = self[row] { body(value) }
        }
    }

    /// The value that every tick has; nil where they differ or one is missing.
    package var constant: Int64? {
        guard isComplete, let first = values.first else { return nil }
        var differences: Int64 = 0
        for value in values { differences |= value ^ first }
        return differences == 0 ? first : nil
    }

    /// The first value that is there.
    package var first: Int64? {
        for row in values.indices {
            if let value = self[row] { return value }
        }
        return nil
    }

    /// The last value that is there.
    package var last: Int64? {
        for row in values.indices.reversed() {
            if let value = self[row] { return value }
        }
        return nil
    }

    /// The largest value that is there.
    package var max: Int64? {
        if isComplete { return values.max() }
        var largest: Int64?
        forEachPresent { largest = Swift.max(largest ?? $0, $0) }
        return largest
    }
}

/// Memory for the columns of one piece after the other.
final class PieceColumns {
    private let metrics: [Metric]
    private let values: UnsafeMutablePointer<Int64>
    private let absences: UnsafeMutablePointer<UInt64>
    private var counts: [Int]
    private var isPartial: [Bool]
    /// By wire number; -1 for metrics that nobody asked for.
    private var slots: [Int]

    private static let capacity = TickColumns.ticksMax
    private static let words = capacity / 64

    init(_ metrics: [Metric]) {
        // What others are predicted from first: it is then at hand.
        let metrics = metrics.sorted { Self.depth($0) < Self.depth($1) }
        self.metrics = metrics
        values = .allocate(capacity: metrics.count * Self.capacity)
        absences = .allocate(capacity: metrics.count * Self.words)
        counts = metrics.map { _ in 0 }
        isPartial = metrics.map { _ in false }
        slots = [Int](repeating: -1, count: 256)
        for (slot, metric) in metrics.enumerated() { slots[Int(metric.rawValue)] = slot }
    }

    private static func depth(_ metric: Metric) -> Int {
        Block.references(of: metric).map { depth($0) + 1 }.max() ?? 0
    }

    deinit {
        values.deallocate()
        absences.deallocate()
    }

    subscript(metric: Metric) -> PieceColumn? {
        let slot = slots[Int(metric.rawValue)]
        precondition(slot >= 0, "\(metric.name) was not asked for")
        guard counts[slot] > 0 else { return nil }
        return PieceColumn(
            values: UnsafeBufferPointer(start: values + slot * Self.capacity, count: counts[slot]),
            absences: isPartial[slot] ? UnsafePointer(absences + slot * Self.words) : nil)
    }

    /// Takes over the metrics of one incarnation.
    /// - Parameter kept: which of its rows; nil for all.
    func fill(
        from source: some ColumnSource, _ index: Int, rows count: Int, kept: RowSet?
    ) throws(DecodingFailure) {
        source.beginReading(index)
        defer { source.endReading() }
        for (slot, metric) in metrics.enumerated() {
            counts[slot] = 0
            let target = kept == nil ? values + slot * Self.capacity : nil
            _ = try source.read(metric, index, into: target) { present, decoded in
                put(decoded, present, kept, count, in: slot)
            }
        }
    }

    private func put(
        _ decoded: UnsafeBufferPointer<Int64>, _ present: RowSet?, _ kept: RowSet?, _ count: Int,
        in slot: Int
    ) {
        let target = values + slot * Self.capacity
        isPartial[slot] = false
        if present == nil, kept == nil {
            if let start = decoded.baseAddress, start != UnsafePointer(target) {
                target.update(from: start, count: decoded.count)
            }
            counts[slot] = decoded.count
            return
        }
        let total = kept?.count ?? count
        let present = present ?? RowSet(first: decoded.count)
        let (here, there) =
            kept.map { present.meeting($0) } ?? (RowSet(first: decoded.count), present)
        guard there.count > 0 else { return }
        counts[slot] = total
        if there.count < total {
            isPartial[slot] = true
            target.update(repeating: 0, count: total)
            (absences + slot * Self.words).update(repeating: ~0, count: (total + 63) / 64)
        }
        for (from, to) in zip(here.pieces(along: there), there.pieces(along: here)) {
            guard let start = decoded.baseAddress else { continue }
            (target + to.lowerBound).update(from: start + from.lowerBound, count: to.count)
            guard isPartial[slot] else { continue }
            for row in to { absences[slot * Self.words + row >> 6] &= ~(1 << UInt64(row & 63)) }
        }
    }
}

/// Hands out the columns of some incarnations.
protocol ColumnSource {
    /// Around all that is read of one incarnation.
    func beginReading(_ index: Int)
    func endReading()

    /// Hands a column's rows (nil for all of the incarnation's) and values to `body`.
    /// - Parameter target: where a column with a value in every row may be put; it then stays until
    ///   `endReading`.
    /// - Returns: false where the incarnation has no such metric.
    func read(
        _ metric: Metric, _ index: Int, into target: UnsafeMutablePointer<Int64>?,
        _ body: (RowSet?, UnsafeBufferPointer<Int64>) -> Void
    ) throws(DecodingFailure) -> Bool
}

extension BlockReader: ColumnSource {}

extension BuiltColumns: ColumnSource {
    func beginReading(_ index: Int) {}
    func endReading() {}

    func read(
        _ metric: Metric, _ index: Int, into target: UnsafeMutablePointer<Int64>?,
        _ body: (RowSet?, UnsafeBufferPointer<Int64>) -> Void
    ) -> Bool {
        guard let column = column(metric, index) else { return false }
        column.values.withUnsafeBufferPointer { body(column.present, $0) }
        return true
    }
}
