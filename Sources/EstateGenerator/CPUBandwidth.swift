/// CFS bandwidth control (Linux, Documentation/scheduler/sched-bwc.rst): a group may use its quota in
/// each period of 100 ms, and is throttled for the rest of a period in which it wanted more.
struct CPUBandwidth {
    /// Cores: quota ÷ period.
    var limit: Double
    var threads: Double
    var steadiness: Double
    var wakefulness: Double

    static let periodsPerSecond = 10.0
    static let periodMicroseconds = 100_000.0

    /// What `cpu.stat` counts in some span of time.
    struct Use {
        var usageMicroseconds: Int64 = 0
        var periods: Int64 = 0
        var throttledPeriods: Int64 = 0
        var throttledMicroseconds: Int64 = 0
        /// Mean cores really used.
        var cores = 0.0
        /// Throttled ÷ periods.
        var throttledShare = 0.0
    }

    /// Runs a group that wants `demand` cores for `seconds`.
    ///
    /// The demand of one busy period is a steady part c and an exponential part of mean e:
    ///
    ///     throttled share   φ = P(demand > L) = exp(−(L − c) ÷ e)
    ///     use of a period   E[min(demand, L)] = c + e · (1 − φ)
    ///
    /// What a period could not do is mostly wanted again in the next one.
    func run(demand: Double, seconds: Double, random: inout RandomSource) -> Use {
        var use = Use()
        guard seconds > 0 else { return use }
        let wanted = min(demand, threads)
        let busyShare = min(1, wakefulness + wanted * 1.2)
        let inBusyPeriod = wanted / busyShare
        var carried = 0.0
        var throttledShare = 0.0
        var served = inBusyPeriod
        if threads > limit {
            for _ in 0..<3 {
                let mean = inBusyPeriod + carried
                let steady = steadiness * mean
                let variable = max(1e-6, mean - steady)
                throttledShare = steady >= limit ? 1 : exponentialDecay((limit - steady) / variable)
                served = steady >= limit ? limit : steady + variable * (1 - throttledShare)
                carried = 0.8 * max(0, mean - served)
            }
        }
        use.cores = min(limit, served) * busyShare
        use.usageMicroseconds = Int64((use.cores * seconds * 1e6).rounded())

        // Periods are counted only while something is runnable.
        let periods = seconds * Self.periodsPerSecond * busyShare
        let jitter = random.normal() * (periods * (1 - busyShare)).squareRoot() * 0.3
        use.periods = Int64(
            max(1, min(seconds * Self.periodsPerSecond, periods + jitter)).rounded())

        let count = Double(use.periods)
        let deviation = (count * throttledShare * (1 - throttledShare)).squareRoot()
        let expected = count * throttledShare
        var throttled = (expected + random.normal() * deviation).rounded()
        if expected < 0.5 { throttled = random.chance(expected) ? 1 : 0 }
        throttled = min(count, max(0, throttled))
        use.throttledPeriods = Int64(throttled)
        use.throttledShare = throttled / count
        // With all threads running, the quota lasts for limit ÷ threads of the period; each of the
        // run queues then waits for the rest. A period rarely begins with all of them.
        let waiting = (threads - limit) * random.uniform(0.35...0.55)
        use.throttledMicroseconds = Int64(
            (throttled * Self.periodMicroseconds * max(0, waiting)).rounded())
        return use
    }
}
