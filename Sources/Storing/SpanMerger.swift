import Columns
import Measures

/// Joins the blocks of successive spans, a part of the incarnations at a time.
struct SpanMerger {
    private(set) var ticks = TickTable()
    /// Of all incarnations, ascending.
    private(set) var ids: [Int64] = []
    private let store: SampleStore
    /// Each with where its ticks begin among all.
    private var spans: [(span: StoredSpan, start: Int)] = []

    /// - Parameter spans: their ids, in the order they were taken.
    init(_ spans: [Int64], in store: SampleStore) throws(StoreError) {
        self.store = store
        var all: Set<Int64> = []
        for id in spans {
            let span = try store.span(id)
            self.spans.append((span, ticks.count))
            for tick in span.ticks { ticks.append(tick) }
            try store.forEachBlock(of: span, overlapping: nil) { all.formUnion($0.members.ids) }
        }
        ids = all.sorted()
    }

    /// - Parameter part: some of `ids`, at most 64 that follow each other.
    func source(of part: [Int64]) throws(StoreError) -> MergedColumns {
        var merged = MergedColumns(
            members: Block.Members(
                tickCount: ticks.count, ids: part, rows: part.map { _ in RowSet() }))
        guard let first = part.first, let last = part.last else { return merged }
        for (span, start) in spans {
            for block in try store.blocks(of: span, overlapping: first...last) {
                merged.append(block, from: start)
            }
        }
        return merged
    }
}

/// Columns that lie in several blocks, one after the other.
struct MergedColumns: BlockSource {
    private(set) var members: Block.Members
    /// For each member, where its rows are: in the order of the spans.
    private var places: [[(block: StoredBlock, index: Int)]]

    init(members: Block.Members) {
        self.members = members
        places = members.ids.map { _ in [] }
    }

    /// - Parameter start: where the block's ticks begin among all.
    mutating func append(_ block: StoredBlock, from start: Int) {
        let theirs = block.reader.members
        for (index, id) in theirs.ids.enumerated() {
            guard let position = members.ids.firstIndex(of: id) else { continue }
            places[position].append((block, index))
            for run in theirs.rows[index].runs {
                members.rows[position].append((start + run.lowerBound)..<(start + run.upperBound))
            }
        }
    }

    var metrics: [Metric] {
        var found: Set<Metric> = []
        for metric in Set(places.joined().flatMap { $0.block.reader.metrics }) {
            let isHeld = places.joined().contains { place in
                place.block.reader.has(metric, place.index)
            }
            if isHeld { found.insert(metric) }
        }
        return found.sorted { $0.rawValue < $1.rawValue }
    }

    func column(_ metric: Metric, _ index: Int) throws(DecodingFailure) -> Block.MetricColumn? {
        var column = Block.MetricColumn(present: RowSet(), values: [])
        var start = 0
        for (block, place) in places[index] {
            let rows = block.reader.members.rows[place].count
            _ = try block.reader.read(metric, place) { present, values in
                for run in (present ?? RowSet(first: rows)).runs {
                    column.present?.append((start + run.lowerBound)..<(start + run.upperBound))
                }
                column.values += values
            }
            start += rows
        }
        if column.values.isEmpty { return nil }
        if column.values.count == members.rows[index].count { column.present = nil }
        return column
    }
}
