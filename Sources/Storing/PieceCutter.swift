import Measures

/// Cuts what is wanted out of spans.
struct PieceCutter {
    let window: ClosedRange<Timestamp>
    /// The least and the largest id that is wanted.
    let idRange: ClosedRange<Int64>
    private let incarnations: [Int64: Incarnation]
    private let columns: PieceColumns

    init(incarnations: [Int64: Incarnation], metrics: [Metric], window: ClosedRange<Timestamp>) {
        self.incarnations = incarnations
        self.window = window
        // Of nothing: a range that no id is in.
        idRange = (incarnations.keys.min() ?? .max)...(incarnations.keys.max() ?? .max)
        columns = PieceColumns(metrics)
    }

    func wants(_ incarnation: Int64) -> Bool { incarnations[incarnation] != nil }

    /// The ticks whose label lies in the window.
    func rows(of ticks: TickTable) -> RowSet {
        let (low, high) = (window.lowerBound.rawValue, window.upperBound.rawValue)
        if ticks.times.allSatisfy({ low <= $0 && $0 <= high }) { return RowSet(first: ticks.count) }
        var rows = RowSet()
        for (row, time) in ticks.times.enumerated() where low <= time && time <= high {
            rows.append(row)
        }
        return rows
    }

    /// - Parameter wantedRows: as `rows(of:)` gave them.
    func cut(
        _ source: some ColumnSource, _ members: Block.Members, _ ticks: TickTable,
        _ wantedRows: RowSet, _ body: (Piece) -> Void
    ) throws(DecodingFailure) {
        let isWhole = wantedRows.isAll(of: ticks.count)
        for (index, id) in members.ids.enumerated() {
            guard let incarnation = incarnations[id] else { continue }
            let rows = members.rows[index]
            let kept = isWhole ? nil : rows.meeting(wantedRows).here
            let seen = isWhole ? rows : rows.rows(at: kept ?? rows)
            guard seen.count > 0 else { continue }
            try columns.fill(from: source, index, rows: rows.count, kept: kept)
            body(
                Piece(
                    id: id, incarnation: incarnation, ticks: ticks, rows: seen, columns: columns))
        }
    }
}

extension RowSet {
    /// The rows at some positions among them.
    fileprivate func rows(at positions: RowSet) -> RowSet {
        var found = RowSet()
        var before = 0
        for run in runs {
            for wanted in positions.runs {
                let start = Swift.max(wanted.lowerBound, before)
                let end = Swift.min(wanted.upperBound, before + run.count)
                if start < end {
                    let offset = run.lowerBound - before
                    found.append((start + offset)..<(end + offset))
                }
            }
            before += run.count
        }
        return found
    }
}
