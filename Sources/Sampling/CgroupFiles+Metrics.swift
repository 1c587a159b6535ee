import Measures

extension MetricValues {
    /// Reads each control file that has a metric in it and may have changed. A file or a key that this kernel
    /// does not have leaves its metric absent.
    init(_ files: CgroupFiles) {
        self.init()
        if files.paths.unified != nil {
            setPressure(files)
            // A controller is mounted either as v1 or in the v2 tree, never in both.
            if files.paths.cpuacct == nil { setCPU(files) }
        }
        // CPU time first: where it stands still, much of the rest does.
        if files.paths.cpuacct != nil { setV1Usage(files) }
        if files.paths.unified != nil {
            if files.paths.memory == nil { setMemory(files) }
            // Written back by kernel threads, whether the group runs or not.
            if files.paths.blkio == nil, let text = files.text(.ioStat) { set(IOStat(v2: text)) }
            // A process that has ended counts until it is waited for, which others may do.
            if files.paths.pids == nil { self[.pids] = files.count(.pidsCurrent) }
        }
        if files.paths.cpu != nil { setV1Bandwidth(files) }
        if files.paths.memory != nil { setV1Memory(files) }
        if files.paths.blkio != nil { setV1IO(files) }
        if files.paths.pids != nil { self[.pids] = files.count(.v1PidsCurrent) }
    }

    // MARK: cgroup v2

    private mutating func setCPU(_ files: CgroupFiles) {
        if let text = files.text(.cpuStat) { set(CPUStat(v2: text)) }
        files.known.noteUsage(self[.cpuUsage])
        if let text = files.text(.cpuMax) { self[.cpuLimit] = CPUMax.limit(v2: text)?.wireValue }
        // Of this group alone, without its children's (Linux 6.6).
        if !keepBandwidth([.cpuThrottledTimeLocal], files), let text = files.text(.cpuStatLocal) {
            self[.cpuThrottledTimeLocal] = KernelFileScanner.value(of: "throttled_usec", in: text)
        }
    }

    private mutating func setMemory(_ files: CgroupFiles) {
        self[.memoryCurrent] = files.count(.memoryCurrent)
        if let text = files.text(.memoryStat) { set(MemoryStat(v2: text)) }
        setPeak(files, .memoryPeak)
        setOOMKills(files, .memoryEvents)
        self[.memorySwap] = files.count(.memorySwapCurrent)
        // The kernel swaps out what rests.
        self[.memorySwapPeak] = files.count(.memorySwapPeak)
        if let text = files.text(.memoryMax) {
            self[.memoryLimit] = MemoryMax.limit(v2: text)?.wireValue
        }
    }

    private mutating func setPressure(_ files: CgroupFiles) {
        // A group that waits for the CPU throughout does not run: only its own file tells.
        setPressure(files, .cpuPressure, .cpuPressureSome, .cpuPressureFull)
        if !files.known.hasHost(been: .memoryPressure)
            || !keep([.memoryPressureSome, .memoryPressureFull], files)
        {
            setPressure(files, .memoryPressure, .memoryPressureSome, .memoryPressureFull)
        }
        if !files.known.hasHost(been: .ioPressure)
            || !keep([.ioPressureSome, .ioPressureFull], files)
        {
            setPressure(files, .ioPressure, .ioPressureSome, .ioPressureFull)
        }
    }

    private mutating func setPressure(
        _ files: CgroupFiles, _ file: ControlFile, _ some: Metric, _ full: Metric
    ) {
        guard let pressure = files.text(file).map(Pressure.init) else { return }
        self[some] = pressure.someMicroseconds
        self[full] = pressure.fullMicroseconds
    }

    // MARK: cgroup v1

    private mutating func setV1Usage(_ files: CgroupFiles) {
        if let nanoseconds = files.count(.v1CPUAcctUsage) { self[.cpuUsage] = nanoseconds / 1000 }
        files.known.noteUsage(self[.cpuUsage])
    }

    private mutating func setV1Bandwidth(_ files: CgroupFiles) {
        let quota = files.integer(.v1CPUQuota)
        // Without a quota nobody asks for its period.
        let period = quota.map { $0 > 0 } ?? false ? files.count(.v1CPUPeriod) : nil
        self[.cpuLimit] = CPUMax.limit(quota: quota, period: period)?.wireValue
        if !keepBandwidth([.cpuPeriods, .cpuThrottledPeriods, .cpuThrottledTime], files),
            let text = files.text(.v1CPUStat)
        {
            set(CPUStat(v1: text))
        }
    }

    private mutating func setV1Memory(_ files: CgroupFiles) {
        let usage = files.count(.v1MemoryUsage)
        self[.memoryCurrent] = usage
        let stat = files.text(.v1MemoryStat).map(MemoryStat.init(v1:))
        if let stat { set(stat) }
        setPeak(files, .v1MemoryPeak)
        setOOMKills(files, .v1MemoryOOMControl)
        // memory + swap − memory, only where memory.stat does not tell: read one after the other, the two tell
        // of swap where a container just grew, or dip below zero.
        if self[.memorySwap] == nil, let both = files.count(.v1MemoryAndSwapUsage), let usage {
            self[.memorySwap] = both.subtracting(usage).map { max(0, $0) }
        }
        setV1MemoryLimit(files, least: stat?.hierarchicalLimit?.wireValue)
    }

    /// - Parameter least: of the group's own limit and those above it.
    private mutating func setV1MemoryLimit(_ files: CgroupFiles, least: Int64?) {
        let unlimited = Limit<Bytes>.unlimited.wireValue
        if let least, least == unlimited || least == files.known[.memoryLimit] {
            self[.memoryLimit] = least
        } else {
            self[.memoryLimit] = files.integer(.v1MemoryLimit).map {
                MemoryMax.limit(v1: $0).wireValue
            }
        }
    }

    private mutating func setV1IO(_ files: CgroupFiles) {
        if files.known.hasRested, keep([.ioRead, .ioWrite], files) { return }
        let text = files.text(.v1BlkioServiceBytesRecursive) ?? files.text(.v1BlkioServiceBytes)
        if let text { set(IOStat(v1: text)) }
    }

    // MARK: Both

    private mutating func setPeak(_ files: CgroupFiles, _ file: ControlFile) {
        if files.known.hasRested, let known = files.known[.memoryPeak] {
            // Others may add to a group that rests: packets that nobody takes from its sockets.
            self[.memoryPeak] = max(known, self[.memoryCurrent] ?? known)
        } else {
            self[.memoryPeak] = files.count(file)
        }
    }

    /// `memory.events` and v1's `memory.oom_control` spell it alike.
    private mutating func setOOMKills(_ files: CgroupFiles, _ file: ControlFile) {
        if files.known.hasHost(been: .oomKills), keep([.memoryOOMKills], files) { return }
        guard let text = files.text(file) else { return }
        self[.memoryOOMKills] = KernelFileScanner.value(of: "oom_kill", in: text)
    }

    /// Keeps what tells of throttling where there was no quota, and there is none.
    private mutating func keepBandwidth(_ metrics: [Metric], _ files: CgroupFiles) -> Bool {
        let unlimited = Limit<Cores>.unlimited.wireValue
        guard self[.cpuLimit] == unlimited, files.known[.cpuLimit] == unlimited else {
            return false
        }
        return keep(metrics, files)
    }

    /// - Returns: whether all of them are known.
    private mutating func keep(_ metrics: [Metric], _ files: CgroupFiles) -> Bool {
        guard metrics.allSatisfy({ files.known[$0] != nil }) else { return false }
        for metric in metrics { self[metric] = files.known[metric] }
        return true
    }
}
