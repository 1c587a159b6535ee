import Measures

/// Joins blocks, in the order they were taken, into one history.
struct HistoryBuilder {
    private(set) var history = History()
    let window: ClosedRange<Timestamp>
    private let incarnations: [Int64: Incarnation]
    private let metrics: [Metric]
    private var position: [Int64: Int] = [:]

    /// The least and the largest id that is wanted.
    let idRange: ClosedRange<Int64>

    /// Which ticks of a span lie in the window, and where they went.
    struct Selection {
        /// Nil for all of them.
        var rows: RowSet?
        /// Where the first one is in the history.
        var start: Int
    }

    init(
        incarnations: [Int64: Incarnation], metrics: Set<Metric>, window: ClosedRange<Timestamp>
    ) {
        self.incarnations = incarnations
        self.metrics = metrics.sorted { $0.rawValue < $1.rawValue }
        self.window = window
        // Of nothing: a range that no id is in.
        idRange = (incarnations.keys.min() ?? .max)...(incarnations.keys.max() ?? .max)
    }

    mutating func reserveTicks(_ count: Int) { history.ticks.reserveCapacity(count) }

    func wants(_ incarnation: Int64) -> Bool { incarnations[incarnation] != nil }

    mutating func append(_ ticks: TickTable) -> Selection {
        let start = history.ticks.count
        let (low, high) = (window.lowerBound.rawValue, window.upperBound.rawValue)
        guard ticks.times.allSatisfy({ low <= $0 && $0 <= high }) else {
            var rows = RowSet()
            for (row, time) in ticks.times.enumerated() where low <= time && time <= high {
                rows.append(row)
                history.ticks.append(ticks[row])
            }
            return Selection(rows: rows, start: start)
        }
        for tick in ticks { history.ticks.append(tick) }
        return Selection(rows: nil, start: start)
    }

    mutating func append(
        _ block: BlockReader, _ selection: Selection
    ) throws(DecodingFailure) {
        for index in block.members.ids.indices {
            guard let place = begin(block.members, index, selection) else { continue }
            for metric in metrics {
                var isThere = false
                isThere = try block.read(metric, index) { present, values in
                    append(metric, place, present, values)
                }
                if !isThere { appendAbsent(metric, place) }
            }
        }
    }

    mutating func append(_ columns: BuiltColumns, _ selection: Selection) {
        for index in columns.members.ids.indices {
            guard let place = begin(columns.members, index, selection) else { continue }
            for metric in metrics {
                if let column = columns.column(metric, index) {
                    column.values.withUnsafeBufferPointer {
                        append(metric, place, column.present, $0)
                    }
                } else {
                    appendAbsent(metric, place)
                }
            }
        }
    }

    /// Where an incarnation's rows of one span go.
    private struct Place {
        /// In `history.incarnations`.
        var index: Int
        /// How many rows it had before.
        var before: Int
        var count: Int
        /// Which of its rows in the span; nil for all.
        var kept: RowSet?
    }

    /// Adds the incarnation's rows.
    /// - Returns: nil where nothing of it is wanted.
    private mutating func begin(
        _ members: Block.Members, _ member: Int, _ selection: Selection
    ) -> Place? {
        let id = members.ids[member]
        guard let incarnation = incarnations[id] else { return nil }
        var rows = members.rows[member]
        var kept: RowSet?
        if let selected = selection.rows {
            let (here, there) = rows.meeting(selected)
            rows = there
            kept = here
        }
        guard rows.count > 0 else { return nil }
        let index = position[id] ?? history.incarnations.count
        if index == history.incarnations.count {
            position[id] = index
            history.incarnations.append(IncarnationHistory(incarnation: incarnation))
        }
        let before = history.incarnations[index].count
        for run in rows.runs {
            history.incarnations[index].append(
                (selection.start + run.lowerBound)..<(selection.start + run.upperBound))
        }
        return Place(index: index, before: before, count: rows.count, kept: kept)
    }

    private mutating func append(
        _ metric: Metric, _ place: Place, _ present: RowSet?, _ values: UnsafeBufferPointer<Int64>
    ) {
        history.incarnations[place.index].change(metric, before: place.before) { column in
            if present == nil, place.kept == nil {
                column.append(values)
                return
            }
            let present = present ?? RowSet(first: values.count)
            let (here, there) =
                place.kept.map { present.meeting($0) }
                ?? (RowSet(first: values.count), present)
            for (source, target) in zip(here.pieces(along: there), there.pieces(along: here)) {
                column.append(absent: place.before + target.lowerBound - column.count)
                column.append(UnsafeBufferPointer(rebasing: values[source]))
            }
            column.append(absent: place.before + place.count - column.count)
        }
    }

    /// A metric that was seen before, or will be: nothing where it never was.
    private mutating func appendAbsent(_ metric: Metric, _ place: Place) {
        guard history.incarnations[place.index].columns[metric] != nil else { return }
        history.incarnations[place.index].change(metric, before: place.before) {
            $0.append(absent: place.count)
        }
    }
}

extension RowSet {
    /// The runs, cut so that they match those of `other`, which has as many rows.
    fileprivate func pieces(along other: RowSet) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var (mine, theirs) = (0, 0)
        // How much of each current run is taken already.
        var (taken, takenBeside) = (0, 0)
        while mine < runs.count, theirs < other.runs.count {
            let left = runs[mine].dropFirst(taken)
            let length = Swift.min(left.count, other.runs[theirs].count - takenBeside)
            pieces.append(left.prefix(length))
            taken += length
            takenBeside += length
            if taken == runs[mine].count { (mine, taken) = (mine + 1, 0) }
            if takenBeside == other.runs[theirs].count { (theirs, takenBeside) = (theirs + 1, 0) }
        }
        return pieces
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

    /// - Parameter before: how many rows lie before those that `body` appends.
    fileprivate mutating func change(
        _ metric: Metric, before: Int, _ body: (inout Column) -> Void
    ) {
        var column = columns.removeValue(forKey: metric) ?? Column()
        column.append(absent: before - column.count)
        body(&column)
        columns[metric] = column
    }
}
