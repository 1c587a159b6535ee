import CSQLite

extension SQLiteDatabase {
    /// Copies all pages of this database over those of `target`, in one transaction there (SQLite's online
    /// backup): other processes may go on writing here meanwhile, and read there.
    /// - Throws: `busy` where either is locked for longer than the time limit, `diskFull`; `target` is then
    ///   as it was.
    func copy(to target: borrowing SQLiteDatabase, while operation: String) throws(StoreError) {
        guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw target.error(while: operation)
        }
        var code: Int32
        var attempts = 0
        repeat {
            // All pages at once: a writer beside would make it begin anew after each part.
            code = sqlite3_backup_step(backup, -1)
            attempts += 1
            if code == SQLITE_BUSY || code == SQLITE_LOCKED { sqlite3_sleep(50) }
        } while (code == SQLITE_BUSY || code == SQLITE_LOCKED) && attempts < 100
        sqlite3_backup_finish(backup)
        switch code {
        case SQLITE_DONE: return
        case SQLITE_BUSY, SQLITE_LOCKED: throw .busy(path: path)
        default:
            throw .from(
                code: code, database: target.handle, path: target.path, operation: operation)
        }
    }
}
