package import Measures

/// What one replica of a service showed, derived from its counters interval by interval.
package struct ReplicaObservations: Sendable {
    package var instance: String
    package var cpu: [CPUInterval] = []
    /// Working set (current − inactive file) at each sample, in bytes.
    package var workingSet: [Double] = []
    /// The largest rate of a few seconds inside a run, in cores; nil where no run looked so closely.
    package var cpuBurstMax: Cores?
    /// The largest working set of the same.
    package var memoryBurstMax: Bytes?
    /// The largest `memory.peak` seen. It counts page cache: an upper bound of what was needed.
    package var memoryPeak: Bytes?
    /// Kills by the kernel or told by the engine.
    package var oomKills = 0
    package var restarts = 0
    /// The limits last seen; nil where none was ever read.
    package var cpuLimit: Limit<Cores>?
    package var memoryLimit: Limit<Bytes>?
    /// When each sample was taken, running or not; in the order taken.
    package var sampleTimes: [Timestamp] = []

    package init(instance: String) { self.instance = instance }
}

/// CPU use between two samples of one incarnation.
package struct CPUInterval: Hashable, Sendable {
    /// Mean use.
    package var cores: Double
    package var seconds: Double
    /// Throttled periods over all periods; nil where the kernel counts none or no period ran.
    package var throttledShare: Double?
    /// The limit in force at the end; nil without one.
    package var limit: Double?

    package init(cores: Double, seconds: Double, throttledShare: Double?, limit: Double?) {
        self.cores = cores
        self.seconds = seconds
        self.throttledShare = throttledShare
        self.limit = limit
    }
}

extension CPUInterval {
    /// What the container would have used without its limit, as far as one can tell.
    ///
    ///     φ = throttled / periods
    ///     use / max(1 − φ, ⅓);   where φ > ¼: at least 1.25 × the limit
    func demand(_ policy: SizingPolicy) -> Double {
        guard let share = throttledShare, share > 0 else { return cores }
        let raised = cores / max(1 - share, policy.unthrottledShareMin)
        guard share > policy.throttledShareCertain, let limit else { return raised }
        return max(raised, policy.throttledGrowth * limit)
    }
}
