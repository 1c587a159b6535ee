import Glibc
import Measures

/// The files of the host under a root: `/`, or in tests a captured tree.
package struct HostFiles: Sendable {
    /// Without a trailing slash: empty for the real root.
    let root: String

    package init(root: String = "/") {
        var root = root
        while root.hasSuffix("/") { root.removeLast() }
        self.root = root
    }

    /// The real path of `path`, which starts with a slash.
    func path(_ path: String) -> String { root + path }

    /// A whole small file as text.
    package func text(_ path: String) -> String? {
        let buffer = ReadBuffer(capacity: 16 << 10)
        return bytes(path, into: buffer).map { String(decoding: $0, as: UTF8.self) }
    }

    func bootID() -> BootID? {
        text("/proc/sys/kernel/random/boot_id").map {
            BootID(rawValue: String($0.prefix { $0 != "\n" }))
        }
    }

    /// Names in a directory, sorted; nil when it cannot be read.
    func names(in path: String) -> [String]? { entries(in: path) { _, _ in true } }

    /// The names of the directories in a directory, sorted; nil when it cannot be read.
    func directories(in path: String) -> [String]? {
        entries(in: path) { name, type in
            // The kernel's own file systems tell the type in the listing; others may not.
            guard Int32(type) == DT_UNKNOWN else { return Int32(type) == DT_DIR }
            var status = stat()
            return lstat(self.path(path + "/" + name), &status) == 0
                && status.st_mode & S_IFMT == S_IFDIR
        }
    }

    private func entries(
        in path: String, where isWanted: (_ name: String, _ type: UInt8) -> Bool
    ) -> [String]? {
        guard let directory = opendir(self.path(path)) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != "..", isWanted(name, entry.pointee.d_type) {
                names.append(name)
            }
        }
        return names.sorted()
    }

    func isReadable(directory path: String) -> Bool {
        guard let directory = opendir(self.path(path)) else { return false }
        closedir(directory)
        return true
    }

    /// Whether a directory is there and may not be listed and searched.
    func isDenied(_ path: String) -> Bool {
        faccessat(AT_FDCWD, self.path(path), R_OK | X_OK, AT_EACCESS) != 0 && errno == EACCES
    }

    func inode(_ path: String) -> UInt64? {
        var status = stat()
        return stat(self.path(path), &status) == 0 ? UInt64(status.st_ino) : nil
    }
}
