import CSQLite
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

    @Test(arguments: ["tick", "block"])
    func damageIsNamedAndNeverCrashes(table: String) throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: 5)
            let path = directory + "/store.db"
            let store = try SampleStore(path: path, access: .readWrite)
            for tick in host.ticks(20) { try store.append(tick) }
            let column = table == "tick" ? "samples" : "data"
            if table == "block" { try store.compact(.init(ticksPerBlock: 20, ticksKept: 0)) }
            try execute("UPDATE \(table) SET \(column) = substr(\(column), 1, 40)", path)
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
        let block = Block(
            zip(ticks, samples).map { tick, samples in
                (
                    Block.TickHeader(
                        time: tick.time, boot: 1, uptimeMilliseconds: tick.uptimeMilliseconds,
                        host: tick.host), samples
                )
            })
        let encoded = block.encoded()
        #expect(try Block(decoding: encoded) == block)
        let packed = Array(encoded[Envelope.headerLength...])
        var header = ByteReader(packed, from: 1)
        let length = try header.count(of: "bytes", atMost: .max)
        let payload = try Zlib.decompress(packed[header.position...], count: length)
        var plain = ByteWriter()
        plain.append(byte: 0)
        plain.append(count: payload.count)
        plain.append(contentsOf: payload)
        let row = Array(TickRow.encode(samples[0])[Envelope.headerLength...])

        var random = SeededGenerator(seed: 99)
        var survived = 0
        for _ in 0..<20_000 {
            for body in [plain.bytes, row] {
                var mutated = body
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let at = Int.random(in: 0..<mutated.count, using: &random)
                    mutated[at] = UInt8.random(in: 0...255, using: &random)
                }
                if Bool.random(using: &random) {
                    mutated.removeLast(Int.random(in: 0..<mutated.count, using: &random))
                }
                let sealed = Envelope.seal(version: 1, body: mutated)
                if (try? Block(decoding: sealed)) != nil { survived += 1 }
                if (try? TickRow.decode(sealed)) != nil { survived += 1 }
            }
        }
        #expect(survived > 0)
    }

    private func execute(_ sql: String, _ path: String) throws {
        let database = try SQLiteDatabase(path: path, mode: .readWriteCreate)
        try database.execute(sql, while: "testing")
    }
}

/// Blobs that claim more than they can hold, found by fuzzing.
@Suite struct AbsurdBlobTests {
    @Test func aLengthThatNoCompressionReaches() {
        // 14 bytes that claim a gigabyte: refused before a gigabyte is filled with zeros.
        let body: [UInt8] = [
            0x01, 0x80, 0x80, 0x80, 0x80, 0x04, 0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01,
        ]
        let failure = #expect(throws: DecodingFailure.self) {
            try Block(decoding: Envelope.seal(version: 1, body: body))
        }
        #expect(failure?.description == "1073741824 bytes cannot come from 8")
    }

    @Test func aHostOfTooManyCores() {
        var payload = ByteWriter()
        payload.append(count: 1)
        for value in [Int64(1), 1, 1] { ColumnEncoding.append([value], to: &payload) }
        RowSet.append([0], of: 1, to: &payload)
        ColumnEncoding.append([.max], to: &payload)
        RowSet.append([], of: 1, to: &payload)
        payload.append(count: 0)
        var body = ByteWriter()
        body.append(byte: 0)
        body.append(count: payload.bytes.count)
        body.append(contentsOf: payload.bytes)
        let failure = #expect(throws: DecodingFailure.self) {
            try Block(decoding: Envelope.seal(version: 1, body: body.bytes))
        }
        #expect(failure?.description == "9223372036854775807 millicores of a host")
    }

    @Test func constantsThatUnfoldWithoutEnd() {
        let ticks = Block.ticksMax
        let times = [Int64](repeating: 1, count: ticks)
        var payload = ByteWriter()
        payload.append(count: ticks)
        for _ in 0..<3 { ColumnEncoding.append(times, to: &payload) }
        for _ in 0..<2 { RowSet.append([], of: ticks, to: &payload) }
        let rows = Array(Int32(0)..<Int32(ticks))
        payload.append(count: 300)
        for entry in 0..<300 {
            payload.append(varint: UInt64(entry))
            RowSet.append(rows, of: ticks, to: &payload)
            payload.append(count: 1)
            payload.append(byte: Metric.pids.rawValue)
            RowSet.append(rows, of: ticks, to: &payload)
            ColumnEncoding.append(times, to: &payload)
        }
        var body = ByteWriter()
        body.append(byte: 0)
        body.append(count: payload.bytes.count)
        body.append(contentsOf: payload.bytes)
        let failure = #expect(throws: DecodingFailure.self) {
            try Block(decoding: Envelope.seal(version: 1, body: body.bytes))
        }
        #expect(failure?.description == "more than 33554432 values")
    }
}
