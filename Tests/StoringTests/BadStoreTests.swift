import CSQLite
import Columns
import Glibc
import Measures
import TestSupport
import Testing

@testable import Storing

@Suite struct BadStoreTests {
    @Test func aMissingFileSaysHowToMakeOne() throws {
        let error = #expect(throws: StoreError.self) {
            try SampleStore(path: "/nonexistent/store.db", access: .readOnly)
        }
        #expect(error == .missing(path: "/nonexistent/store.db"))
        #expect(
            error?.description
                == "no store at /nonexistent/store.db: take a first sample with 'rightsize sample', "
                + "or name another file with --store")
    }

    @Test(arguments: [SampleStore.Access.readOnly, .readWrite])
    func aFileThatIsNoDatabaseIsLeftAsItIs(access: SampleStore.Access) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/notes.txt"
            let bytes = Array(String(repeating: "not a store\n", count: 100).utf8)
            try writeFile(path, bytes)
            let error = #expect(throws: StoreError.self) {
                try SampleStore(path: path, access: access)
            }
            #expect(error == .notAStore(path: path, reason: "file is not a database"))
            #expect(try readFile(path) == bytes)
        }
    }

    @Test(arguments: [SampleStore.Access.readOnly, .readWrite])
    func aDatabaseOfAnotherProgramIsLeftAsItIs(access: SampleStore.Access) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/other.db"
            try execute("CREATE TABLE mine(x); INSERT INTO mine VALUES(1)", path)
            let bytes = try readFile(path)
            let error = #expect(throws: StoreError.self) {
                try SampleStore(path: path, access: access)
            }
            #expect(
                error == .notAStore(path: path, reason: "a SQLite database of another program"))
            #expect(try readFile(path) == bytes)
        }
    }

    @Test func anEmptyFileIsNoStoreToReadButABlankOneToWrite() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/empty.db"
            try writeFile(path, [])
            #expect(throws: StoreError.notAStore(path: path, reason: "an empty file")) {
                try SampleStore(path: path, access: .readOnly)
            }
            #expect(try SampleStore(path: path, access: .readWrite).extent() == nil)
        }
    }

    @Test(arguments: [SampleStore.Access.readOnly, .readWrite])
    func aStoreOfALaterVersionIsRefused(access: SampleStore.Access) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            _ = try SampleStore(path: path, access: .readWrite)
            try execute("PRAGMA user_version = 99", path)
            #expect(throws: StoreError.newerVersion(path: path, found: 99, supported: 2)) {
                try SampleStore(path: path, access: access)
            }
        }
    }

    @Test func aDirectoryIsNoStore() throws {
        try withTemporaryDirectory { directory in
            #expect(throws: StoreError.notAccessible(path: directory, reason: "it is a directory"))
            {
                try SampleStore(path: directory, access: .readWrite)
            }
        }
    }

    @Test func aFileInTheWayOfTheDirectoryIsNamed() throws {
        try withTemporaryDirectory { directory in
            try writeFile(directory + "/file", [1])
            let error = #expect(throws: StoreError.self) {
                try SampleStore(path: directory + "/file/deeper/store.db", access: .readWrite)
            }
            #expect(
                error
                    == .notAccessible(
                        path: directory + "/file/deeper/store.db",
                        reason: "the directory \(directory)/file/deeper cannot be made: "
                            + "Not a directory"))
        }
    }

    /// A full disk, as SQLite reports it: the file may not grow by another page.
    @Test func aFullDiskLosesNothingThatWasStored() throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: 11)
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            let before = host.ticks(20)
            for tick in before { try store.append(tick) }
            try store.database.execute("PRAGMA max_page_count = 1", while: "testing")
            var stored = before
            let error = #expect(throws: StoreError.self) {
                for tick in host.ticks(500) {
                    try store.append(tick)
                    stored.append(tick)
                }
            }
            #expect(error == .diskFull(path: store.path))
            let reader = try SampleStore(path: store.path, access: .readOnly)
            let history = try reader.history(of: Set(Metric.allCases), in: allTime)
            #expect(flattened(history) == flattened(stored))
        }
    }

    /// The same at each page that a compaction with its rollups takes, and the next one finishes it.
    @Test func aCompactionThatFindsTheDiskFullAtAnyPage() throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: 12)
            let ticks = host.ticks(150)
            let metrics = Set(Metric.allCases)
            var refused = 0
            for room in 0..<200 {
                let path = "\(directory)/store-\(room).db"
                let store = try SampleStore(path: path, access: .readWrite)
                for tick in ticks { try store.append(tick) }
                let pages = try store.database.integer("PRAGMA page_count", while: "") ?? 0
                try store.database.execute(
                    "PRAGMA max_page_count = \(Int(pages) + room)", while: "testing")
                do {
                    try store.compact(keeping: 0)
                } catch {
                    #expect(error as? StoreError == .diskFull(path: path))
                    refused += 1
                }
                #expect(flattened(try store.history(of: metrics, in: allTime)) == flattened(ticks))
                #expect(try store.verify().damages == [])
                let next = try SampleStore(path: path, access: .readWrite)
                try next.compact(keeping: 0)
                #expect(flattened(try next.history(of: metrics, in: allTime)) == flattened(ticks))
                #expect(try next.extent()?.ticks == ticks.count)
                if refused <= room { break }
            }
            #expect(refused > 0)
        }
    }

    @Test(arguments: ["tick", "span", "block"])
    func damageIsNamedAndNeverCrashes(table: String) throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: 5)
            let path = directory + "/store.db"
            let store = try SampleStore(path: path, access: .readWrite)
            for tick in host.ticks(20) { try store.append(tick) }
            let columns = ["tick": "samples", "span": "ticks", "block": "data"]
            let column = try #require(columns[table])
            if table != "tick" { try store.compact(keeping: 0) }
            try execute(
                "UPDATE \(table) SET \(column) = substr(\(column), 1, 20) || x'a55a' || substr(\(column), 23)",
                path)
            let error = #expect(throws: StoreError.self) {
                try store.history(of: [.cpuUsage], in: allTime)
            }
            guard case .damaged(_, let what) = try #require(error) else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(what.contains("checksum"))
            #expect(what.contains("2023-11-14T"))
        }
    }

    /// Behind the checksum, too, foreign bytes decode to an error or to some block, and never trap.
    @Test func mutatedBlocksAndTicksNeverTrap() throws {
        var host = RandomHost(seed: 21)
        let ticks = host.ticks(30)
        let samples = ticks.map { tick in
            tick.samples.enumerated().map {
                TickRow.Sample(incarnation: Int64($0.offset), values: $0.element.values)
            }
        }
        let ids = Set(samples.joined().map(\.incarnation)).sorted()
        var builder = BlockBuilder(ids: ids)
        for (row, samples) in samples.enumerated() {
            for sample in samples { builder.append(sample, at: row) }
        }
        let built = builder.finished(tickCount: ticks.count)
        var table = TickTable()
        for tick in ticks {
            table.append(
                TickHeader(
                    time: tick.time, boot: 1, uptimeMilliseconds: tick.uptimeMilliseconds,
                    host: tick.host))
        }
        let blocks = [
            try Block.encode(built, choosing: .fast), try Block.encode(built, choosing: .smallest),
        ]
        let span = TickColumns.encode(table)
        let row = TickRow.encode(samples[1], against: samples[0])
        for block in blocks {
            #expect(throws: Never.self) {
                try Self.reader(block, ticks.count) { (reader) throws(DecodingFailure) in
                    try reader.require(built)
                }
            }
        }

        var random = SeededGenerator(seed: 99)
        var survived = 0
        for _ in 0..<10_000 {
            for body in blocks + [span, row] {
                var mutated = body
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let at = Int.random(in: 0..<mutated.count, using: &random)
                    mutated[at] = UInt8.random(in: 0...255, using: &random)
                }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    mutated.removeLast(Int.random(in: 0..<mutated.count, using: &random))
                }
                if Self.decodesAnything(mutated, samples[0]) { survived += 1 }
                Self.sealAnew(&mutated)
                if Self.decodesAnything(mutated, samples[0]) { survived += 1 }
            }
        }
        #expect(survived > 0)
    }

    private static func reader<Result>(
        _ block: [UInt8], _ ticks: Int, _ body: (BlockReader) throws(DecodingFailure) -> Result
    ) throws(DecodingFailure) -> Result {
        try block.withBytes { (bytes) throws(DecodingFailure) in
            try body(BlockReader(bytes, tickCount: ticks))
        }
    }

    /// Reads the bytes as each kind of blob, to the last value.
    private static func decodesAnything(_ bytes: [UInt8], _ key: [TickRow.Sample]) -> Bool {
        let scratch = ColumnScratch()
        let row = try? TickRow.decode(bytes, against: key)
        let span = try? bytes.withBytes { (bytes) throws(DecodingFailure) in
            try TickColumns.decode(bytes, using: scratch)
        }
        let values = try? reader(bytes, 30) { (reader) throws(DecodingFailure) in
            var values = 0
            for metric in reader.metrics {
                for index in reader.members.ids.indices {
                    values += try reader.column(metric, index)?.values.count ?? 0
                }
            }
            return values
        }
        return row != nil || span != nil || values != nil
    }

    /// Makes the checksum behind the version right: of an envelope's body, or of a block's header.
    private static func sealAnew(_ bytes: inout [UInt8]) {
        guard bytes.count > 7 else { return }
        let length = Int(bytes[5] & 0x7f) | (bytes[5] < 0x80 ? 0 : Int(bytes[6]) << 7)
        let start = bytes[5] < 0x80 ? 6 : 7
        var covered = Array(bytes[5...])
        if bytes.count > start + length, length > 0, bytes.count % 2 == 0 {
            covered = Array(bytes[start..<(start + length)])
        }
        var writer = ByteWriter()
        writer.append(littleEndian: Zlib.checksum(covered))
        bytes.replaceSubrange(1..<5, with: writer.bytes)
    }

    private func execute(_ sql: String, _ path: String) throws {
        let database = try SQLiteDatabase(path: path, mode: .readWriteCreate)
        try database.execute(sql, while: "testing")
    }
}

