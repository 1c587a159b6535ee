import Glibc
import Measures

/// What the machine as a whole has and uses, from `/proc` (proc(5)).
struct HostUsage {
    private(set) var capacity = HostCapacity(cpus: nil, memory: nil)
    /// In the metrics of a container: `memoryCurrent` is all that is not free, so that
    /// current − inactive file means the same as for a container.
    private(set) var values = MetricValues()

    /// What cannot be read stays unknown.
    init(_ host: HostFiles) {
        let buffer = ReadBuffer(capacity: 16 << 10)
        if let stat = host.bytes("/proc/stat", into: buffer) { readStat(stat) }
        if let info = host.bytes("/proc/meminfo", into: buffer) { readMemory(info) }
        if let events = host.bytes("/proc/vmstat", into: buffer) {
            // Of all groups, and of none (Linux 4.13).
            values[.memoryOOMKills] = KernelFileScanner.value(of: "oom_kill", in: events)
        }
        setPressure(host, buffer, "cpu", .cpuPressureSome, .cpuPressureFull)
        setPressure(host, buffer, "memory", .memoryPressureSome, .memoryPressureFull)
        setPressure(host, buffer, "io", .ioPressureSome, .ioPressureFull)
    }

    private mutating func setPressure(
        _ host: HostFiles, _ buffer: ReadBuffer, _ kind: String, _ some: Metric, _ full: Metric
    ) {
        guard let text = host.bytes("/proc/pressure/" + kind, into: buffer) else { return }
        let pressure = Pressure(text)
        values[some] = pressure.someMicroseconds
        values[full] = pressure.fullMicroseconds
    }

    /// `cpu  …` is the sum of `cpu0 …`, `cpu1 …`, in hundredths of a second (USER_HZ is 100 on Linux):
    /// user, nice, system, idle, iowait, irq, softirq, steal; guest times are inside user and nice.
    private mutating func readStat(_ text: UnsafeBufferPointer<UInt8>) {
        var cpus = 0
        KernelFileScanner.forEachKey(text, where: Self.startsCPU) { key, value in
            guard key.count >= 3, key.starts(with: "cpu".utf8) else { return }
            guard key.count == 3 else {
                cpus += 1
                return
            }
            var microseconds: Int64? = 0
            for field in 0..<8 {
                guard let ticks = value.count() else {
                    // Kernels before 2.6.11 have no steal time.
                    if field < 7 { return }
                    break
                }
                guard field != 3, field != 4 else { continue }
                microseconds = microseconds?.adding(ticks.multiplied(by: 10_000))
            }
            values[.cpuUsage] = microseconds
        }
        if cpus > 0 { capacity.cpus = Cores(Double(cpus)) }
    }

    private static func startsCPU(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "c") }

    /// Its "kB" are KiB.
    private mutating func readMemory(_ text: UnsafeBufferPointer<UInt8>) {
        var free: Int64?
        KernelFileScanner.forEachKey(text, where: Self.startsWantedKey) { key, value in
            guard let metric = Self.metric(key) else {
                if KernelFileScanner.matches(key, "MemTotal:") {
                    capacity.memory = value.count()?.multiplied(by: 1024).map(
                        Bytes.init(rawValue:))
                } else if KernelFileScanner.matches(key, "MemFree:") {
                    free = value.count()?.multiplied(by: 1024)
                }
                return
            }
            values[metric] = value.count()?.multiplied(by: 1024)
        }
        guard let total = capacity.memory else { return }
        values[.memoryLimit] = Limit<Bytes>.bounded(total).wireValue
        values[.memoryCurrent] = free.flatMap { total.rawValue.subtracting($0) }.flatMap {
            $0 < 0 ? nil : $0
        }
    }

    private static func startsWantedKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A"), UInt8(ascii: "I"), UInt8(ascii: "M"), UInt8(ascii: "S"): true
        default: false
        }
    }

    private static func metric(_ key: UnsafeBufferPointer<UInt8>) -> Metric? {
        if KernelFileScanner.matches(key, "Inactive(file):") { return .memoryInactiveFile }
        if KernelFileScanner.matches(key, "Active(file):") { return .memoryActiveFile }
        if KernelFileScanner.matches(key, "AnonPages:") { return .memoryAnon }
        if KernelFileScanner.matches(key, "Shmem:") { return .memoryShmem }
        if KernelFileScanner.matches(key, "SReclaimable:") { return .memorySlabReclaimable }
        return nil
    }
}

extension Int64 {
    /// Arithmetic on what a file says: what does not fit is missing, as any other value that cannot be.
    func multiplied(by factor: Int64) -> Int64? {
        let (value, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? nil : value
    }

    func adding(_ other: Int64?) -> Int64? {
        guard let (value, overflow) = other.map(addingReportingOverflow), !overflow else {
            return nil
        }
        return value
    }

    func subtracting(_ other: Int64) -> Int64? {
        let (value, overflow) = subtractingReportingOverflow(other)
        return overflow ? nil : value
    }
}

extension HostFiles {
    /// A whole file; valid until `buffer` is used again.
    func bytes(_ path: String, into buffer: ReadBuffer) -> UnsafeBufferPointer<UInt8>? {
        let file = open(self.path(path), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return buffer.fill(from: file)
    }
}
