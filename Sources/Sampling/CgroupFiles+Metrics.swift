import Measures

extension MetricValues {
    /// Reads each control file that has a metric in it. A file or a key that this kernel does not have
    /// leaves its metric absent.
    init(_ files: CgroupFiles) {
        self.init()
        if files.paths.unified != nil {
            setPressure(files)
            // A controller is mounted either as v1 or in the v2 tree, never in both.
            if files.paths.cpuacct == nil { setCPU(files) }
            if files.paths.memory == nil { setMemory(files) }
            if files.paths.blkio == nil, let text = files.text(.ioStat) { set(IOStat(v2: text)) }
            if files.paths.pids == nil { self[.pids] = files.count(.pidsCurrent) }
        }
        if files.paths.cpuacct != nil { setV1Usage(files) }
        if files.paths.cpu != nil { setV1Bandwidth(files) }
        if files.paths.memory != nil { setV1Memory(files) }
        if files.paths.blkio != nil {
            let text = files.text(.v1BlkioServiceBytesRecursive) ?? files.text(.v1BlkioServiceBytes)
            if let text { set(IOStat(v1: text)) }
        }
        if files.paths.pids != nil { self[.pids] = files.count(.v1PidsCurrent) }
    }

    // MARK: cgroup v2

    private mutating func setCPU(_ files: CgroupFiles) {
        if let text = files.text(.cpuStat) { set(CPUStat(v2: text)) }
        // Of this group alone, without its children's (Linux 6.6).
        if let text = files.text(.cpuStatLocal) {
            self[.cpuThrottledTimeLocal] = KernelFileScanner.value(of: "throttled_usec", in: text)
        }
        if let text = files.text(.cpuMax) { self[.cpuLimit] = CPUMax.limit(v2: text)?.wireValue }
    }

    private mutating func setMemory(_ files: CgroupFiles) {
        self[.memoryCurrent] = files.count(.memoryCurrent)
        if let text = files.text(.memoryStat) { set(MemoryStat(v2: text)) }
        self[.memoryPeak] = files.count(.memoryPeak)
        if let text = files.text(.memoryEvents) { setOOMKills(text) }
        self[.memorySwap] = files.count(.memorySwapCurrent)
        self[.memorySwapPeak] = files.count(.memorySwapPeak)
        if let text = files.text(.memoryMax) {
            self[.memoryLimit] = MemoryMax.limit(v2: text)?.wireValue
        }
    }

    private mutating func setPressure(_ files: CgroupFiles) {
        if let text = files.text(.cpuPressure) {
            let cpu = Pressure(text)
            self[.cpuPressureSome] = cpu.someMicroseconds
            self[.cpuPressureFull] = cpu.fullMicroseconds
        }
        if let text = files.text(.memoryPressure) {
            let memory = Pressure(text)
            self[.memoryPressureSome] = memory.someMicroseconds
            self[.memoryPressureFull] = memory.fullMicroseconds
        }
        if let text = files.text(.ioPressure) {
            let io = Pressure(text)
            self[.ioPressureSome] = io.someMicroseconds
            self[.ioPressureFull] = io.fullMicroseconds
        }
    }

    // MARK: cgroup v1

    private mutating func setV1Usage(_ files: CgroupFiles) {
        if let nanoseconds = files.count(.v1CPUAcctUsage) { self[.cpuUsage] = nanoseconds / 1000 }
    }

    private mutating func setV1Bandwidth(_ files: CgroupFiles) {
        if let text = files.text(.v1CPUStat) { set(CPUStat(v1: text)) }
        let quota = files.integer(.v1CPUQuota)
        // Without a quota nobody asks for its period.
        let period = quota.map { $0 > 0 } ?? false ? files.count(.v1CPUPeriod) : nil
        self[.cpuLimit] = CPUMax.limit(quota: quota, period: period)?.wireValue
    }

    private mutating func setV1Memory(_ files: CgroupFiles) {
        let usage = files.count(.v1MemoryUsage)
        self[.memoryCurrent] = usage
        if let text = files.text(.v1MemoryStat) { set(MemoryStat(v1: text)) }
        self[.memoryPeak] = files.count(.v1MemoryPeak)
        if let text = files.text(.v1MemoryOOMControl) { setOOMKills(text) }
        // memory + swap − memory, only where memory.stat does not tell: read one after the other, the two tell
        // of swap where a container just grew, or dip below zero.
        if self[.memorySwap] == nil, let both = files.count(.v1MemoryAndSwapUsage), let usage {
            self[.memorySwap] = both.subtracting(usage).map { max(0, $0) }
        }
        if let text = files.text(.v1MemoryLimit) {
            self[.memoryLimit] = MemoryMax.limit(v1: text)?.wireValue
        }
    }

    /// `memory.events` and v1's `memory.oom_control` spell it alike.
    private mutating func setOOMKills(_ text: UnsafeBufferPointer<UInt8>) {
        self[.memoryOOMKills] = KernelFileScanner.value(of: "oom_kill", in: text)
    }
}