/// Blobs that claim more than they can hold.
@Suite struct AbsurdBlobTests {
    @Test func aLengthThatNoCompressionReaches() {
        // A section of 14 bytes that claims a quarter of a gigabyte: refused before it is filled with zeros.
        var section = ByteWriter()
        section.append(byte: 1)
        section.append(count: 1 << 28)
        section.append(contentsOf: [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01])
        var header = ByteWriter()
        for count in [1, 1, 1, 2, 0, 1, 1] { header.append(count: count) }
        header.append(byte: Metric.pids.rawValue)
        header.append(count: section.bytes.count)
        header.append(littleEndian: Zlib.checksum(section.bytes))
        var block = ByteWriter()
        block.append(byte: Block.version)
        block.append(littleEndian: Zlib.checksum(header.bytes))
        block.append(count: header.bytes.count)
        block.append(contentsOf: header.bytes)
        block.append(contentsOf: section.bytes)
        let failure = #expect(throws: DecodingFailure.self) {
            try block.bytes.withBytes { (bytes) throws(DecodingFailure) in
                try BlockReader(bytes, tickCount: 1).column(.pids, 0)
            }
        }
        #expect(failure?.description == "pids: 268435456 bytes cannot come from 8")
    }

    @Test(
        arguments: [
            (1, Int64.max, "9223372036854775807 millicores of a host"),
            (8193, 1000, "8193 ticks at byte 5, at most 8192 can be"),
        ] as [(Int, Int64, String)])
    func absurdTicks(count: Int, cores: Int64, message: String) {
        var writer = ByteWriter()
        writer.append(count: count)
        let rows = RowSet(first: count)
        for values in [[Int64]](repeating: Array(repeating: 1, count: count), count: 3) {
            writer.append(contentsOf: encoded(values))
        }
        rows.write(to: &writer)
        writer.append(contentsOf: encoded([Int64](repeating: cores, count: count)))
        RowSet().write(to: &writer)
        let sealed = Envelope.seal(version: TickColumns.version, body: writer.bytes)
        let failure = #expect(throws: DecodingFailure.self) {
            try sealed.withBytes { (bytes) throws(DecodingFailure) in
                try TickColumns.decode(bytes, using: ColumnScratch())
            }
        }
        #expect(failure?.description == message)
    }

    private func encoded(_ values: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        values.withUnsafeBufferPointer { IntegerColumn.encode($0, into: &bytes) }
        return bytes
    }
}
