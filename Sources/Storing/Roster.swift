import Measures

/// Which rows the incarnations of the last tick have, left for the next: the names of three thousand
/// containers are then compared and not looked up one by one.
///
/// In the note `roster`: a CRC-32 (little endian) of the rest, then for each incarnation, in the order of
/// the tick: the container id's length as a varint and its bytes; 0, or 1 and the start as a zigzag varint;
/// `details`, eight bytes, lowest first; the row's id as a zigzag varint. A container is told by its id and
/// start; `details` tells whether what else is stored of it is still so.
struct Roster: Equatable {
    struct Entry: Equatable {
        var container: ContainerID
        var startedAt: Timestamp?
        var details: UInt64
        var row: Int64

        init(_ incarnation: Incarnation, row: Int64) {
            container = incarnation.container
            startedAt = incarnation.startedAt
            details = incarnation.details
            self.row = row
        }
    }

    var entries: [Entry] = []
    private var search = ContainerSearch()

    init() {}

    static func == (left: Roster, right: Roster) -> Bool { left.entries == right.entries }

    /// That of an incarnation which is here with all that is stored of it. Fastest in the order of the last
    /// tick.
    mutating func entry(of incarnation: Incarnation) -> Entry? {
        guard
            let place = search.place(of: incarnation.container, in: entries, by: { $0.container })
        else { return nil }
        let entry = entries[place]
        guard entry.startedAt == incarnation.startedAt, entry.details == incarnation.details
        else { return nil }
        return entry
    }
}

extension Incarnation {
    /// FNV-1a, 64 bits (Fowler, Noll, Vo), of kind, project, service, instance, name, image and image id:
    /// a byte, 0 where there is none, then the text and a zero byte.
    fileprivate var details: UInt64 {
        var hash = FNV()
        hash.add(UInt8(truncatingIfNeeded: series.kind.rawValue))
        hash.add(series.service.project)
        hash.add(series.service.service)
        hash.add(series.instance)
        hash.add(name)
        hash.add(image)
        hash.add(imageID)
        return hash.value
    }
}

private struct FNV {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

    mutating func add(_ text: String?) {
        add(text == nil ? 0 : 1)
        if var text {
            value = text.withUTF8 { [value] bytes in
                var hash = FNV(value: value)
                for byte in bytes { hash.add(byte) }
                return hash.value
            }
        }
        add(0)
    }
}

// MARK: - As bytes

extension Roster {
    var bytes: [UInt8] {
        var writer = ByteWriter()
        for entry in entries {
            let container = entry.container.rawValue.utf8
            writer.append(count: container.count)
            writer.append(contentsOf: Array(container))
            writer.append(byte: entry.startedAt == nil ? 0 : 1)
            if let startedAt = entry.startedAt { writer.append(signed: startedAt.rawValue) }
            writer.append(littleEndian: UInt32(truncatingIfNeeded: entry.details))
            writer.append(littleEndian: UInt32(truncatingIfNeeded: entry.details >> 32))
            writer.append(signed: entry.row)
        }
        var sealed = ByteWriter()
        sealed.append(littleEndian: UInt32(truncatingIfNeeded: Zlib.checksum(writer.bytes)))
        sealed.append(contentsOf: writer.bytes)
        return sealed.bytes
    }

    /// - Throws: where the bytes are not what `bytes` gave.
    init(_ bytes: UnsafeRawBufferPointer) throws(DecodingFailure) {
        var reader = ByteReader(bytes)
        let checksum = try reader.littleEndian()
        let rest = UnsafeRawBufferPointer(rebasing: bytes[reader.position...])
        guard Zlib.checksum(rest) == checksum else {
            throw DecodingFailure("the checksum of the roster is not that of its bytes")
        }
        while !reader.isAtEnd {
            let length = try reader.count(of: "bytes of a container id", atMost: reader.remaining)
            let container = String(decoding: try reader.take(length), as: UTF8.self)
            let startedAt =
                try reader.byte() == 0 ? nil : Timestamp(milliseconds: try reader.signed())
            let low = try reader.littleEndian()
            let high = try reader.littleEndian()
            entries.append(
                Entry(
                    container: ContainerID(rawValue: container), startedAt: startedAt,
                    details: UInt64(high) << 32 | UInt64(low), row: try reader.signed()))
        }
    }
}

