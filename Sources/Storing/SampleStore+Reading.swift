import Columns
package import Measures

/// Takes in what a store knows of some series, in the order of time.
package protocol PieceReceiver {
    /// Of a span, before its pieces.
    mutating func add(_ ticks: TickTable)
    mutating func add(_ piece: Piece)
}

extension SampleStore {
    /// All series ever seen, in the order they were first seen.
    package func series() throws(StoreError) -> [SeriesIdentity] {
        try seriesByRow().sorted { $0.key < $1.key }.map(\.value)
    }

    /// What the store covers; nil while it holds no tick.
    package func extent() throws(StoreError) -> StoreExtent? {
        var statement = try database.prepare(
            """
            SELECT min(first), max(last), sum(ticks) FROM (
                SELECT start_ms AS first, end_ms AS last, last_seq - first_seq + 1 AS ticks FROM span
                UNION ALL SELECT time_ms, time_ms, 1 FROM tick)
            """, while: "reading the span")
        guard try statement.step(), let first = statement.optionalInteger(0) else { return nil }
        return StoreExtent(
            first: Timestamp(milliseconds: first),
            last: Timestamp(milliseconds: statement.integer(1)), ticks: Int(statement.integer(2)))
    }

    /// Reads `metrics` of the series that `isWanted`, over the ticks whose label lies in `window`.
    /// - Throws: `damaged` with the block or sample and its time, where bytes cannot be decoded.
    package func history(
        of metrics: Set<Metric>, in window: ClosedRange<Timestamp>,
        where isWanted: (SeriesIdentity) -> Bool = { _ in true }
    ) throws(StoreError) -> History {
        let sorted = metrics.sorted { $0.rawValue < $1.rawValue }
        var builder = HistoryBuilder(metrics: sorted, ticks: try extent()?.ticks ?? 0)
        var selection = (rows: RowSet(), start: 0)
        try read(
            sorted, in: window, where: isWanted,
            ticks: { ticks, rows in
                selection = (rows, builder.append(ticks, rows: rows))
            },
            piece: { builder.append($0, rows: selection.rows, from: selection.start) })
        return builder.history
    }

    /// Reads the same piece by piece, in the order of time, without keeping any.
    /// - Parameters:
    ///   - ticks: called with each span's ticks before its pieces.
    ///   - piece: called for each incarnation that the span's ticks in the window saw.
    package func forEachPiece(
        of metrics: Set<Metric>, in window: ClosedRange<Timestamp>,
        where isWanted: (SeriesIdentity) -> Bool = { _ in true },
        ticks: (TickTable) -> Void, piece: (Piece) -> Void
    ) throws(StoreError) {
        try read(
            metrics.sorted { $0.rawValue < $1.rawValue }, in: window, where: isWanted,
            ticks: { ticks($0.some($1)) }, piece: piece)
    }

    /// Reads the same for several receivers. Each gets some of the series, and those whole; they receive on
    /// threads of their own.
    package func forEachPiece<Receiver: PieceReceiver>(
        of metrics: Set<Metric>, in window: ClosedRange<Timestamp>,
        where isWanted: (SeriesIdentity) -> Bool, sharedAmong receivers: inout [Receiver]
    ) throws(StoreError) {
        try receivers.withUnsafeMutableBufferPointer { (receivers) throws(StoreError) in
            let receivers = receivers
            try read(
                metrics.sorted { $0.rawValue < $1.rawValue }, in: window, where: isWanted,
                shares: receivers.count,
                ticks: { all, rows in
                    let ticks = all.some(rows)
                    for index in receivers.indices { receivers[index].add(ticks) }
                }, piece: { receivers[$0].add($1) })
        }
    }

    private func read(
        _ metrics: [Metric], in window: ClosedRange<Timestamp>,
        where isWanted: (SeriesIdentity) -> Bool,
        ticks: (TickTable, RowSet) -> Void, piece: (Piece) -> Void
    ) throws(StoreError) {
        try read(
            metrics, in: window, where: isWanted, shares: 1, ticks: ticks, piece: { piece($1) })
    }

