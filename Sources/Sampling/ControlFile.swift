/// A control file that the sampler reads, of either version of control groups.
enum ControlFile: UInt8, CaseIterable {
    // cgroup v2 (Documentation/admin-guide/cgroup-v2.rst)
    case cpuStat, cpuStatLocal, cpuMax
    case memoryCurrent, memoryStat, memoryPeak, memoryEvents, memorySwapCurrent, memorySwapPeak
    case memoryMax
    case ioStat, pidsCurrent
    case cpuPressure, memoryPressure, ioPressure

    // cgroup v1 (Documentation/admin-guide/cgroup-v1/)
    case v1CPUAcctUsage
    case v1CPUStat, v1CPUQuota, v1CPUPeriod
    case v1MemoryUsage, v1MemoryStat, v1MemoryPeak, v1MemoryOOMControl
    case v1MemoryAndSwapUsage, v1MemoryLimit
    case v1BlkioServiceBytesRecursive, v1BlkioServiceBytes
    case v1PidsCurrent

    /// As the kernel names it.
    var name: StaticString {
        switch self {
        case .cpuStat, .v1CPUStat: "cpu.stat"
        case .cpuStatLocal: "cpu.stat.local"
        case .cpuMax: "cpu.max"
        case .memoryCurrent: "memory.current"
        case .memoryStat, .v1MemoryStat: "memory.stat"
        case .memoryPeak: "memory.peak"
        case .memoryEvents: "memory.events"
        case .memorySwapCurrent: "memory.swap.current"
        case .memorySwapPeak: "memory.swap.peak"
        case .memoryMax: "memory.max"
        case .ioStat: "io.stat"
        case .pidsCurrent, .v1PidsCurrent: "pids.current"
        case .cpuPressure: "cpu.pressure"
        case .memoryPressure: "memory.pressure"
        case .ioPressure: "io.pressure"
        case .v1CPUAcctUsage: "cpuacct.usage"
        case .v1CPUQuota: "cpu.cfs_quota_us"
        case .v1CPUPeriod: "cpu.cfs_period_us"
        case .v1MemoryUsage: "memory.usage_in_bytes"
        case .v1MemoryPeak: "memory.max_usage_in_bytes"
        case .v1MemoryOOMControl: "memory.oom_control"
        case .v1MemoryAndSwapUsage: "memory.memsw.usage_in_bytes"
        case .v1MemoryLimit: "memory.limit_in_bytes"
        case .v1BlkioServiceBytesRecursive: "blkio.throttle.io_service_bytes_recursive"
        case .v1BlkioServiceBytes: "blkio.throttle.io_service_bytes"
        }
    }

    var hierarchy: CgroupHierarchy {
        switch self {
        case .cpuStat, .cpuStatLocal, .cpuMax, .memoryCurrent, .memoryStat, .memoryPeak,
            .memoryEvents,
            .memorySwapCurrent, .memorySwapPeak, .memoryMax, .ioStat, .pidsCurrent, .cpuPressure,
            .memoryPressure,
            .ioPressure:
            .unified
        case .v1CPUAcctUsage: .v1(.cpuacct)
        case .v1CPUStat, .v1CPUQuota, .v1CPUPeriod: .v1(.cpu)
        case .v1MemoryUsage, .v1MemoryStat, .v1MemoryPeak, .v1MemoryOOMControl,
            .v1MemoryAndSwapUsage, .v1MemoryLimit:
            .v1(.memory)
        case .v1BlkioServiceBytesRecursive, .v1BlkioServiceBytes: .v1(.blkio)
        case .v1PidsCurrent: .v1(.pids)
        }
    }
}

/// A tree of control groups: the one of v2, or that of a v1 controller.
enum CgroupHierarchy: Equatable {
    case unified
    case v1(CgroupController)
}

extension CgroupPaths {
    subscript(hierarchy: CgroupHierarchy) -> String? {
        switch hierarchy {
        case .unified: unified
        case .v1(let controller): self[controller]
        }
    }
}
