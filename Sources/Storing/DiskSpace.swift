import Glibc

/// Room on the disk that holds a store.
enum DiskSpace {
    /// What compacting a day may write before it frees anything: the day's columns, once in the log and once
    /// in the file.
    static let compactionFloor: Int64 = 32 << 20
    /// Deleting frees pages, but goes through the log too.
    static let pruningFloor: Int64 = 8 << 20

    /// - Returns: bytes that a process without privileges may still write where `path` lies; nil where the
    ///   file system does not tell.
    static func free(_ path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (bytes, isTooLarge) = Int64(clamping: status.f_bavail)
            .multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
        return isTooLarge ? .max : bytes
    }

    /// - Returns: the length of a file; nil where there is none.
    static func length(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }
}

extension SampleStore {
    /// - Throws: `diskNearlyFull` where less than `floor` bytes are free.
    func requireRoom(_ floor: Int64, for purpose: String) throws(StoreError) {
        guard let free = freeBytes(path), free < floor else { return }
        throw .diskNearlyFull(path: path, free: free, floor: floor, purpose: purpose)
    }

    /// The write-ahead log's length in bytes; 0 without one.
    package var logLength: Int64 { DiskSpace.length(path + "-wal") ?? 0 }

    /// The file's length in bytes, without the log.
    package var fileLength: Int64 { DiskSpace.length(path) ?? 0 }

    /// Beyond this the log goes into the file, whether or not there is anything to compact.
    private static let logLengthMax: Int64 = 4 << 20

    func boundLog() throws(StoreError) {
        guard logLength > Self.logLengthMax else { return }
        try database.checkpointIfFree()
    }
}
