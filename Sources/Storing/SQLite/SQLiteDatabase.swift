import CSQLite

/// One open SQLite file. Closes itself.
struct SQLiteDatabase: ~Copyable {
    let handle: OpaquePointer
    let path: String

    enum Mode {
        case readOnly
        /// Read-only, and trusting that nobody writes: needs no shared-memory file beside the store, so
        /// it also serves directories that cannot be written.
        case immutable
        case readWriteCreate
    }

    /// - Throws: `notAccessible` when the file cannot be opened. SQLite reads nothing yet, so a file
    ///   that is not a database is found by the first statement.
    init(path: String, mode: Mode) throws(StoreError) {
        var opened: OpaquePointer?
        let code =
            switch mode {
            case .readOnly: sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY, nil)
            case .immutable:
                sqlite3_open_v2(
                    Self.immutableURI(path), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil)
            case .readWriteCreate:
                sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
            }
        guard code == SQLITE_OK, let opened else {
            let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw .notAccessible(path: path, reason: reason)
        }
        handle = opened
        self.path = path
        sqlite3_busy_timeout(handle, Self.busyTimeoutMilliseconds)
    }

    /// Longer than any single transaction of ours takes on a slow disk.
    private static let busyTimeoutMilliseconds: Int32 = 5000

    private static func immutableURI(_ path: String) -> String {
        var uri = "file:"
        for byte in path.utf8 {
            // Percent and the two that end a path in a URI; SQLite takes the rest as it stands.
            switch byte {
            case UInt8(ascii: "%"): uri += "%25"
            case UInt8(ascii: "?"): uri += "%3f"
            case UInt8(ascii: "#"): uri += "%23"
            default: uri.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return uri + "?immutable=1"
    }

    deinit { sqlite3_close_v2(handle) }

    /// Leaves it to `SampleStore` when the write-ahead log goes into the file: a run that stores one tick
    /// should neither write the log into the file when it closes nor after every 1,000 pages.
    func keepLog() throws(StoreError) {
        guard rightsize_keep_log_on_close(handle) == SQLITE_OK else {
            throw error(while: "opening")
        }
        try execute("PRAGMA wal_autocheckpoint = 0", while: "opening")
    }

    /// Writes the log into the file and empties it. What a reader holds back, or the disk has no room for,
    /// stays in the log, as safe as before, and goes at another time.
    func checkpoint() throws(StoreError) {
        do throws(StoreError) {
            try execute(
                "PRAGMA wal_checkpoint(TRUNCATE)", while: "writing the journal into the file")
        } catch {
            guard case .diskFull = error else { throw error }
        }
    }

    /// As `checkpoint`, and waits for nobody: what a reader holds back goes at another time.
    func checkpointIfFree() throws(StoreError) {
        sqlite3_busy_timeout(handle, 0)
        defer { sqlite3_busy_timeout(handle, Self.busyTimeoutMilliseconds) }
        do throws(StoreError) {
            try checkpoint()
        } catch {
            guard case .busy = error else { throw error }
        }
    }

    /// Runs statements that give no rows, or whose rows do not matter.
    func execute(_ sql: String, while operation: String) throws(StoreError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw error(while: operation)
        }
    }

    /// The first column of the first row as an integer; nil without a row, and for null.
    func integer(_ sql: String, while operation: String) throws(StoreError) -> Int64? {
        var statement = try prepare(sql, while: operation)
        return try statement.step() ? statement.optionalInteger(0) : nil
    }

    /// - Parameter parameter: for the only `?` in it.
    func integer(
        _ sql: String, _ parameter: Int, while operation: String
    ) throws(StoreError) -> Int64? {
        var statement = try prepare(sql, while: operation)
        try statement.bind(1, Int64(parameter))
        return try statement.step() ? statement.optionalInteger(0) : nil
    }

    func prepare(_ sql: String, while operation: String) throws(StoreError) -> SQLiteStatement {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement
        else { throw error(while: operation) }
        return SQLiteStatement(
            handle: statement, database: handle, path: path, operation: operation)
    }

    /// Runs `body` in a transaction that is rolled back when it throws.
    /// - Parameter kind: `IMMEDIATE` takes the write lock at once, so that a transaction which will
    ///   write cannot fail half-way because another writer came first; `DEFERRED` is for reading.
    func transaction<Result>(
        _ kind: TransactionKind, while operation: String,
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try execute("BEGIN \(kind.rawValue)", while: operation)
        do {
            let result = try body()
            try execute("COMMIT", while: operation)
            return result
        } catch {
            // A full disk may have rolled back by itself: then this says so and nothing is lost.
            sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
            throw error
        }
    }

    /// Runs `body`, which only reads, on one state of the database. What damage it meets is its own to tell:
    /// a transaction that has met any cannot be committed, and need not be.
    func snapshot<Result>(
        while operation: String, _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try execute("BEGIN DEFERRED", while: operation)
        defer { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
        return try body()
    }

    enum TransactionKind: String {
        case immediate = "IMMEDIATE"
        case deferred = "DEFERRED"
    }

    func error(while operation: String) -> StoreError {
        .from(database: handle, path: path, operation: operation)
    }
}

extension StoreError {
    /// `SQLITE_IOERR_SHMSIZE`: the index of the log, a file beside the store, finds no room.
    private static let indexCannotGrow = SQLITE_IOERR | 19 << 8

    /// The error that `database` reports for its latest call.
    static func from(database: OpaquePointer, path: String, operation: String) -> StoreError {
        from(
            code: sqlite3_errcode(database), database: database, path: path, operation: operation)
    }

    static func from(
        code: Int32, database: OpaquePointer, path: String, operation: String
    ) -> StoreError {
        let message = String(cString: sqlite3_errmsg(database))
        if sqlite3_extended_errcode(database) == indexCannotGrow { return .diskFull(path: path) }
        switch code & 0xff {
        case SQLITE_FULL: return .diskFull(path: path)
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy(path: path)
        case SQLITE_NOTADB: return .notAStore(path: path, reason: message)
        case SQLITE_CORRUPT: return .damaged(path: path, what: message)
        case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            return .notAccessible(path: path, reason: message)
        default: return .sqlite(path: path, operation: operation, message: message)
        }
    }
}
