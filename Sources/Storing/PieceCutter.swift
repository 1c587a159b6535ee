import Measures

/// Cuts what one receiver wants out of spans.
struct PieceCutter {
    private let incarnations: [Int64: Incarnation]
    private let columns: PieceColumns

    init(incarnations: [Int64: Incarnation], metrics: [Metric]) {
        self.incarnations = incarnations
        columns = PieceColumns(metrics)
    }

    /// - Parameter wantedRows: which of the ticks.
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
