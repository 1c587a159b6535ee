import Measures
import TestSupport
import Testing

@testable import Sampling

/// One container's control files out of a capture, below a directory of their own, to be damaged one by one.
struct CapturedGroup {
    let directory: TemporaryDirectory
    /// By path, without the directory.
    let files: [String: [UInt8]]
    let paths: CgroupPaths
    /// What the whole files say.
    let values: MetricValues

    /// A captured host, and a part of the path that only the group's own files have.
    static let captures = [
        ("bare-v2-linux-6.12-snap-6", "/rightsize.slice/cache/"),
        ("bare-v2-linux-6.1-snap-6", "/rightsize.slice/throttled/"),
        // Docker on v1 with a v2 tree beside it, and on v2.
        ("docker-v1-snap-5", "e3df908b1aed"),
        ("docker-v2-snap-3", ""),
    ]

    init(_ capture: String, _ mark: String) throws {
        let all = try readArchive(fixturePath(capture + ".tree")).filter {
            $0.key.hasPrefix("/sys/fs/cgroup/")
        }
        let names = all.keys.filter { mark.isEmpty || $0.contains(mark) }.sorted()
        let first = try #require(names.first)
        let id = first.split(separator: "/").last { $0.count == 64 }.map(String.init) ?? mark
        let files = all.filter { $0.key.contains(id) }
        let directory = try TemporaryDirectory()
        let root = directory.path
        func place(_ file: String) -> String? {
            files.keys.first { $0.hasSuffix("/" + file) }
                .map { root + String($0.dropLast(file.count + 1)) }
        }
        paths = CgroupPaths(
            cpu: place("cpu.cfs_quota_us"), cpuacct: place("cpuacct.usage"),
            memory: place("memory.limit_in_bytes"),
            blkio: place("blkio.throttle.io_service_bytes"),
            pids: place("cpu.cfs_quota_us") == nil ? nil : place("pids.current"),
            unified: place("cpu.pressure"))
        for (name, bytes) in files { try directory.write(name, bytes) }
        values = CgroupReader().read(paths)
        (self.files, self.directory) = (files, directory)
        try #require(values.count > 15)
    }

    /// Each file in turn, by name.
    var ordered: [(name: String, bytes: [UInt8])] {
        files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try directory.write(name, bytes)
    }
}
