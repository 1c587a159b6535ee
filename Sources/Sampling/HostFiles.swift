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
    func text(_ path: String) -> String? {
        let file = open(self.path(path), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let buffer = ReadBuffer(capacity: 16 << 10)
        return buffer.fill(from: file).map { String(decoding: $0, as: UTF8.self) }
    }

    func exists(_ path: String) -> Bool { access(self.path(path), F_OK) == 0 }

    /// Online CPUs and memory.
    func capacity() -> HostCapacity {
        var cpus = 0
        for line in (text("/proc/stat") ?? "").split(separator: "\n") {
            // `cpu  …` is the sum of `cpu0 …`, `cpu1 …`.
            if line.hasPrefix("cpu"), line.dropFirst(3).first?.isNumber == true { cpus += 1 }
        }
        var memory: Int64?
        for line in (text("/proc/meminfo") ?? "").split(separator: "\n")
        where line.hasPrefix("MemTotal:") {
            memory = line.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
        }
        return HostCapacity(
            cpus: cpus > 0 ? Cores(Double(cpus)) : nil,
            memory: memory.map { Bytes($0 * 1024) })  // "kB" in this file are KiB
    }

    func bootID() -> BootID? {
        text("/proc/sys/kernel/random/boot_id").map {
            BootID(rawValue: String($0.prefix { $0 != "\n" }))
        }
    }

    /// Names in a directory, sorted; nil when it cannot be read.
    func names(in path: String) -> [String]? {
        guard let directory = opendir(self.path(path)) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The names of the directories in a directory, sorted; nil when it cannot be read.
    func directories(in path: String) -> [String]? {
        names(in: path)?.filter { name in
            var status = stat()
            return lstat(self.path(path + "/" + name), &status) == 0
                && status.st_mode & S_IFMT == S_IFDIR
        }
    }

    func inode(_ path: String) -> UInt64? {
        var status = stat()
        return stat(self.path(path), &status) == 0 ? UInt64(status.st_ino) : nil
    }
}
