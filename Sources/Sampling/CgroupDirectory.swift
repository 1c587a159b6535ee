import Glibc

/// One open directory of control files. Files are opened relative to it, so that a group which is removed
/// and made anew under the same path meanwhile is not mixed up with the old one.
struct CgroupDirectory: ~Copyable {
    private let descriptor: Int32

    /// O_PATH: only a place to open files from, which is all that is needed and the cheapest. Swift's
    /// Glibc leaves it out, as it does all that needs `_GNU_SOURCE`.
    static let pathOnly: Int32 = 0o10000000

    /// Nil when there is no such directory or it may not be searched; `errno` says why.
    init?(path: String) {
        // withCString: a String that is passed as it is becomes an array first.
        let opened = path.withCString { Glibc.open($0, Self.pathOnly | O_DIRECTORY | O_CLOEXEC) }
        guard opened >= 0 else { return nil }
        descriptor = opened
    }

    /// - Parameter name: one part of a path, ended by a zero byte.
    init?(name: UnsafePointer<CChar>, below parent: Int32) {
        let opened = openat(parent, name, Self.pathOnly | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { return nil }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// - Returns: a descriptor for the caller to close; negative on an error, with `errno` set.
    func open(_ name: StaticString) -> Int32 {
        let path = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        return openat(descriptor, path, O_RDONLY | O_CLOEXEC)
    }

    /// Reads a whole control file into `buffer` and hands its text to `body`.
    /// - Returns: nil when the file is missing or cannot be read.
    func read<Result>(
        _ name: StaticString, into buffer: ReadBuffer,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result?
    ) -> Result? {
        let file = open(name)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return buffer.fill(from: file).flatMap(body)
    }
}
