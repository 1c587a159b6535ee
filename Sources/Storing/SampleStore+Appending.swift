package import Measures

/// A tick that later ones are told against.
struct KeyTick {
    var sequence: Int64
    /// Ascending.
    var samples: [TickRow.Sample]
}

/// A text that a program leaves in a store for its next run.
package struct StoreNote {
    package var name: String
    package var text: String

    package init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }
}

extension SampleStore {
    /// How many ticks a key tick serves, itself among them: they become one span of columns.
    static let ticksPerKey: Int64 = 60

    /// Stores one tick: when this returns, the tick survives a crash of the process.
    /// - Parameter notes: kept or replaced together with the tick.
    /// - Throws: `diskFull`, `busy`, `notAccessible`; then nothing of the tick is kept and everything
    ///   stored before is.
    package func append(
        _ tick: Tick, notes: [StoreNote] = []
    ) throws(StoreError) {
        do {
            try database.transaction(.immediate, while: "storing a sample") {
                () throws(StoreError) in
                try forgetIfOthersWrote()
                try insert(tick)
                try write(tick.origins)
                for note in notes { try write(note) }
            }
        } catch {
            // Ids handed out inside the failed transaction are gone with it.
            forget()
            throw error
        }
        try boundLog()
    }

    /// Ids may be gone: another process may have pruned or repaired the store.
    func forgetIfOthersWrote() throws(StoreError) {
        let version =
            try database.integer("PRAGMA data_version", while: "storing a sample") ?? 0
        if version != dataVersion { forget() }
        dataVersion = version
    }

    /// Drops what was looked up.
    func forget() {
        knownRoster = nil
        bootRows.removeAll()
        key = nil
        knownSettings = nil
    }

    /// What was noted under `name`; nil when nothing was.
    package func note(_ name: String) throws(StoreError) -> String? {
        var statement = try database.prepare(
            "SELECT value FROM note WHERE name = ?", while: "reading a note")
        try statement.bind(1, name)
        return try statement.step() ? statement.text(0) : nil
    }

    private func write(_ note: StoreNote) throws(StoreError) {
        var statement = try database.prepare(
            "INSERT OR REPLACE INTO note(name, value) VALUES(?, ?)", while: "writing a note")
        try statement.bind(1, note.name)
        try statement.bind(2, note.text)
        try statement.run()
    }

    private func insert(_ tick: Tick) throws(StoreError) {
        let resolution = try settings().resolution
        let rows = try rows(of: tick.samples)
        var samples = zip(rows, tick.samples).map { row, sample in
            TickRow.Sample(incarnation: row, values: sample.values.floored(to: resolution))
        }
        samples.sortUniquely()
        let (sequence, key) = try nextSequence()
        let label = TickRow.Label(
            sequence: sequence, key: key?.sequence,
            header: TickHeader(
                time: tick.time, boot: try row(of: tick.boot),
                uptimeMilliseconds: tick.uptimeMilliseconds, host: tick.host))
        try insert(
            label, TickRow.encode(samples, against: key?.samples ?? [], label: label.bytes))
        self.key = key ?? KeyTick(sequence: sequence, samples: samples)
    }

    func insert(_ label: TickRow.Label, _ samples: [UInt8]) throws(StoreError) {
        var statement = try database.prepare(
            "INSERT INTO tick(\(Self.labelColumns), samples) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
            while: "storing a sample")
        try statement.bind(1, label.sequence)
        try statement.bind(2, label.key)
        try statement.bind(3, label.header.time.rawValue)
        try statement.bind(4, label.header.boot)
        try statement.bind(5, label.header.uptimeMilliseconds)
        try statement.bind(6, label.header.host.cpus?.millicores)
        try statement.bind(7, label.header.host.memory?.rawValue)
        try statement.bind(8, samples)
        try statement.run()
    }

    /// The next tick's number, and the tick that it is told against; nil for a key tick.
    private func nextSequence() throws(StoreError) -> (Int64, KeyTick?) {
        guard let last = try lastRow() else {
            let last = try database.integer(
                "SELECT max(last_seq) FROM span", while: "storing a sample")
            return ((last ?? 0) + 1, nil)
        }
        let next = last.sequence + 1
        return (next, next - last.key < Self.ticksPerKey ? try keyTick(last.key) : nil)
    }

