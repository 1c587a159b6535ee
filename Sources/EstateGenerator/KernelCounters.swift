/// What the kernel counts for one group besides its memory, since the group was made.
struct KernelCounters {
    var cpuUsage: Int64 = 0
    var cpuPeriods: Int64 = 0
    var cpuThrottledPeriods: Int64 = 0
    var cpuThrottledTime: Int64 = 0
    var cpuPressureSome: Int64 = 0
    var cpuPressureFull: Int64 = 0
    var memoryPressureSome: Int64 = 0
    var memoryPressureFull: Int64 = 0
    var ioPressureSome: Int64 = 0
    var ioPressureFull: Int64 = 0
    var oomKills: Int64 = 0
    var refaults: Int64 = 0
    var ioRead: Int64 = 0
    var ioWrite: Int64 = 0
    var pids: Int64 = 1

    mutating func add(
        _ use: CPUBandwidth.Use, of bandwidth: CPUBandwidth, seconds: Double,
        random: inout RandomSource
    ) {
        cpuUsage += use.usageMicroseconds
        cpuPeriods += use.periods
        cpuThrottledPeriods += use.throttledPeriods
        cpuThrottledTime += use.throttledMicroseconds
        // A throttled group is one that waits for a CPU: its queues' time, side by side.
        let side = max(1, bandwidth.threads - bandwidth.limit)
        let throttled = Double(use.throttledMicroseconds) / side
        // On a quiet host a few in a thousand microseconds are spent waiting for a turn.
        let turns = Double(use.usageMicroseconds) * random.uniform(0.003...0.006)
        let whole = seconds * 1e6
        cpuPressureSome += Int64(min(whole, throttled * 1.4 + turns).rounded())
        cpuPressureFull += Int64(min(whole, throttled).rounded())
    }

    mutating func add(_ outcome: MemoryCharge.Outcome, writtenPages: Double, seconds: Double) {
        refaults += outcome.refaults
        let reclaim = outcome.reclaimedPages * 1.2 + outcome.squeeze * seconds * 120_000
        memoryPressureSome += Int64(reclaim.rounded())
        memoryPressureFull += Int64((reclaim * 0.6).rounded())

        let readPages = max(0, outcome.chargedFilePages - writtenPages) + Double(outcome.refaults)
        ioRead += Int64(readPages) * 4096
        ioWrite += Int64(writtenPages) * 4096
        // 400 MiB/s: a page takes some ten microseconds; writes are waited for when they are synced.
        let waiting = readPages * 10 + writtenPages * 6
        ioPressureSome += Int64(min(seconds * 1e6, waiting).rounded())
        ioPressureFull += Int64(min(seconds * 1e6, waiting * 0.85).rounded())
    }
}
