/// The tables of a store, format 2.
///
///     boot         one row a boot of the host
///     series       one row an instance of a service: what a person means by "web 2"
///     incarnation  one row a run of a container: the span in which its counters only grow
///     tick         the hot tail: one row a sample of the host (`TickRow`)
///     span         ticks that have become columns: what they have in common (`TickColumns`)
///     block        the samples of up to 64 incarnations in a span (`Block`)
///     rollup       what is kept of a day for longer than its ticks (`RollupPart`)
///     note         what one sampler leaves for the next, by name
///     setting      what the owner chose for every later run (`StoreSettings`), each with its checksum
///
/// `seq` counts ticks in the order they were taken. Wall time is a label beside it: a clock that steps
/// back neither hides nor reorders a tick.
///
/// `tick.key` is the `seq` of the tick that a row is told against, null for such a key tick itself. A key
/// tick and all that are told against it become columns together.
///
/// `span.level` is 0 for some sixty ticks, 1 for a day, 6 for a day that is in the rollups too: no flipped
/// bit makes 0 or 1 of it, so that no day is rolled up twice.
///
/// `span.digest` (`SpanDigest`) and `incarnation.digest` (`Incarnation.digest`) are checksums of what no
/// blob's checksum covers; null in rows that format 1 wrote.
enum Schema {
    static let version: Int64 = 2

    enum Level {
        static let sixtyTicks: Int64 = 0
        static let day: Int64 = 1
        static let rolledUpDay: Int64 = 6
    }

    /// "RSZ1": marks the file as a store of this program, in SQLite's header.
    static let applicationID: Int64 = 0x5253_5A31

    static let create = onOneLine(
        """
        CREATE TABLE boot(
            id INTEGER PRIMARY KEY,
            uuid TEXT NOT NULL);
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
            started_ms INTEGER,
            digest INTEGER);
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
            ticks BLOB NOT NULL,
            digest INTEGER);
        CREATE TABLE block(
            span INTEGER NOT NULL REFERENCES span(id),
            first_id INTEGER NOT NULL,
            last_id INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY(span, first_id)) WITHOUT ROWID;
        CREATE TABLE note(
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL) WITHOUT ROWID;
        \(laterTables)
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(version);
        """)

    /// SQLite keeps the words of each table's making, blanks included, in the file, and reads them at each
    /// opening: on one line they fit one page.
    private static func onOneLine(_ text: String) -> String {
        text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    }

    private static let laterTables = """
        CREATE TABLE setting(
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL,
            checksum INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE rollup(
            day INTEGER NOT NULL,
            part INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY(day, part)) WITHOUT ROWID;
        """

    /// What makes format 1 into format 2. Days that are there get their rollups at the next compactions.
    static let migrateFrom1 = """
        ALTER TABLE incarnation ADD COLUMN digest INTEGER;
        ALTER TABLE span ADD COLUMN digest INTEGER;
        \(laterTables)
        PRAGMA user_version = 2;
        """
}
