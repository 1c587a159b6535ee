package import Measures

extension SampleStore {
    /// What is kept for longer than the ticks of the series that `isWanted`: for each day (UTC) that overlaps
    /// `window` and each incarnation, in order. Rollups of one incarnation merge into one of a longer span.
    ///
    /// They hold the days that were compacted: see `rollupEnd()` for where the ticks have to be read instead.
    /// - Throws: `damaged` with the day, where bytes cannot be decoded.
    package func rollups(
        in window: ClosedRange<Timestamp>, where isWanted: (SeriesIdentity) -> Bool = { _ in true }
    ) throws(StoreError) -> [IncarnationRollup] {
        guard formatVersion > 1 else { return [] }
        return try database.transaction(.deferred, while: "reading rollups") {
            () throws(StoreError) in
            let wanted = try wantedIncarnations(isWanted)
            var rollups: [IncarnationRollup] = []
            var statement = try database.prepare(
                "SELECT day, part, data FROM rollup WHERE day BETWEEN ? AND ? ORDER BY day, part",
                while: "reading rollups")
            try statement.bind(1, RollupBuilder.day(of: window.lowerBound.rawValue))
            try statement.bind(2, RollupBuilder.day(of: window.upperBound.rawValue))
            while try statement.step() {
                let day = statement.integer(0)
                for entry in try rollupPart(statement) {
                    guard let incarnation = wanted[entry.id] else { continue }
                    rollups.append(
                        IncarnationRollup(
                            incarnation: incarnation,
                            day: Timestamp(
                                milliseconds: day &* RollupBuilder.dayMilliseconds),
                            values: entry.values))
                }
            }
            return rollups
        }
    }

    /// The earliest label of a tick that is in no rollup; nil where all are. Rollups of whole days before it
    /// are complete.
    package func rollupEnd() throws(StoreError) -> Timestamp? {
        var statement = try database.prepare(
            """
            SELECT min(first) FROM (
                SELECT start_ms AS first FROM span WHERE level <> \(Schema.Level.rolledUpDay)
                UNION ALL SELECT time_ms FROM tick)
            """, while: "reading rollups")
        guard try statement.step() else { return nil }
        return statement.optionalInteger(0).map(Timestamp.init(milliseconds:))
    }

    /// - Parameter row: columns day, part, data.
    private func rollupPart(
        _ row: borrowing SQLiteStatement
    ) throws(StoreError) -> [RollupPart.Entry] {
        let (day, part) = (row.integer(0), row.integer(1))
        do throws(DecodingFailure) {
            return try row.withBlob(2) { (bytes) throws(DecodingFailure) in
                try RollupPart.decode(bytes, label: RollupPart.label(day: day, part: part))
            }
        } catch {
            let date = Timestamp(milliseconds: day &* RollupBuilder.dayMilliseconds).iso8601
            throw .damaged(
                path: path, what: "part \(part) of the rollups of \(date.prefix(10)): \(error)")
        }
    }

    /// - Parameter body: takes the day and what it holds of one incarnation.
    func forEachRollup(
        _ body: (Int64, RollupPart.Entry) -> Void
    ) throws(StoreError) {
        var statement = try database.prepare(
            "SELECT day, part, data FROM rollup ORDER BY day, part", while: "reading rollups")
        while try statement.step() {
            for entry in try rollupPart(statement) { body(statement.integer(0), entry) }
        }
    }

    // MARK: Writing

    /// Rolls up every compacted day that is not yet.
    package func rollUpDays() throws(StoreError) { while try rollUpOldest() {} }

    /// Rolls up the oldest day that is not yet.
    /// - Returns: false where there is none.
    func rollUpOldest() throws(StoreError) -> Bool {
        let oldest =
            "SELECT id FROM span WHERE level = \(Schema.Level.day) ORDER BY first_seq LIMIT 1"
        guard try database.integer(oldest, while: "rolling up a day") != nil else { return false }
        try requireRoom(DiskSpace.compactionFloor, for: "rolling up a day")
        return try database.transaction(.immediate, while: "rolling up a day") {
            () throws(StoreError) in
            guard let span = try database.integer(oldest, while: "rolling up a day") else {
                return false
            }
            try rollUp(span: span)
            return true
        }
    }

    /// Adds a span to the rollups of its days, and marks it. Within a transaction.
    func rollUp(span id: Int64) throws(StoreError) {
        let span = try span(id)
        var days: [Int64: [Int64: IncarnationDay]] = [:]
        var builder = RollupBuilder(span.ticks)
        for block in try blocks(of: span, overlapping: nil) {
            for (index, incarnation) in block.reader.members.ids.enumerated() {
                do throws(DecodingFailure) {
                    for (day, values) in try builder.rollups(of: index, in: block.reader) {
                        days[day, default: [:]][incarnation] = values
                    }
                } catch {
                    throw .damaged(path: path, what: "a block of span \(id): \(error)")
                }
            }
        }
        for (day, values) in days.sorted(by: { $0.key < $1.key }) { try add(values, to: day) }
        var statement = try database.prepare(
            "UPDATE span SET level = \(Schema.Level.rolledUpDay) WHERE id = ?",
            while: "rolling up a day")
        try statement.bind(1, id)
        try statement.run()
    }

    private func add(_ later: [Int64: IncarnationDay], to day: Int64) throws(StoreError) {
        var all = later
        var statement = try database.prepare(
            "SELECT day, part, data FROM rollup WHERE day = ?", while: "rolling up a day")
        try statement.bind(1, day)
        while try statement.step() {
            for entry in try rollupPart(statement) {
                var values = entry.values
                if let more = later[entry.id] { values.merge(more) }
                all[entry.id] = values
            }
        }
        statement.reset()
        try delete("FROM rollup WHERE day = ?", day)
        let entries = all.sorted { $0.key < $1.key }.map {
            RollupPart.Entry(id: $0.key, values: $0.value)
        }
        let starts = stride(from: 0, to: entries.count, by: RollupPart.incarnationsMax)
        for (part, start) in starts.enumerated() {
            let end = min(start + RollupPart.incarnationsMax, entries.count)
            try insert(Array(entries[start..<end]), day: day, part: Int64(part))
        }
    }

    private func insert(
        _ entries: [RollupPart.Entry], day: Int64, part: Int64
    ) throws(StoreError) {
        let label = RollupPart.label(day: day, part: part)
        let bytes = RollupPart.encode(entries, label: label)
        do throws(DecodingFailure) {
            let decoded = try bytes.withBytes { (bytes) throws(DecodingFailure) in
                try RollupPart.decode(bytes, label: label)
            }
            guard decoded == entries else { throw DecodingFailure("it decodes to other values") }
        } catch {
            throw .sqlite(
                path: path, operation: "rolling up a day",
                message: "the rollup just made cannot be trusted: \(error); all stays as it was")
        }
        try insertRollup(day: day, part: part, bytes)
    }

    func insertRollup(day: Int64, part: Int64, _ bytes: [UInt8]) throws(StoreError) {
        var statement = try database.prepare(
            "INSERT INTO rollup(day, part, data) VALUES(?, ?, ?)", while: "rolling up a day")
        try statement.bind(1, day)
        try statement.bind(2, part)
        try statement.bind(3, bytes)
        try statement.run()
    }
}
