import Measures
import TestSupport
import Testing

@testable import Storing

/// A store of format 1, made by the SQL of its time.
@Suite struct MigrationTests {
    @Test func aStoreOfFormat1IsReadAsItIs() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let expected = try Self.makeFormat1(path)
            let bytes = try readFile(path)
            let store = try SampleStore(path: path, access: .readOnly)
            #expect(store.formatVersion == 1)
            #expect(try store.everything() == expected)
            #expect(try store.rollups(in: allTime) == [])
            #expect(try store.settings() == StoreSettings())
            #expect(try store.verify().damages == [])
            #expect(try store.info().values == 6 * 5 * 100)
            #expect(try readFile(path) == bytes)
        }
    }

    @Test func itIsRenewedAtTheFirstWriteAndLosesNothing() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let expected = try Self.makeFormat1(path)
            let store = try SampleStore(path: path, access: .readWrite)
            #expect(store.formatVersion == 2)
            #expect(try store.everything() == expected)
            #expect(try store.database.integer("PRAGMA user_version", while: "testing") == 2)
            #expect(try store.verify().damages == [])
            let more = evenTicks(10, containers: 6, first: 100)
            for tick in more { try store.append(tick) }
            try store.compactEverything(withHotTail: true)
            try store.rollUpDays()
            #expect(try store.everything() == (expected + flattened(more)).sorted())
            #expect(try store.verify().damages == [])
            let rolled = try store.rollups(in: allTime).reduce(0) { $0 + $1.values.ticks }
            #expect(rolled == 110 * 6)
            // Opened again it is left as it is.
            let again = try SampleStore(path: path, access: .readWrite)
            #expect(try again.everything() == (expected + flattened(more)).sorted())
        }
    }

    /// - Returns: what it gives back: 60 ticks as a day and 40 as rows.
    private static func makeFormat1(_ path: String) throws -> [String] {
        let ticks = evenTicks(100, containers: 6)
        let newer = try SampleStore(path: path + ".new", access: .readWrite)
        for tick in ticks[..<60] { try newer.append(tick) }
        try newer.compact(keeping: 0)
        for tick in ticks[60...] { try newer.append(tick) }
        try execute(format1, path)
        let old = try SQLiteDatabase(path: path, mode: .readWriteCreate)
        try old.execute(
            """
            ATTACH '\(path).new' AS newer;
            INSERT INTO boot SELECT id, uuid FROM newer.boot;
            INSERT INTO series SELECT id, kind, project, service, instance FROM newer.series;
            INSERT INTO incarnation
                SELECT id, series, container, name, image, image_id, started_ms
                FROM newer.incarnation;
            INSERT INTO span SELECT id, first_seq, last_seq, start_ms, end_ms, 1, ticks
                FROM newer.span;
            INSERT INTO block SELECT span, first_id, last_id, data FROM newer.block;
            """, while: "testing")
        // Rows of that time: version 2, whose checksum is of the samples alone.
        for group in try newer.groupsOfRows() {
            let key = try newer.keyTick(group.lowerBound)
            var sequence = group.lowerBound
            var rows: [(TickRow.Label, [UInt8])] = []
            try newer.forEachRow(of: group, key) { header, samples in
                let isKey = sequence == key.sequence
                let body = TickRow.encode(samples, against: isKey ? [] : key.samples)
                rows.append(
                    (
                        TickRow.Label(
                            sequence: sequence, key: isKey ? nil : key.sequence, header: header),
                        Envelope.seal(version: 2, body: Array(body[5...]))
                    ))
                sequence += 1
            }
            for (label, data) in rows {
                var statement = try old.prepare(
                    "INSERT INTO tick VALUES(?, ?, ?, ?, ?, ?, ?, ?)", while: "testing")
                try statement.bind(1, label.sequence)
                try statement.bind(2, label.key)
                try statement.bind(3, label.header.time.rawValue)
                try statement.bind(4, label.header.boot)
                try statement.bind(5, label.header.uptimeMilliseconds)
                try statement.bind(6, label.header.host.cpus?.millicores)
                try statement.bind(7, label.header.host.memory?.rawValue)
                try statement.bind(8, data)
                try statement.run()
            }
        }
        return flattened(ticks)
    }

    private static let format1 = """
        CREATE TABLE boot(
            id INTEGER PRIMARY KEY,
            uuid TEXT NOT NULL UNIQUE);
        CREATE TABLE series(
            id INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            project TEXT,
            service TEXT NOT NULL,
            instance TEXT NOT NULL);
        CREATE UNIQUE INDEX series_identity
            ON series(kind, ifnull(project, char(0)), service, instance);
        CREATE TABLE incarnation(
            id INTEGER PRIMARY KEY,
            series INTEGER NOT NULL REFERENCES series(id),
            container TEXT NOT NULL,
            name TEXT NOT NULL,
            image TEXT,
            image_id TEXT,
            started_ms INTEGER);
        CREATE UNIQUE INDEX incarnation_identity
            ON incarnation(series, container, ifnull(started_ms, 'unknown'));
        CREATE TABLE tick(
            seq INTEGER PRIMARY KEY,
            key INTEGER REFERENCES tick(seq),
            time_ms INTEGER NOT NULL,
            boot INTEGER NOT NULL REFERENCES boot(id),
            uptime_ms INTEGER NOT NULL,
            host_millicores INTEGER,
            host_memory_bytes INTEGER,
            samples BLOB NOT NULL);
        CREATE TABLE span(
            id INTEGER PRIMARY KEY,
            first_seq INTEGER NOT NULL,
            last_seq INTEGER NOT NULL,
            start_ms INTEGER NOT NULL,
            end_ms INTEGER NOT NULL,
            level INTEGER NOT NULL,
            ticks BLOB NOT NULL);
        CREATE TABLE block(
            span INTEGER NOT NULL REFERENCES span(id),
            first_id INTEGER NOT NULL,
            last_id INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY(span, first_id)) WITHOUT ROWID;
        CREATE TABLE note(
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL) WITHOUT ROWID;
        PRAGMA application_id = 1381194289;
        PRAGMA user_version = 1;
        """
}
