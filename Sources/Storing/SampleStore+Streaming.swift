package import Measures

extension SampleStore {
    /// Reads as `history(of:in:where:)` does, a piece at a time: the samples of up to 64 incarnations in
    /// one span of ticks, or of all in some sixty ticks. All pieces are of one state of the store, in the
    /// order they were taken. Ticks without samples that are wanted come in no piece.
    /// - Parameter body: returns whether to go on.
    package func forEachPiece(
        of metrics: Set<Metric>, in window: ClosedRange<Timestamp>,
        where isWanted: (SeriesIdentity) -> Bool, _ body: (History) -> Bool
    ) throws(StoreError) {
        try database.transaction(.deferred, while: "reading history") {
            () throws(StoreError) in
            let empty = HistoryBuilder(
                incarnations: try wantedIncarnations(isWanted), metrics: metrics, window: window)
            var goesOn = true
            try forEachSpan(in: window) { (span) throws(StoreError) in
                try forEachBlock(of: span, overlapping: empty.idRange) {
                    (block) throws(DecodingFailure) in
                    guard goesOn else { return }
                    var builder = empty
                    let selection = builder.append(span.ticks)
                    try builder.append(block, selection)
                    if !builder.history.incarnations.isEmpty { goesOn = body(builder.history) }
                }
                return goesOn
            }
            for group in try groupsOfRows() where goesOn {
                var builder = empty
                try append(group, to: &builder)
                if !builder.history.incarnations.isEmpty { goesOn = body(builder.history) }
            }
        }
    }

    /// Those that any series which `isWanted` has in spans or rows that reach into `window`, in the order
    /// of their wire numbers.
    package func metrics(
        in window: ClosedRange<Timestamp>, where isWanted: (SeriesIdentity) -> Bool
    ) throws(StoreError) -> [Metric] {
        try database.transaction(.deferred, while: "reading history") {
            () throws(StoreError) in
            let wanted = try wantedIncarnations(isWanted)
            var found: Set<Metric> = []
            let range = (wanted.keys.min() ?? .max)...(wanted.keys.max() ?? .max)
            try forEachSpan(in: window) { (span) throws(StoreError) in
                try forEachBlock(of: span, overlapping: range) { block in
                    for metric in block.metrics where !found.contains(metric) {
                        let isThere = block.members.ids.indices.contains {
                            wanted[block.members.ids[$0]] != nil && block.has(metric, $0)
                        }
                        if isThere { found.insert(metric) }
                    }
                }
                return found.count < Metric.allCases.count
            }
            for group in try groupsOfRows() {
                try forEachRow(of: group, try keyTick(group.lowerBound)) { header, samples in
                    guard window.contains(header.time) else { return }
                    for sample in samples where wanted[sample.incarnation] != nil {
                        sample.values.forEachPresent { metric, _ in found.insert(metric) }
                    }
                }
            }
            return found.sorted { $0.rawValue < $1.rawValue }
        }
    }

    /// All runs of containers of series that `isWanted`, in the order they were first seen.
    package func incarnations(
        where isWanted: (SeriesIdentity) -> Bool
    ) throws(StoreError) -> [Incarnation] {
        try wantedIncarnations(isWanted).sorted { $0.key < $1.key }.map(\.value)
    }

    /// - Parameter body: returns whether to go on.
    private func forEachSpan(
        in window: ClosedRange<Timestamp>, _ body: (StoredSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        var statement = try database.prepare(
            """
            SELECT id, ticks FROM span
            WHERE end_ms >= ? AND start_ms <= ? ORDER BY first_seq
            """, while: "reading history")
        try statement.bind(1, window.lowerBound.rawValue)
        try statement.bind(2, window.upperBound.rawValue)
        while try statement.step() {
            guard try body(try span(statement.integer(0), statement, column: 1)) else { return }
        }
    }
}
