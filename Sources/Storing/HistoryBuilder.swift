import Measures

/// Joins pieces, in the order they were taken, into one history.
struct HistoryBuilder {
    private(set) var history = History()
    private let metrics: [Metric]
    private var position: [Int64: Int] = [:]

    /// - Parameter ticks: how many there may be.
    init(metrics: [Metric], ticks: Int) {
        self.metrics = metrics
        history.ticks.reserveCapacity(ticks)
    }

    /// - Parameter rows: of the span's ticks, those that lie in the window.
    /// - Returns: where the first of them is in the history.
    mutating func append(_ ticks: TickTable, rows: RowSet) -> Int {
        let start = history.ticks.count
        for run in rows.runs {
            for row in run { history.ticks.append(ticks[row]) }
        }
        return start
    }

    /// - Parameters:
    ///   - rows: of the span's ticks, those that lie in the window.
    ///   - start: where the first of them is in the history.
    mutating func append(_ piece: Piece, rows: RowSet, from start: Int) {
        let index = position[piece.id] ?? history.incarnations.count
        if index == history.incarnations.count {
            position[piece.id] = index
            history.incarnations.append(IncarnationHistory(incarnation: piece.incarnation))
        }
        let before = history.incarnations[index].count
        var seen = RowSet()
        for run in piece.rows { seen.append(run) }
        for run in seen.meeting(rows).there.runs {
            history.incarnations[index].append(
                (start + run.lowerBound)..<(start + run.upperBound))
        }
        for metric in metrics {
            if let column = piece[metric] {
                history.incarnations[index].append(column, metric, before)
            } else if history.incarnations[index].columns[metric] != nil {
                history.incarnations[index].columns[metric]?.append(absent: piece.count)
            }
        }
    }
}

extension IncarnationHistory {
    fileprivate mutating func append(_ run: Range<Int>) {
        count += run.count
        if let last = runs.last, last.upperBound == run.lowerBound {
            runs[runs.count - 1] = last.lowerBound..<run.upperBound
        } else {
            runs.append(run)
        }
    }

    /// - Parameter before: how many rows lie before those of `column`.
    fileprivate mutating func append(_ added: PieceColumn, _ metric: Metric, _ before: Int) {
        var column = columns.removeValue(forKey: metric) ?? Column()
        column.append(absent: before - column.count)
        if added.isComplete {
            column.append(added.values)
        } else {
            for row in added.values.indices {
                if let value = added[row] { column.append(value) } else { column.append(absent: 1) }
            }
        }
        columns[metric] = column
    }
}
