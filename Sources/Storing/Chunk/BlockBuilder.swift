import Columns
import Measures

/// Where a block's columns come from.
protocol BlockSource {
    var members: Block.Members { get }
    /// Those that any member has, in the order of their wire numbers.
    var metrics: [Metric] { get }
    /// - Returns: nil where the incarnation has no such metric.
    func column(_ metric: Metric, _ index: Int) throws(DecodingFailure) -> Block.MetricColumn?
}

extension BlockReader: BlockSource {}

extension BlockReader {
    /// - Throws: where this block does not hold what `source` has.
    func require(_ source: some BlockSource) throws(DecodingFailure) {
        guard members == source.members, metrics == source.metrics else {
            throw DecodingFailure("it decodes to other incarnations, rows or metrics")
        }
        for metric in metrics {
            for index in members.ids.indices
            where try column(metric, index) != (try source.column(metric, index)) {
                throw DecodingFailure("\(metric.name) decodes to other values")
            }
        }
    }
}

/// Turns ticks, one after the other, into the columns of some incarnations.
struct BlockBuilder {
    private let ids: [Int64]
    private var rows: [RowSet]
    /// By incarnation, then by wire number.
    private var columns: [[Metric: Block.MetricColumn]]

    /// - Parameter ids: ascending.
    init(ids: [Int64]) {
        self.ids = ids
        rows = ids.map { _ in RowSet() }
        columns = ids.map { _ in [:] }
    }

    /// Samples of other incarnations are left out.
    mutating func append(_ sample: TickRow.Sample, at row: Int) {
        guard let first = ids.first, let last = ids.last,
            (first...last).contains(sample.incarnation),
            let index = position(of: sample.incarnation)
        else { return }
        let position = rows[index].count
        rows[index].append(row)
        sample.values.forEachPresent { metric, value in
            columns[index][metric, default: Block.MetricColumn(present: RowSet(), values: [])]
                .append(value, at: position)
        }
    }

    private func position(of id: Int64) -> Int? {
        let found = ids.partitioningIndex { $0 >= id }
        return found < ids.count && ids[found] == id ? found : nil
    }

    func finished(tickCount: Int) -> BuiltColumns {
        var built = BuiltColumns(
            members: Block.Members(tickCount: tickCount, ids: ids, rows: rows), columns: columns)
        for index in ids.indices {
            for (metric, column) in columns[index] where column.values.count == rows[index].count {
                built.columns[index][metric]?.present = nil
            }
        }
        return built
    }
}

extension Block.MetricColumn {
    fileprivate mutating func append(_ value: Int64, at row: Int) {
        present?.append(row)
        values.append(value)
    }
}

/// Columns in memory.
struct BuiltColumns: BlockSource {
    var members: Block.Members
    fileprivate(set) var columns: [[Metric: Block.MetricColumn]]

    var metrics: [Metric] {
        Set(columns.flatMap(\.keys)).sorted { $0.rawValue < $1.rawValue }
    }

    func column(_ metric: Metric, _ index: Int) -> Block.MetricColumn? { columns[index][metric] }
}
