import Fuzzing
import Glibc
import Measures

@testable import Sampling

/// The input, cut at its first NUL, as two kernel files: read by each scanner, and as the files of a host.
@main
struct FuzzKernelFiles {
    static func main() {
        let host = FakeHost()
        fuzz { input in
            let texts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            scan(Array(texts[0]))
            host.read(texts[0], texts.count > 1 ? texts[1] : [])
        }
    }

    /// In memory of exactly the text's size, so that AddressSanitizer sees a read past its end.
    private static func scan(_ text: [UInt8]) {
        let values = allValues(text)
        // A line without its end was cut off, and says nothing.
        let end = text.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        require(
            allValues(Array(text[..<end])) == values, "a line that was cut off changes \(values)")
        scanFreely(text)

        let lines = String(decoding: text, as: UTF8.self)
        let mounts = CgroupMounts(mountinfo: lines)
        _ = mounts.paths(membership: lines)
        _ = CgroupMounts(mountinfo: Self.mountinfo).paths(membership: lines)
        _ = mounts.paths(group: "/a")
    }

    private static let mountinfo = """
        30 23 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        31 23 0:27 /docker /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        32 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct

        """

    private static func withExactly<Result>(
        _ text: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.count)
        defer { copy.deallocate() }
        _ = copy.initialize(from: text)
        return body(UnsafeBufferPointer(copy))
    }

    /// The files of keys and values.
    private static func allValues(_ text: [UInt8]) -> [MetricValues] {
        withExactly(text) { text in
            var values = [MetricValues](repeating: MetricValues(), count: 5)
            values[0].set(CPUStat(v1: text))
            values[1].set(CPUStat(v2: text))
            values[2].set(MemoryStat(v1: text))
            values[3].set(MemoryStat(v2: text))
            values[4][.memoryOOMKills] = KernelFileScanner.value(of: "oom_kill", in: text)
            return values
        }
    }

    private static func scanFreely(_ text: [UInt8]) {
        withExactly(text) { text in
            for io in [IOStat(v1: text), IOStat(v2: text)] {
                var values = MetricValues()
                values.set(io)
                require((io.readBytes ?? 0) >= 0 && (io.writeBytes ?? 0) >= 0, "\(values)")
            }
            let pressure = Pressure(text)
            for total in [pressure.someMicroseconds, pressure.fullMicroseconds] {
                require((total ?? 0) >= 0, "pressure \(total ?? 0)")
            }
            if let limit = CPUMax.limit(v2: text) { _ = limit.wireValue }
            if let limit = KernelFileScanner.integer(text).map(MemoryMax.limit(v1:)) {
                _ = limit.wireValue
            }
            if let limit = MemoryMax.limit(v2: text) { _ = limit.wireValue }
            checkInteger(text)
            var scanner = KernelFileScanner(text)
            while !scanner.isAtEnd {
                while let word = scanner.word() { require(!word.isEmpty, "an empty word") }
                scanner.skipLine()
            }
        }
    }

    /// Against the standard library.
    private static func checkInteger(_ text: UnsafeBufferPointer<UInt8>) {
        let trimmed = text.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let end = trimmed.firstIndex {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n")
        }
        var expected: Int64?
        if let end, trimmed.first != UInt8(ascii: "+") {
            expected = Int64(String(decoding: trimmed[..<end], as: UTF8.self))
        }
        // The scanner has no use for the one number whose magnitude does not fit.
        if expected == .min { expected = nil }
        let found = KernelFileScanner.integer(text)
        require(found == expected, "\(found as Int64?) where \(expected as Int64?) stands")
    }
}

/// A host in a temporary directory, all of whose files are links to one of two texts.
final class FakeHost: Sendable {
    private let texts: [Int32]
    private let host: HostFiles
    /// One process, one thread.
    nonisolated(unsafe) private let groups: [CgroupFiles]

    init() {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/rightsize-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary directory in \(parent)") }
        let root = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        for directory in ["/proc", "/proc/pressure", "/v1", "/v2"] {
            mkdir(root + directory, 0o755)
        }
        texts = ["/first", "/second"].map { open(root + $0, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) }
        for name in ["stat", "meminfo", "pressure/cpu", "pressure/memory", "pressure/io", "vmstat"]
        {
            symlink(root + "/first", root + "/proc/" + name)
        }
        for file in ControlFile.allCases {
            let directory = file.hierarchy == .unified ? "/v2/" : "/v1/"
            // What is computed from two files must bear that they do not agree.
            let isSecond = file == .v1MemoryAndSwapUsage || file == .v1CPUPeriod
            symlink(root + (isSecond ? "/second" : "/first"), root + directory + "\(file.name)")
        }
        let host = HostFiles(root: root)
        let v1 = CgroupPaths(cpu: "/v1", cpuacct: "/v1", memory: "/v1", blkio: "/v1", pids: "/v1")
        groups = [CgroupPaths(unified: "/v2"), v1].map {
            CgroupFiles(
                $0, host: host, buffer: ReadBuffer(), known: KnownReading(), keepsOpen: true)
        }
        self.host = host
    }

    func read(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) {
        for (file, text) in zip(texts, [first, second]) {
            ftruncate(file, 0)
            _ = text.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
        }
        _ = HostUsage(host)
        for group in groups {
            let read = group.values()
            // Nothing has changed, so that what is kept is what would be read.
            let all: HostQuiet = [.memoryPressure, .ioPressure, .oomKills]
            var kept = group.values(after: EarlierReading(values: read, host: all))
            if let peak = read[.memoryPeak] {
                require(kept[.memoryPeak] == max(peak, read[.memoryCurrent] ?? peak), "\(kept)")
                kept[.memoryPeak] = peak
            }
            require(kept == read, "\(kept) kept of \(read)")
        }
    }
}
