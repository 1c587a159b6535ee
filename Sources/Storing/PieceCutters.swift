import Measures
import Synchronization
import Threading

/// Cuts what is wanted out of spans for several receivers, on a thread for each. Each series is one
/// receiver's.
struct PieceCutters {
    let window: ClosedRange<Timestamp>
    /// The least and the largest id that is wanted.
    let idRange: ClosedRange<Int64>
    private let cutters: [PieceCutter]
    private let wanted: Set<Int64>
    private let metrics: [Metric]

    /// In a smaller block, threads take longer to start than a column does to decode.
    private static let samplesPerThread = 20_000

    /// - Parameter shares: how many receivers there are, at least 1.
    init(
        incarnations: [Int64: Incarnation], metrics: [Metric], window: ClosedRange<Timestamp>,
        shares: Int
    ) {
        self.window = window
        self.metrics = metrics
        wanted = Set(incarnations.keys)
        // Of nothing: a range that no id is in.
        idRange = (wanted.min() ?? .max)...(wanted.max() ?? .max)
        var parts = [[Int64: Incarnation]](repeating: [:], count: shares)
        var shareOf: [SeriesIdentity: Int] = [:]
        // In the order in which blocks hold them: each thread has work in every block.
        for (id, incarnation) in incarnations.sorted(by: { $0.key < $1.key }) {
            let share = shareOf[incarnation.series] ?? shareOf.count % shares
            shareOf[incarnation.series] = share
            parts[share][id] = incarnation
        }
        cutters = parts.map { PieceCutter(incarnations: $0, metrics: metrics) }
    }

    func wants(_ incarnation: Int64) -> Bool { wanted.contains(incarnation) }

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

    /// - Parameters:
    ///   - wantedRows: as `rows(of:)` gave them.
    ///   - body: called with the number of a receiver and a piece of its; of several receivers at once.
    func cut(
        _ reader: BlockReader, _ ticks: TickTable, _ wantedRows: RowSet,
        _ body: (Int, Piece) -> Void
    ) throws(DecodingFailure) {
        let samples = reader.members.rows.reduce(0) { $0 + $1.count }
        let threadCount = min(cutters.count, samples / Self.samplesPerThread)
        guard threadCount > 1 else {
            return try cut(reader, reader.members, ticks, wantedRows, body)
        }
        try reader.open(metrics)
        let failure = Mutex<DecodingFailure?>(nil)
        withoutActuallyEscaping(body) { body in
            // A thread touches one receiver's reader and cutter, and no other does.
            nonisolated(unsafe) let readers = cutters.map { _ in BlockReader(sharing: reader) }
            nonisolated(unsafe) let body = body
            nonisolated(unsafe) let cutters = cutters
            Threads.forEach(cutters.count, threadCount: threadCount) { share, _ in
                do throws(DecodingFailure) {
                    try cutters[share].cut(
                        readers[share], readers[share].members, ticks, wantedRows
                    ) { body(share, $0) }
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// The same for one receiver after the other.
    func cut(
        _ source: some ColumnSource, _ members: Block.Members, _ ticks: TickTable,
        _ wantedRows: RowSet, _ body: (Int, Piece) -> Void
    ) throws(DecodingFailure) {
        for (share, cutter) in cutters.enumerated() {
            try cutter.cut(source, members, ticks, wantedRows) { body(share, $0) }
        }
    }
}
