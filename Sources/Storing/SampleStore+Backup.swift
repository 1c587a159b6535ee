import Glibc

extension SampleStore {
    /// Copies the store to `target`, one file without a log beside it, while samplers go on. It is made under
    /// another name, verified, and only then given its own: `target` is never half a backup.
    /// - Parameter replaces: whether `target` may exist.
    /// - Returns: what the copy holds.
    /// - Throws: `exists`; `notAccessible`, `diskFull`, `busy`; `damaged` where the copy is not sound: it is
    ///   then not kept.
    @discardableResult
    package func backUp(to target: String, replacing replaces: Bool) throws(StoreError)
        -> Verification
    {
        if !replaces, Glibc.access(target, F_OK) == 0 { throw .exists(path: target) }
        let temporary = target + ".\(getpid()).part"
        defer { Self.removeFiles(temporary) }
        try copy(to: temporary)
        let copy = try SampleStore(path: temporary, access: .readOnly)
        let verification = try copy.verify()
        if let damage = verification.damages.first {
            throw .damaged(
                path: path,
                what: "its copy is not sound (\(damage)), and was not kept; see 'store verify'")
        }
        try Self.place(temporary, at: target, replacing: replaces)
        return verification
    }

    /// Copies pages as they are, sound or not.
    func copy(to target: String) throws(StoreError) {
        let copy = try SQLiteDatabase(path: target, mode: .readWriteCreate)
        try database.copy(to: copy, while: "copying the store")
        // The copy says in its header that it has a log, as the store does.
        try copy.execute("PRAGMA journal_mode = DELETE", while: "copying the store")
        guard chmodLike(target) else { throw Self.failure(at: target) }
    }

    /// The copy may be read by whom the store may be read by.
    private func chmodLike(_ target: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return chmod(target, status.st_mode & 0o777) == 0
    }

    private static func place(
        _ temporary: String, at target: String, replacing replaces: Bool
    ) throws(StoreError) {
        try synchronise(temporary)
        if replaces {
            guard rename(temporary, target) == 0 else { throw failure(at: target) }
        } else if link(temporary, target) != 0 {
            // A name that another process took meanwhile is left to it.
            if errno == EEXIST { throw .exists(path: target) }
            guard Glibc.access(target, F_OK) != 0, rename(temporary, target) == 0 else {
                throw failure(at: target)
            }
        }
        let parts = target.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let directory = parts.joined(separator: "/")
        try synchronise(directory.isEmpty ? (target.hasPrefix("/") ? "/" : ".") : directory)
    }

    /// Waits until it is on the disk.
    private static func synchronise(_ path: String) throws(StoreError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(at: path) }
        defer { close(descriptor) }
        // Some file systems cannot synchronise a directory, and need not.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(at: path) }
    }

    static func removeFiles(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }

    private static func failure(at path: String) -> StoreError {
        .notAccessible(path: path, reason: String(cString: strerror(errno)))
    }
}
