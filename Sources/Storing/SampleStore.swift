import CSQLite
import Glibc
import Measures

/// The time-series store of one host: a single SQLite file. Ticks are appended as rows, one committed
/// row each, and become compressed columns as they age; reading sees no difference.
///
/// Not `Sendable`: one thread uses one store. Processes may share the file.
package final class SampleStore {
    let database: SQLiteDatabase
    /// Row ids already looked up by this process, so that a loop touches the name tables once.
    var knownRoster: Roster?
    var bootRows: [(boot: BootID, row: Int64)] = []
    /// The key tick that was read or written last.
    var key: KeyTick?
    /// SQLite's count of what other processes committed, when the ids above were looked up.
    var dataVersion: Int64 = 0
    /// Read once, and again when another process has written.
    var knownSettings: StoreSettings?
    /// How much room the disk has for this user; nil where that cannot be told.
    var freeBytes: (_ path: String) -> Int64? = DiskSpace.free

    /// Of the file: 1 for a store that only an earlier rightsize wrote to.
    package let formatVersion: Int64

    /// What a tick that was stored survives. What was stored before survives either.
    package enum Durability: Sendable {
        /// A crash of this process. A power cut may cost what was stored since the last checkpoint.
        case processCrash
        /// A power cut too: every tick waits for the disk.
        case powerCut
    }

    package enum Access: Sendable {
        case readOnly
        /// Creates the file and its directory where they are missing.
        case readWrite
    }

    package var path: String { database.path }

    /// - Throws: `missing`, `notAccessible`, `notAStore` or `newerVersion`; an existing file that is not
    ///   a store is never changed.
    package init(
        path: String, access: Access, durability: Durability = .processCrash
    ) throws(StoreError) {
        switch access {
        case .readOnly:
            guard Glibc.access(path, F_OK) == 0 else { throw .missing(path: path) }
            do {
                database = try Self.open(path, mode: .readOnly)
            } catch .notAccessible(let path, let reason) {
                // A WAL database needs a writable directory even to be read, unless nobody writes.
                guard Glibc.access(path, R_OK) == 0, Glibc.access(path + "-wal", F_OK) != 0 else {
                    throw .notAccessible(path: path, reason: reason)
                }
                database = try Self.open(path, mode: .immutable)
            }
            formatVersion = try Self.version(of: database)
            try Self.mapForReading(database)
        case .readWrite:
            try Self.createDirectory(of: path)
            database = try Self.open(path, mode: .readWriteCreate)
            try Self.createSchema(in: database, durability)
            formatVersion = Schema.version
        }
    }

    private static func version(of database: borrowing SQLiteDatabase) throws(StoreError) -> Int64 {
        let version = try database.integer("PRAGMA user_version", while: "opening") ?? 0
        guard version > 0 else {
            throw .damaged(path: database.path, what: "its header tells no format")
        }
        return version
    }

    private static func open(
        _ path: String, mode: SQLiteDatabase.Mode
    ) throws(StoreError) -> SQLiteDatabase {
        if isDirectory(path) { throw .notAccessible(path: path, reason: "it is a directory") }
        let database = try SQLiteDatabase(path: path, mode: mode)
        // In one statement, which sees one state: another process may be making the store just now.
        let what = "opening the store"
        var statement = try database.prepare(
            """
            SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)
            FROM pragma_application_id, pragma_user_version
            """, while: what)
        guard try statement.step() else { throw database.error(while: what) }
        let (applicationID, version) = (statement.integer(0), statement.integer(1))
        let isNew = applicationID == 0 && version == 0 && statement.integer(2) == 0
        guard applicationID == Schema.applicationID || isNew else {
            throw .notAStore(path: path, reason: "a SQLite database of another program")
        }
        guard version <= Schema.version else {
            throw .newerVersion(path: path, found: version, supported: Schema.version)
        }
        if isNew, mode != .readWriteCreate {
            throw .notAStore(path: path, reason: "an empty file")
        }
        return database
    }

    /// Reports read most of a file once: through the page cache's own pages, not a copy of each.
    private static func mapForReading(_ database: borrowing SQLiteDatabase) throws(StoreError) {
        try database.execute("PRAGMA mmap_size = 1073741824", while: "opening")
    }

    private static func createSchema(
        in database: borrowing SQLiteDatabase, _ durability: Durability
    ) throws(StoreError) {
        let version = try database.integer("PRAGMA user_version", while: "opening") ?? 0
        if version == 0 {
            // Both only take effect before the first table: pages freed by compaction go back to the disk.
            try database.execute(
                "PRAGMA page_size = 2048; PRAGMA auto_vacuum = INCREMENTAL",
                while: "creating the store")
        }
        // A reader never blocks the sampler. A backup or a consolidated store comes without.
        try database.execute("PRAGMA journal_mode = WAL", while: "opening")
        if version < Schema.version {
            // Two first samples may race: the lock decides, the second finds the tables made.
            try database.transaction(.immediate, while: "creating the store") {
                () throws(StoreError) in
                switch try database.integer("PRAGMA user_version", while: "opening") ?? 0 {
                case 0: try database.execute(Schema.create, while: "creating the store")
                case 1:
                    try database.execute(Schema.migrateFrom1, while: "renewing the store's format")
                default: break
                }
            }
        }
        // A sampler looks at few pages, and stays for months: half a mebibyte of them is enough.
        let synchronous = durability == .powerCut ? "FULL" : "NORMAL"
        try database.execute(
            "PRAGMA synchronous = \(synchronous); PRAGMA cache_size = -512", while: "opening")
        try database.keepLog()
    }

    private static func createDirectory(of path: String) throws(StoreError) {
        // There but for the first time.
        if Glibc.access(path, F_OK) == 0 { return }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        var missing: [String] = []
        while !parts.isEmpty {
            let directory = parts.joined(separator: "/")
            if directory.isEmpty || Glibc.access(directory, F_OK) == 0 { break }
            missing.append(directory)
            parts = parts.dropLast()
        }
        for directory in missing.reversed() where mkdir(directory, 0o755) != 0 && errno != EEXIST {
            throw .notAccessible(
                path: path,
                reason:
                    "the directory \(directory) cannot be made: \(String(cString: strerror(errno)))"
            )
        }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Writes everything into the one file and leaves no files beside it, so that it can be copied or
    /// committed. The store may still be used.
    package func consolidate() throws(StoreError) {
        try database.execute("PRAGMA journal_mode = DELETE", while: "closing the journal")
        try database.execute("VACUUM", while: "shrinking the file")
    }
}