    /// - Parameters:
    ///   - shares: among how many the series are shared out, at least 1.
    ///   - piece: gets the number of a share and a piece of it; of several shares at once, on several threads.
    func read(
        _ metrics: [Metric], in window: ClosedRange<Timestamp>,
        where isWanted: (SeriesIdentity) -> Bool, shares: Int,
        ticks: (TickTable, RowSet) -> Void, piece: (Int, Piece) -> Void
    ) throws(StoreError) {
        // One read transaction: a sampler that compacts meanwhile moves nothing under our feet.
        try database.transaction(.deferred, while: "reading history") {
            () throws(StoreError) in
            let incarnations = try wantedIncarnations(isWanted)
            let cutters = PieceCutters(
                incarnations: incarnations, metrics: metrics, window: window, shares: shares)
            try readSpans(cutters, ticks, piece)
            try readRows(cutters, ticks, piece)
        }
    }

    private func readSpans(
        _ cutters: PieceCutters, _ ticks: (TickTable, RowSet) -> Void,
        _ piece: (Int, Piece) -> Void
    ) throws(StoreError) {
        try forEachSpan(in: cutters.window) { (span) throws(StoreError) in
            let rows = cutters.rows(of: span.ticks)
            ticks(span.ticks, rows)
            try forEachBlock(of: span, overlapping: cutters.idRange) {
                (reader) throws(DecodingFailure) in
                try cutters.cut(reader, span.ticks, rows, piece)
            }
            return true
        }
    }

    private func readRows(
        _ cutters: PieceCutters, _ ticks: (TickTable, RowSet) -> Void,
        _ piece: (Int, Piece) -> Void
    ) throws(StoreError) {
        for group in try groupsOfRows() {
            let key = try keyTick(group.lowerBound)
            var table = TickTable()
            var ids: Set<Int64> = []
            var samplesByRow: [[TickRow.Sample]] = []
            try forEachRow(of: group, key) { (header, samples) in
                table.append(header)
                samplesByRow.append(samples.filter { cutters.wants($0.incarnation) })
                for sample in samplesByRow[samplesByRow.count - 1] {
                    ids.insert(sample.incarnation)
                }
            }
            var builder = BlockBuilder(ids: ids.sorted())
            for (row, samples) in samplesByRow.enumerated() {
                for sample in samples { builder.append(sample, at: row) }
            }
            let rows = cutters.rows(of: table)
            ticks(table, rows)
            let columns = builder.finished(tickCount: table.count)
            do throws(DecodingFailure) {
                try cutters.cut(columns, columns.members, table, rows, piece)
            } catch {
                throw .damaged(path: path, what: "samples \(group): \(error)")
            }
        }
    }

    // MARK: Spans and blocks

