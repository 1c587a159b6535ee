import Columns
import Glibc
import Measures

/// What a repair did.
package struct RepairOutcome: Sendable {
    /// What was found before.
    package var found: Verification
    /// The store as it was; nil where nothing had to be repaired.
    package var copy: String?
    /// What is there now.
    package var kept: Verification
}

extension SampleStore {
    /// Keeps all that is sound: what cannot be decoded is left out, a metric of a block where the rest of it
    /// can be read. What has lost its name gets one that says so.
    ///
    /// The store is copied first, to a file beside it. What is sound is written into a new store, which is
    /// verified and then takes the place of the old one's pages in one transaction: other processes may have
    /// it open. Sequence numbers are given anew.
    /// - Throws: `diskNearlyFull`, `diskFull`, `busy`, `notAccessible`; the store is then as it was.
    package func repair() throws(StoreError) -> RepairOutcome {
        let found = try verify()
        guard !found.damages.isEmpty else {
            return RepairOutcome(found: found, copy: nil, kept: found)
        }
        try requireRoom(
            DiskSpace.compactionFloor + 2 * (fileLength + logLength), for: "the repair")
        let copyPath = try unusedName(path + ".damaged")
        try copy(to: copyPath)
        let temporary = path + ".\(getpid()).repair"
        defer { Self.removeFiles(temporary) }
        Self.removeFiles(temporary)
        let kept = try rebuild(at: temporary)
        forget()
        return RepairOutcome(found: found, copy: copyPath, kept: kept)
    }

    private func rebuild(at temporary: String) throws(StoreError) -> Verification {
        // Pages are only copied over pages of the same size, which an older store has others of.
        let pageSize = try database.integer("PRAGMA page_size", while: "repairing") ?? 4096
        try SQLiteDatabase(path: temporary, mode: .readWriteCreate).execute(
            "PRAGMA page_size = \(pageSize); PRAGMA auto_vacuum = INCREMENTAL; VACUUM",
            while: "repairing")
        let fresh = try SampleStore(path: temporary, access: .readWrite)
        let source = self
        try database.snapshot(while: "repairing") { () throws(StoreError) in
            try fresh.database.transaction(.immediate, while: "repairing") {
                () throws(StoreError) in
                var writer = RepairWriter(fresh)
                try StoreInspector(source).run { (piece) throws(StoreError) in
                    try writer.append(piece)
                }
            }
        }
        let kept = try fresh.verify()
        guard kept.damages.isEmpty else {
            throw .sqlite(
                path: path, operation: "repairing",
                message: "what was repaired is not sound (\(kept.damages[0])); all stays as it was")
        }
        try fresh.database.checkpoint()
        try fresh.database.copy(to: database, while: "repairing")
        try database.checkpointIfFree()
        return kept
    }

    private func unusedName(_ base: String) throws(StoreError) -> String {
        for number in 1...999 {
            let name = "\(base)-\(number)"
            if Glibc.access(name, F_OK) != 0 { return name }
        }
        throw .exists(path: base + "-999")
    }
}

/// Writes what is sound into a new store.
private struct RepairWriter {
    let store: SampleStore
    private var sequence: Int64 = 0
    private var key: KeyTick?

    init(_ store: SampleStore) { self.store = store }

    mutating func append(_ piece: SoundPiece) throws(StoreError) {
        switch piece {
        case .boot(let id, let uuid):
            try insert("OR IGNORE INTO boot(id, uuid)", [id], [uuid])
        case .series(let id, let identity):
            try insert(
                "OR IGNORE INTO series(id, kind, project, service, instance)",
                [id, identity.kind.rawValue],
                [identity.service.project, identity.service.service, identity.instance])
        case .incarnation(let id, let series, let incarnation):
            try insert(
                """
                OR IGNORE INTO incarnation(
                    id, series, started_ms, digest, container, name, image, image_id)
                """,
                [
                    id, series, incarnation.startedAt?.rawValue,
                    incarnation.digest(id: id, series: series),
                ],
                [
                    incarnation.container.rawValue, incarnation.name, incarnation.image,
                    incarnation.imageID,
                ])
        case .span(let ticks, let level, let blocks): try append(ticks, level, blocks)
        case .tick(let header, let samples): try append(header, samples)
        case .rollup(let day, let part, let data):
            try store.insertRollup(day: day, part: part, data)
        case .setting(let name, let value):
            try insert(
                "OR REPLACE INTO setting(checksum, name, value)",
                [SampleStore.settingChecksum(name, value)], [name, value])
        case .note(let name, let value):
            try insert("OR REPLACE INTO note(name, value)", [], [name, value])
        }
    }

    private mutating func append(
        _ ticks: TickTable, _ level: Int64, _ blocks: [SoundBlock]
    ) throws(StoreError) {
        let sequences = (sequence + 1)...(sequence + Int64(ticks.count))
        let isSixty = ticks.count <= SampleStore.ticksPerKey
        let level = level == Schema.Level.sixtyTicks && !isSixty ? Schema.Level.rolledUpDay : level
        let span = try store.insert(ticks, sequences, level: level)
        sequence = sequences.upperBound
        for block in blocks {
            switch block {
            case .whole(let members, let data):
                try store.insert(block: data, members.ids, into: span)
            case .rest(let columns): try store.insert(columns, into: span, choosing: .balanced)
            }
        }
        try store.seal(span: span)
    }

    private mutating func append(
        _ header: TickHeader, _ samples: [TickRow.Sample]
    ) throws(StoreError) {
        sequence += 1
        if let key, sequence - key.sequence >= SampleStore.ticksPerKey { self.key = nil }
        let label = TickRow.Label(sequence: sequence, key: key?.sequence, header: header)
        try store.insert(
            label, TickRow.encode(samples, against: key?.samples ?? [], label: label.bytes))
        key = key ?? KeyTick(sequence: sequence, samples: samples)
    }

    /// - Parameter sql: a table and its columns, those of integers first.
    private func insert(
        _ sql: String, _ integers: [Int64?], _ texts: [String?]
    ) throws(StoreError) {
        let marks = Array(repeating: "?", count: integers.count + texts.count)
        var statement = try store.database.prepare(
            "INSERT \(sql) VALUES(\(marks.joined(separator: ", ")))", while: "repairing")
        for (index, value) in integers.enumerated() { try statement.bind(Int32(index) + 1, value) }
        for (index, text) in texts.enumerated() {
            try statement.bind(Int32(integers.count + index) + 1, text)
        }
        try statement.run()
    }
}
