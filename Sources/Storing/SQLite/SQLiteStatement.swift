import CSQLite

/// One prepared statement. Finalises itself. Parameters count from 1, columns from 0, as in SQLite.
struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer
    private let database: OpaquePointer
    private let path: String
    private let operation: String

    init(handle: OpaquePointer, database: OpaquePointer, path: String, operation: String) {
        self.handle = handle
        self.database = database
        self.path = path
        self.operation = operation
    }

    deinit { sqlite3_finalize(handle) }

    mutating func bind(_ index: Int32, _ value: Int64?) throws(StoreError) {
        if let value {
            try check(sqlite3_bind_int64(handle, index, value))
        } else {
            try check(sqlite3_bind_null(handle, index))
        }
    }

    mutating func bind(_ index: Int32, _ text: String?) throws(StoreError) {
        if let text {
            try check(rightsize_bind_text(handle, index, text, Int32(text.utf8.count)))
        } else {
            try check(sqlite3_bind_null(handle, index))
        }
    }

    mutating func bind(_ index: Int32, _ bytes: [UInt8]) throws(StoreError) {
        let code = bytes.withUnsafeBytes { buffer in
            rightsize_bind_blob(handle, index, buffer.baseAddress, Int32(buffer.count))
        }
        try check(code)
    }

    /// Advances to the next row.
    /// - Returns: false after the last row.
    mutating func step() throws(StoreError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw error
        }
    }

    /// Runs a statement that gives no rows, and makes it ready for the next parameters.
    mutating func run() throws(StoreError) {
        while try step() {}
        reset()
    }

    mutating func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : integer(column)
    }

    func text(_ column: Int32) -> String {
        sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    func optionalText(_ column: Int32) -> String? {
        sqlite3_column_text(handle, column).map { String(cString: $0) }
    }

    func blob(_ column: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let bytes = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// A blob where SQLite has it: valid until the next step.
    func withBlob<Result, Failure: Error>(
        _ column: Int32, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let count = Int(sqlite3_column_bytes(handle, column))
        return try body(
            UnsafeRawBufferPointer(start: sqlite3_column_blob(handle, column), count: count))
    }

    private func check(_ code: Int32) throws(StoreError) {
        guard code == SQLITE_OK else { throw error }
    }

    private var error: StoreError {
        .from(database: database, path: path, operation: operation)
    }
}
