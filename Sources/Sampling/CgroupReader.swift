import Measures

/// Reads the control files of one container's groups into metric values. A file or a key that this
/// kernel does not have leaves its metric absent.
struct CgroupReader {
    private let buffer = ReadBuffer()

    /// - Returns: what could be read; empty when no group of `paths` exists any more.
    func read(_ paths: CgroupPaths) -> MetricValues {
        var values = MetricValues()
        if let path = paths.unified, let directory = CgroupDirectory(path: path) {
            readPressure(directory, into: &values)
            // A controller is mounted either as v1 or in the v2 tree, never in both.
            if paths.cpuacct == nil { readCPU(directory, into: &values) }
            if paths.memory == nil { readMemory(directory, into: &values) }
            if paths.blkio == nil { readIO(directory, into: &values) }
            if paths.pids == nil {
                values[.pids] = directory.integer("pids.current", into: buffer)
            }
        }
        readV1(paths, into: &values)
        return values
    }

    // MARK: cgroup v2 (Documentation/admin-guide/cgroup-v2.rst)

    private func readCPU(_ directory: borrowing CgroupDirectory, into values: inout MetricValues) {
        if let stat = directory.read("cpu.stat", into: buffer, CPUStat.init(v2:)) {
            values.set(stat)
        }
        let limit = directory.read("cpu.max", into: buffer, CPUMax.limit(v2:))
        values[.cpuLimit] = limit?.wireValue
    }

    private func readMemory(
        _ directory: borrowing CgroupDirectory, into values: inout MetricValues
    ) {
        values[.memoryCurrent] = directory.integer("memory.current", into: buffer)
        if let stat = directory.read("memory.stat", into: buffer, MemoryStat.init(v2:)) {
            values.set(stat)
        }
        values[.memoryPeak] = directory.integer("memory.peak", into: buffer)
        values[.memoryOOMKills] = directory.read("memory.events", into: buffer) {
            KernelFileScanner.value(of: "oom_kill", in: $0)
        }
        values[.memorySwap] = directory.integer("memory.swap.current", into: buffer)
        let limit = directory.read("memory.max", into: buffer, MemoryMax.limit(v2:))
        values[.memoryLimit] = limit?.wireValue
    }

    private func readIO(_ directory: borrowing CgroupDirectory, into values: inout MetricValues) {
        if let stat = directory.read("io.stat", into: buffer, IOStat.init(v2:)) {
            values[.ioRead] = stat.readBytes
            values[.ioWrite] = stat.writeBytes
        }
    }

    private func readPressure(
        _ directory: borrowing CgroupDirectory, into values: inout MetricValues
    ) {
        if let cpu = directory.read("cpu.pressure", into: buffer, Pressure.init) {
            values[.cpuPressureSome] = cpu.someMicroseconds
            values[.cpuPressureFull] = cpu.fullMicroseconds
        }
        if let memory = directory.read("memory.pressure", into: buffer, Pressure.init) {
            values[.memoryPressureSome] = memory.someMicroseconds
            values[.memoryPressureFull] = memory.fullMicroseconds
        }
        if let io = directory.read("io.pressure", into: buffer, Pressure.init) {
            values[.ioPressureSome] = io.someMicroseconds
            values[.ioPressureFull] = io.fullMicroseconds
        }
    }

    // MARK: cgroup v1 (Documentation/admin-guide/cgroup-v1/)

    private func readV1(_ paths: CgroupPaths, into values: inout MetricValues) {
        if let path = paths.cpuacct, let directory = CgroupDirectory(path: path) {
            let nanoseconds = directory.integer("cpuacct.usage", into: buffer)
            values[.cpuUsage] = nanoseconds.map { $0 / 1000 }
        }
        if let path = paths.cpu, let directory = CgroupDirectory(path: path) {
            if let stat = directory.read("cpu.stat", into: buffer, CPUStat.init(v1:)) {
                values.set(stat)
            }
            let quota = directory.integer("cpu.cfs_quota_us", into: buffer)
            let period = directory.integer("cpu.cfs_period_us", into: buffer)
            values[.cpuLimit] = CPUMax.limit(quota: quota, period: period)?.wireValue
        }
        if let path = paths.memory, let directory = CgroupDirectory(path: path) {
            readV1Memory(directory, into: &values)
        }
        if let path = paths.blkio, let directory = CgroupDirectory(path: path) {
            let stat =
                directory.read(
                    "blkio.throttle.io_service_bytes_recursive", into: buffer, IOStat.init(v1:))
                ?? directory.read(
                    "blkio.throttle.io_service_bytes", into: buffer, IOStat.init(v1:))
            values[.ioRead] = stat?.readBytes
            values[.ioWrite] = stat?.writeBytes
        }
        if let path = paths.pids, let directory = CgroupDirectory(path: path) {
            values[.pids] = directory.integer("pids.current", into: buffer)
        }
    }

    private func readV1Memory(
        _ directory: borrowing CgroupDirectory, into values: inout MetricValues
    ) {
        let usage = directory.integer("memory.usage_in_bytes", into: buffer)
        values[.memoryCurrent] = usage
        if let stat = directory.read("memory.stat", into: buffer, MemoryStat.init(v1:)) {
            values.set(stat)
        }
        values[.memoryPeak] = directory.integer("memory.max_usage_in_bytes", into: buffer)
        values[.memoryOOMKills] = directory.read("memory.oom_control", into: buffer) {
            KernelFileScanner.value(of: "oom_kill", in: $0)
        }
        // memory + swap − memory; read one after the other, so the difference may dip below zero.
        if let usage, let both = directory.integer("memory.memsw.usage_in_bytes", into: buffer) {
            values[.memorySwap] = max(0, both - usage)
        }
        let limit = directory.read("memory.limit_in_bytes", into: buffer, MemoryMax.limit(v1:))
        values[.memoryLimit] = limit?.wireValue
    }
}

extension KernelFileScanner {
    /// The value on the line `key value`.
    static func value(of key: StaticString, in text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var found: Int64?
        forEachKey(text) { if matches($0, key) { found = $1 } }
        return found
    }
}
