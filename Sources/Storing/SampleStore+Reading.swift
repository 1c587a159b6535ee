package import Measures

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
                SELECT start_ms AS first, end_ms AS last, last_seq - first_seq + 1 AS ticks FROM block
                UNION ALL SELECT time_ms, time_ms, 1 FROM tick)
            """, while: "reading the span")
        guard try statement.step(), let first = statement.optionalInteger(0) else { return nil }
        return StoreExtent(
            first: Timestamp(milliseconds: first),
            last: Timestamp(milliseconds: statement.integer(1)), ticks: Int(statement.integer(2)))
    }

    /// Reads `metrics` of the series that `isWanted`, over the ticks whose label lies in `span`.
    /// - Throws: `damaged` with the block or sample and its time, where bytes cannot be decoded.
    package func history(
        of metrics: Set<Metric>, in span: ClosedRange<Timestamp>,
        where isWanted: (SeriesIdentity) -> Bool = { _ in true }
    ) throws(StoreError) -> History {
        // One read transaction: a sampler that compacts meanwhile moves nothing under our feet.
        try database.transaction(.deferred, while: "reading history") {
            () throws(StoreError) in
            var builder = HistoryBuilder(
                incarnations: try wantedIncarnations(isWanted), metrics: metrics, span: span)
            try readBlocks(in: span, metrics: metrics, into: &builder)
            let (_, ticks) = try readTickRows(
                where: """
                    time_ms BETWEEN \(span.lowerBound.rawValue) AND \(span.upperBound.rawValue)
                    ORDER BY seq
                    """)
            if !ticks.isEmpty { builder.append(Block(ticks)) }
            return builder.history
        }
    }

    private func readBlocks(
        in span: ClosedRange<Timestamp>, metrics: Set<Metric>, into builder: inout HistoryBuilder
    ) throws(StoreError) {
        var statement = try database.prepare(
            """
            SELECT start_ms, end_ms, data FROM block
            WHERE end_ms >= ? AND start_ms <= ? ORDER BY first_seq
            """, while: "reading history")
        try statement.bind(1, span.lowerBound.rawValue)
        try statement.bind(2, span.upperBound.rawValue)
        while try statement.step() {
            do {
                builder.append(try Block(decoding: statement.blob(2), metrics: metrics))
            } catch {
                let start = Timestamp(milliseconds: statement.integer(0))
                let end = Timestamp(milliseconds: statement.integer(1))
                throw .damaged(
                    path: path,
                    what: "the block of \(start.iso8601) to \(end.iso8601): \(error)")
            }
        }
    }

    private func wantedIncarnations(
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

    private func seriesByRow() throws(StoreError) -> [Int64: SeriesIdentity] {
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

/// Joins blocks, in the order they were taken, into one history.
private struct HistoryBuilder {
    private(set) var history = History()
    private let incarnations: [Int64: Incarnation]
    private let metrics: Set<Metric>
    private let span: ClosedRange<Timestamp>
    private var position: [Int64: Int] = [:]

    init(
        incarnations: [Int64: Incarnation], metrics: Set<Metric>, span: ClosedRange<Timestamp>
    ) {
        self.incarnations = incarnations
        self.metrics = metrics
        self.span = span
    }

    mutating func append(_ block: Block) {
        // Rows outside the span are dropped: -1 marks them.
        var newRow = [Int32](repeating: -1, count: block.ticks.count)
        for (row, tick) in block.ticks.enumerated() where span.contains(tick.time) {
            newRow[row] = Int32(history.ticks.count)
            history.ticks.append(
                History.TickHeader(
                    time: tick.time, boot: tick.boot,
                    uptimeMilliseconds: tick.uptimeMilliseconds, host: tick.host))
        }
        for entry in block.incarnations {
            guard let incarnation = incarnations[entry.incarnation] else { continue }
            append(entry, incarnation, newRow)
        }
    }

    private mutating func append(
        _ entry: Block.Entry, _ incarnation: Incarnation, _ newRow: [Int32]
    ) {
        let kept = entry.rows.indices.filter { newRow[Int(entry.rows[$0])] >= 0 }
        guard !kept.isEmpty else { return }
        let index = position[entry.incarnation] ?? history.incarnations.count
        if index == history.incarnations.count {
            position[entry.incarnation] = index
            history.incarnations.append(IncarnationHistory(incarnation: incarnation))
        }
        let rowsBefore = history.incarnations[index].rows.count
        history.incarnations[index].rows.append(
            contentsOf: kept.map { newRow[Int(entry.rows[$0])] })
        let rowsAfter = rowsBefore + kept.count

        for column in entry.columns where metrics.contains(column.metric) {
            var spread = [Int64?](repeating: nil, count: entry.rows.count)
            for (row, value) in zip(column.present, column.values) { spread[Int(row)] = value }
            history.incarnations[index].columns[
                column.metric, default: [Int64?](repeating: nil, count: rowsBefore)
            ].append(contentsOf: kept.lazy.map { spread[$0] })
        }
        for metric in metrics {
            guard let count = history.incarnations[index].columns[metric]?.count,
                count < rowsAfter
            else { continue }
            history.incarnations[index].columns[metric]?.append(
                contentsOf: repeatElement(nil, count: rowsAfter - count))
        }
    }
}