    /// The last tick of the hot tail, and its key tick: itself, where it is one. Nil where there is none.
    func lastRow() throws(StoreError) -> (sequence: Int64, key: Int64)? {
        var statement = try database.prepare(
            "SELECT seq, ifnull(key, seq) FROM tick ORDER BY seq DESC LIMIT 1",
            while: "looking up the last sample")
        guard try statement.step() else { return nil }
        return (statement.integer(0), statement.integer(1))
    }

    /// - Throws: `damaged` where it is not there or cannot be decoded.
    func keyTick(_ sequence: Int64) throws(StoreError) -> KeyTick {
        if let key, key.sequence == sequence { return key }
        var statement = try database.prepare(
            "SELECT \(Self.labelColumns), samples FROM tick WHERE seq = ? AND key IS NULL",
            while: "reading samples")
        try statement.bind(1, sequence)
        guard try statement.step() else {
            throw .damaged(
                path: path, what: "sample \(sequence), which others are told against, is missing")
        }
        do {
            let samples = try TickRow.decode(
                statement.blob(7), label: TickRow.Label(statement).bytes)
            let found = KeyTick(sequence: sequence, samples: samples)
            key = found
            return found
        } catch {
            let time = Timestamp(milliseconds: statement.integer(2)).iso8601
            throw .damaged(path: path, what: "sample \(sequence) of \(time): \(error)")
        }
    }

    func row(of boot: BootID) throws(StoreError) -> Int64 {
        if let known = bootRows.first(where: { $0.boot == boot }) { return known.row }
        // A host boots seldom: an index would cost a page of every store.
        var statement = try database.prepare(
            "SELECT id FROM boot WHERE uuid = ?", while: "looking up a boot id")
        try statement.bind(1, boot.rawValue)
        let row = try statement.step() ? statement.integer(0) : insert(boot)
        bootRows.append((boot, row))
        return row
    }

    private func insert(_ boot: BootID) throws(StoreError) -> Int64 {
        var statement = try database.prepare(
            "INSERT INTO boot(uuid) VALUES(?) RETURNING id", while: "storing a boot id")
        try statement.bind(1, boot.rawValue)
        return try onlyID(&statement)
    }

    /// Stores an incarnation, or what is new of it.
    func row(of incarnation: Incarnation) throws(StoreError) -> Int64 {
        let series = try row(of: incarnation.series)
        var statement = try database.prepare(
            """
            INSERT INTO incarnation(series, container, name, image, image_id, started_ms)
            VALUES(?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET
                name = excluded.name, image = ifnull(excluded.image, image),
                image_id = ifnull(excluded.image_id, image_id)
            RETURNING id, image, image_id
            """, while: "storing a container's name")
        try statement.bind(1, series)
        try statement.bind(2, incarnation.container.rawValue)
        try statement.bind(3, incarnation.name)
        try statement.bind(4, incarnation.image)
        try statement.bind(5, incarnation.imageID)
        try statement.bind(6, incarnation.startedAt?.rawValue)
        var row: Int64 = 0
        var stored = incarnation
        while try statement.step() {
            row = statement.integer(0)
            stored.image = statement.optionalText(1)
            stored.imageID = statement.optionalText(2)
        }
        var sealing = try database.prepare(
            "UPDATE incarnation SET digest = ? WHERE id = ?", while: "storing a container's name")
        try sealing.bind(1, stored.digest(id: row, series: series))
        try sealing.bind(2, row)
        try sealing.run()
        return row
    }

    private func row(of series: SeriesIdentity) throws(StoreError) -> Int64 {
        var statement = try database.prepare(
            """
            INSERT INTO series(kind, project, service, instance) VALUES(?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET kind = kind RETURNING id
            """, while: "storing a service's name")
        try statement.bind(1, series.kind.rawValue)
        try statement.bind(2, series.service.project)
        try statement.bind(3, series.service.service)
        try statement.bind(4, series.instance)
        return try onlyID(&statement)
    }

    private func onlyID(_ statement: inout SQLiteStatement) throws(StoreError) -> Int64 {
        var id: Int64 = 0
        while try statement.step() { id = statement.integer(0) }
        return id
    }
}

extension [TickRow.Sample] {
    /// The same incarnation twice in one tick would be a sampler's fault; the first reading stays.
    fileprivate mutating func sortUniquely() {
        if zip(self, dropFirst()).allSatisfy({ $0.incarnation < $1.incarnation }) { return }
        var seen: Set<Int64> = []
        self = filter { seen.insert($0.incarnation).inserted }
        sort { $0.incarnation < $1.incarnation }
    }
}
