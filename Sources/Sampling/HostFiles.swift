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
        return HostCapacity(
            cpus: cpus > 0 ? Cores(Double(cpus)) : nil,
            memory: memoryInfo()["MemTotal"].map(Bytes.init(rawValue:)))
    }

    /// What the whole machine uses, in the metrics of a container: `memoryCurrent` is all that is not
    /// free, so that current − inactive file means the same as for a container.
    func values() -> MetricValues {
        var values = MetricValues()
        values[.cpuUsage] = text("/proc/stat").flatMap(Self.busyMicroseconds)
        let memory = memoryInfo()
        if let total = memory["MemTotal"], let free = memory["MemFree"] {
            values[.memoryCurrent] = total - free
            values[.memoryLimit] = Limit<Bytes>.bounded(Bytes(total)).wireValue
        }
        values[.memoryInactiveFile] = memory["Inactive(file)"]
        values[.memoryActiveFile] = memory["Active(file)"]
        values[.memoryAnon] = memory["AnonPages"]
        values[.memoryShmem] = memory["Shmem"]
        values[.memorySlabReclaimable] = memory["SReclaimable"]
        if let cpu = pressure("cpu") {
            values[.cpuPressureSome] = cpu.someMicroseconds
            values[.cpuPressureFull] = cpu.fullMicroseconds
        }
        if let memory = pressure("memory") {
            values[.memoryPressureSome] = memory.someMicroseconds
            values[.memoryPressureFull] = memory.fullMicroseconds
        }
        if let io = pressure("io") {
            values[.ioPressureSome] = io.someMicroseconds
            values[.ioPressureFull] = io.fullMicroseconds
        }
        return values
    }

    /// The first line of `/proc/stat` counts hundredths of a second (USER_HZ is 100 on Linux): user,
    /// nice, system, idle, iowait, irq, softirq, steal; guest times are inside user and nice.
    private static func busyMicroseconds(_ stat: String) -> Int64? {
        guard let line = stat.split(separator: "\n").first, line.hasPrefix("cpu ") else {
            return nil
        }
        let ticks = line.split(separator: " ").dropFirst().compactMap { Int64($0) }
        guard ticks.count >= 7 else { return nil }
        let steal = ticks.count > 7 ? ticks[7] : 0
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + steal) * 10_000
    }

    private func pressure(_ resource: String) -> Pressure? {
        text("/proc/pressure/" + resource).map { text in
            Array(text.utf8).withUnsafeBufferPointer(Pressure.init)
        }
    }

    /// `/proc/meminfo` in bytes; its "kB" are KiB.
    private func memoryInfo() -> [Substring: Int64] {
        var info: [Substring: Int64] = [:]
        for line in (text("/proc/meminfo") ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count == 3, fields[0].hasSuffix(":"), let value = Int64(fields[1]) else {
                continue
            }
            info[fields[0].dropLast()] = value * 1024
        }
        return info
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

    func inode(_ path: String) -> UInt64? {
        var status = stat()
        return stat(self.path(path), &status) == 0 ? UInt64(status.st_ino) : nil
    }
}