    /// Spans that reach into `window`, in the order they were taken.
    /// - Parameter body: returns whether to go on.
    func forEachSpan(
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

    func span(_ id: Int64) throws(StoreError) -> StoredSpan {
        var statement = try database.prepare(
            "SELECT ticks FROM span WHERE id = ?", while: "reading history")
        try statement.bind(1, id)
        guard try statement.step() else {
            throw .damaged(path: path, what: "span \(id) is missing")
        }
        return try span(id, statement, column: 0)
    }

    func span(
        _ id: Int64, _ statement: borrowing SQLiteStatement, column: Int32
    ) throws(StoreError) -> StoredSpan {
        let scratch = ColumnScratch()
        do throws(DecodingFailure) {
            let ticks = try statement.withBlob(column) { (bytes) throws(DecodingFailure) in
                try TickColumns.decode(bytes, using: scratch)
            }
            return StoredSpan(id: id, ticks: ticks)
        } catch {
            throw .damaged(
                path: path, what: "the ticks of span \(id) (\(try timesText(of: id))): \(error)")
        }
    }

    /// Blocks with bytes of their own.
    /// - Parameter ids: blocks that hold none of these are left out; nil for all blocks.
    func blocks(
        of span: StoredSpan, overlapping ids: ClosedRange<Int64>?
    ) throws(StoreError) -> [StoredBlock] {
        var blocks: [StoredBlock] = []
        try forEachBlob(of: span, overlapping: ids) { (bytes) throws(DecodingFailure) in
            blocks.append(try StoredBlock(copying: bytes, tickCount: span.ticks.count))
        }
        return blocks
    }

    /// Blocks where SQLite has them, each only while `body` runs.
    func forEachBlock(
        of span: StoredSpan, overlapping ids: ClosedRange<Int64>?,
        _ body: (BlockReader) throws(DecodingFailure) -> Void
    ) throws(StoreError) {
        try forEachBlob(of: span, overlapping: ids) { (bytes) throws(DecodingFailure) in
            try body(try BlockReader(bytes, tickCount: span.ticks.count))
        }
    }

    private func forEachBlob(
        of span: StoredSpan, overlapping ids: ClosedRange<Int64>?,
        _ body: (UnsafeRawBufferPointer) throws(DecodingFailure) -> Void
    ) throws(StoreError) {
        var statement = try database.prepare(
            """
            SELECT first_id, data FROM block WHERE span = ? AND first_id <= ? AND last_id >= ?
            ORDER BY first_id
            """, while: "reading history")
        try statement.bind(1, span.id)
        try statement.bind(2, ids?.upperBound ?? .max)
        try statement.bind(3, ids?.lowerBound ?? .min)
        while try statement.step() {
            do throws(DecodingFailure) {
                try statement.withBlob(1, body)
            } catch {
                let first = statement.integer(0)
                throw .damaged(
                    path: path,
                    what: "the block of span \(span.id) (\(try timesText(of: span.id))) with "
                        + "incarnations from \(first) on: \(error)")
            }
        }
    }

    private func timesText(of span: Int64) throws(StoreError) -> String {
        var statement = try database.prepare(
            "SELECT start_ms, end_ms FROM span WHERE id = ?", while: "reading history")
        try statement.bind(1, span)
        guard try statement.step() else { return "of unknown time" }
        let start = Timestamp(milliseconds: statement.integer(0))
        let end = Timestamp(milliseconds: statement.integer(1))
        return "\(start.iso8601) to \(end.iso8601)"
    }

    // MARK: Names

    func wantedIncarnations(
        _ isWanted: (SeriesIdentity) -> Bool
    ) throws(StoreError) -> [Int64: Incarnation] {
        let series = try seriesByRow().filter { isWanted($0.value) }
        var statement = try database.prepare(
            "SELECT id, series, container, name, image, image_id, started_ms FROM incarnation",
            while: "reading containers")
        var incarnations: [Int64: Incarnation] = [:]
        while try statement.step() {
            guard let series = series[statement.integer(1)] else { continue }
            incarnations[statement.integer(0)] = Incarnation(
                series: series, container: ContainerID(rawValue: statement.text(2)),
                name: statement.text(3), image: statement.optionalText(4),
                imageID: statement.optionalText(5),
                startedAt: statement.optionalInteger(6).map(Timestamp.init(milliseconds:)))
        }
        return incarnations
    }

    func seriesByRow() throws(StoreError) -> [Int64: SeriesIdentity] {
        var statement = try database.prepare(
            "SELECT id, kind, project, service, instance FROM series", while: "reading services")
        var series: [Int64: SeriesIdentity] = [:]
        while try statement.step() {
            guard let kind = SeriesKind(rawValue: statement.integer(1)) else {
                throw .damaged(
                    path: path,
                    what: "series \(statement.integer(0)) has kind \(statement.integer(1))")
            }
            series[statement.integer(0)] = SeriesIdentity(
                kind: kind,
                service: ServiceID(
                    project: statement.optionalText(2), service: statement.text(3)),
                instance: statement.text(4))
        }
        return series
    }
}
