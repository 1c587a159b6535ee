package import Measures

/// How much a store holds, of what, and in how many bytes.
package struct StoreInfo: Sendable {
    package var path: String
    package var formatVersion: Int64
    package var fileBytes: Bytes
    /// Of the write-ahead log beside the file.
    package var logBytes: Bytes
    /// Nil while there is no tick.
    package var extent: StoreExtent?
    package var series = 0
    package var incarnations = 0
    package var boots = 0
    package var values = 0
    /// Ticks that are rows still, and their bytes.
    package var rows = 0
    package var rowBytes = Bytes(0)
    /// Spans of some sixty ticks, and of a day.
    package var hours = Level()
    package var days = Level()
    package var rollupDays = 0
    package var rollupBytes = Bytes(0)
    /// Of all blocks, those with the most bytes first.
    package var metrics: [MetricBytes] = []
    package var settings: StoreSettings

    package struct Level: Hashable, Sendable {
        package var spans = 0
        package var ticks = 0
        package var bytes = Bytes(0)
    }

    package struct MetricBytes: Hashable, Sendable {
        package var metric: Metric
        package var bytes = Bytes(0)
        package var values = 0
    }

    /// Of the whole file and its log; nil while there is no value.
    package var bytesPerValue: Double? {
        values > 0 ? Double(fileBytes.rawValue + logBytes.rawValue) / Double(values) : nil
    }
}

extension SampleStore {
    /// Reads everything, to count the values.
    /// - Throws: `damaged`.
    package func info() throws(StoreError) -> StoreInfo {
        try database.transaction(.deferred, while: "measuring the store") {
            () throws(StoreError) in
            var info = StoreInfo(
                path: path, formatVersion: formatVersion, fileBytes: Bytes(fileLength),
                logBytes: Bytes(logLength), settings: try settings())
            info.extent = try extent()
            info.series = try count("series")
            info.incarnations = try count("incarnation")
            info.boots = try count("boot")
            try countRows(into: &info)
            try countSpans(into: &info)
            if formatVersion > 1 {
                var rollups = try database.prepare(
                    "SELECT count(DISTINCT day), ifnull(sum(length(data)), 0) FROM rollup",
                    while: "measuring the store")
                if try rollups.step() {
                    info.rollupDays = Int(rollups.integer(0))
                    info.rollupBytes = Bytes(rollups.integer(1))
                }
            }
            return info
        }
    }

    private func count(_ table: String) throws(StoreError) -> Int {
        Int(
            try database.integer("SELECT count(*) FROM \(table)", while: "measuring the store") ?? 0
        )
    }

    private func countRows(into info: inout StoreInfo) throws(StoreError) {
        info.rowBytes = Bytes(
            try database.integer(
                "SELECT sum(length(samples)) FROM tick", while: "measuring the store") ?? 0)
        var (rows, values) = (0, 0)
        for group in try groupsOfRows() {
            try forEachRow(of: group, try keyTick(group.lowerBound)) { (_, samples) in
                rows += 1
                for sample in samples { values += sample.values.count }
            }
        }
        info.rows = rows
        info.values += values
    }

    private func countSpans(into info: inout StoreInfo) throws(StoreError) {
        var metrics: [Metric: StoreInfo.MetricBytes] = [:]
        var statement = try database.prepare(
            "SELECT id, level, length(ticks) FROM span ORDER BY first_seq",
            while: "measuring the store")
        while try statement.step() {
            let span = try span(statement.integer(0))
            var level = StoreInfo.Level(spans: 1, ticks: span.ticks.count)
            level.bytes = Bytes(statement.integer(2))
            for block in try blocks(of: span, overlapping: nil) {
                level.bytes = level.bytes + Bytes(Int64(block.length))
                for metric in block.reader.metrics {
                    let bytes = Bytes(Int64(block.reader.storedLength(of: metric)))
                    let values = try values(of: metric, in: block, span)
                    var sum = metrics[metric] ?? StoreInfo.MetricBytes(metric: metric)
                    sum.bytes = sum.bytes + bytes
                    sum.values += values
                    metrics[metric] = sum
                    info.values += values
                }
            }
            if statement.integer(1) == Schema.Level.sixtyTicks {
                info.hours.add(level)
            } else {
                info.days.add(level)
            }
        }
        info.metrics = metrics.values.sorted {
            ($1.bytes.rawValue, $0.metric.rawValue) < ($0.bytes.rawValue, $1.metric.rawValue)
        }
    }

    private func values(
        of metric: Metric, in block: StoredBlock, _ span: StoredSpan
    ) throws(StoreError) -> Int {
        var count = 0
        for index in block.reader.members.ids.indices {
            do throws(DecodingFailure) {
                _ = try block.reader.read(metric, index) { count += $1.count }
            } catch {
                throw .damaged(path: path, what: "a block of span \(span.id): \(error)")
            }
        }
        return count
    }
}

extension StoreInfo.Level {
    fileprivate mutating func add(_ other: StoreInfo.Level) {
        spans += other.spans
        ticks += other.ticks
        bytes = bytes + other.bytes
    }
}