extension Roster.Entry {
    fileprivate init(container: ContainerID, startedAt: Timestamp?, details: UInt64, row: Int64) {
        self.container = container
        self.startedAt = startedAt
        self.details = details
        self.row = row
    }
}

// MARK: - In the store

extension SampleStore {
    static let rosterNote = "roster"

    /// The rows of the containers of a tick; those that are new get one.
    func rows(of samples: [ContainerSample]) throws(StoreError) -> [Int64] {
        let previous = try roster()
        var known = previous
        var entries = samples.map { known.entry(of: $0.incarnation) }
        if entries.contains(where: { $0 == nil }) { try lookUp(samples, &entries) }
        var roster = Roster()
        roster.entries = entries.compactMap(\.self)
        try leave(roster, after: previous)
        return roster.entries.map(\.row)
    }

    /// Fills in what is missing. What is stored already, as nearly all is, is found without a write.
    private func lookUp(
        _ samples: [ContainerSample], _ entries: inout [Roster.Entry?]
    ) throws(StoreError) {
        var statement = try database.prepare(
            """
            SELECT incarnation.id FROM series JOIN incarnation ON incarnation.series = series.id
            WHERE series.kind = ? AND ifnull(series.project, char(0)) = ifnull(?, char(0))
                AND series.service = ? AND series.instance = ?
                AND incarnation.container = ?
                AND ifnull(incarnation.started_ms, 'unknown') = ifnull(?, 'unknown')
                AND incarnation.name = ? AND incarnation.image IS ? AND incarnation.image_id IS ?
            """, while: "looking up containers")
        for index in samples.indices where entries[index] == nil {
            let incarnation = samples[index].incarnation
            try statement.bind(1, incarnation.series.kind.rawValue)
            try statement.bind(2, incarnation.series.service.project)
            try statement.bind(3, incarnation.series.service.service)
            try statement.bind(4, incarnation.series.instance)
            try statement.bind(5, incarnation.container.rawValue)
            try statement.bind(6, incarnation.startedAt?.rawValue)
            try statement.bind(7, incarnation.name)
            try statement.bind(8, incarnation.image)
            try statement.bind(9, incarnation.imageID)
            let row = try statement.step() ? statement.integer(0) : row(of: incarnation)
            statement.reset()
            entries[index] = Roster.Entry(incarnation, row: row)
        }
    }

    /// What the tick before left; empty where there is nothing, or nothing sound: it only saves looking up.
    func roster() throws(StoreError) -> Roster {
        if let knownRoster { return knownRoster }
        var statement = try database.prepare(
            "SELECT value FROM note WHERE name = ?", while: "looking up containers")
        try statement.bind(1, Self.rosterNote)
        guard try statement.step() else { return Roster() }
        let bytes: [UInt8] = statement.blob(0)
        do throws(DecodingFailure) {
            return try bytes.withBytes { (bytes) throws(DecodingFailure) in try Roster(bytes) }
        } catch {
            // It only saves looking up, and is written anew; `verify` names the damage.
            return Roster()
        }
    }

    /// Leaves `roster` for the next tick.
    private func leave(_ roster: Roster, after previous: Roster) throws(StoreError) {
        knownRoster = roster
        guard roster != previous else { return }
        var statement = try database.prepare(
            "INSERT OR REPLACE INTO note(name, value) VALUES(?, ?)", while: "writing a note")
        try statement.bind(1, Self.rosterNote)
        try statement.bind(2, roster.bytes)
        try statement.run()
    }

    /// For those who take rows of containers away.
    func dropRoster() throws(StoreError) {
        knownRoster = nil
        try database.execute(
            "DELETE FROM note WHERE name = '\(Self.rosterNote)'", while: "deleting what is old")
    }
}
