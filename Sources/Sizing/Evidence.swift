package import Measures

/// What is known of a service: every number that a recommendation rests on.
package struct ServiceEvidence: Hashable, Sendable {
    /// Those seen in the window, in the order of their instances.
    package var replicas: [ReplicaEvidence]
    /// Of the replica that needs the most CPU; nil where no two samples gave a rate.
    package var cpu: CPUEvidence?
    /// Of the replica that needs the most memory; nil where no sample had a working set.
    package var memory: MemoryEvidence?
    /// All replicas together.
    package var oomKills: Int
    package var restarts: Int
    /// Of the replica seen last: what a change of today would replace.
    package var limits: ResourceLimits
    /// When the limits of that replica changed in the window, oldest first.
    package var limitChanges: [LimitEffect]
    package var workload: Workload
    package var coverage: Coverage
    /// What the history would have done under the limits that were asked for, in their order.
    package var replays: [Replay]
    /// Of the days before, of which only rollups are kept; nil where there are none.
    package var earlier: EarlierUse?

    package init(
        replicas: [ReplicaEvidence], cpu: CPUEvidence?, memory: MemoryEvidence?, oomKills: Int,
        restarts: Int, limits: ResourceLimits, limitChanges: [LimitEffect] = [],
        workload: Workload = .steady, coverage: Coverage, replays: [Replay] = [],
        earlier: EarlierUse? = nil
    ) {
        self.replicas = replicas
        self.cpu = cpu
        self.memory = memory
        self.oomKills = oomKills
        self.restarts = restarts
        self.limits = limits
        self.limitChanges = limitChanges
        self.workload = workload
        self.coverage = coverage
        self.replays = replays
        self.earlier = earlier
    }
}

/// Whether a service is up all the time or does a job and ends.
package enum Workload: Hashable, Sendable {
    /// Sized by day.
    case steady
    /// Sized by run, of which so many were seen.
    case batch(runs: Int)
}

/// What one replica showed, period by period.
package struct ReplicaEvidence: Hashable, Sendable {
    package var instance: String
    /// CPU demand: what it would have used without its limit, as far as one can tell. Newest first.
    package var cpu: [PeriodSummary]
    /// Working sets. Newest first.
    package var memory: [PeriodSummary]
    /// The largest working set seen between samples; nil where no run looked so closely.
    package var memoryBurstMax: Bytes?
    /// The memory limit under which it was OOM-killed; nil where it was not.
    package var killedAt: Bytes?

    package init(
        instance: String, cpu: [PeriodSummary], memory: [PeriodSummary],
        memoryBurstMax: Bytes? = nil, killedAt: Bytes? = nil
    ) {
        self.instance = instance
        self.cpu = cpu
        self.memory = memory
        self.memoryBurstMax = memoryBurstMax
        self.killedAt = killedAt
    }
}

/// The limits that a container runs with; nil where none was ever read.
package struct ResourceLimits: Hashable, Sendable {
    package var cpu: Limit<Cores>?
    package var memory: Limit<Bytes>?

    package init(cpu: Limit<Cores>?, memory: Limit<Bytes>?) {
        self.cpu = cpu
        self.memory = memory
    }
}

/// How much of the window was really seen.
package struct Coverage: Hashable, Sendable {
    package var first: Timestamp
    package var last: Timestamp
    package var samples: Int
    /// Time between samples that are no gap, of the replica seen the longest.
    package var seconds: Double
    /// The usual time between two samples; nil with less than two.
    package var stepSeconds: Double?
    package var gaps: Int
    /// Containers that ran one after the other, of all replicas.
    package var incarnations: Int
    /// Days seen well enough to count, and how many of them were mostly of a weekend (UTC).
    package var days = 0
    package var weekendDays = 0

    package init(
        first: Timestamp, last: Timestamp, samples: Int, seconds: Double, stepSeconds: Double?,
        gaps: Int, incarnations: Int = 1
    ) {
        self.first = first
        self.last = last
        self.samples = samples
        self.seconds = seconds
        self.stepSeconds = stepSeconds
        self.gaps = gaps
        self.incarnations = incarnations
    }
}

package struct CPUEvidence: Hashable, Sendable {
    /// As used, limits and throttling in force.
    package var mean: Cores
    package var p50: Cores
    package var p95: Cores
    package var p99: Cores
    package var max: Cores
    /// Throttled over all periods; nil where the kernel counts none.
    package var throttledShare: Double?
    /// The part of the time in which so much was throttled that the demand is only known from below.
    package var censoredShare: Double
    /// Of the demand behind throttling.
    package var demandMean: Cores
    package var demandP95: Cores
    /// The median of the demand (Kaplan–Meier), and its 95 % band; nil where it is not known for censoring.
    package var demandMedian: CensoredMedian?
    package var startUpMax: Cores?

    package init(
        mean: Cores, p50: Cores, p95: Cores, p99: Cores, max: Cores, throttledShare: Double?,
        censoredShare: Double = 0, demandMean: Cores, demandP95: Cores,
        demandMedian: CensoredMedian? = nil, startUpMax: Cores? = nil
    ) {
        self.mean = mean
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.max = max
        self.throttledShare = throttledShare
        self.censoredShare = censoredShare
        self.demandMean = demandMean
        self.demandP95 = demandP95
        self.demandMedian = demandMedian
        self.startUpMax = startUpMax
    }
}

/// A median that throttling hides in part.
package struct CensoredMedian: Hashable, Sendable {
    package var value: Cores
    /// Nil where the band reaches beyond what is known.
    package var low: Cores?
    package var high: Cores?

    package init(value: Cores, low: Cores?, high: Cores?) {
        self.value = value
        self.low = low
        self.high = high
    }
}

package struct MemoryEvidence: Hashable, Sendable {
    /// Working set: current − inactive file.
    package var mean: Bytes
    package var p50: Bytes
    package var p95: Bytes
    package var p99: Bytes
    package var max: Bytes
    /// `memory.peak`, page cache included; nil where the kernel has none.
    package var peak: Bytes?
    /// The part of the samples at their limit: more may have been wanted.
    package var censoredShare: Double
    package var parts: MemoryParts
    package var startUpMax: Bytes?

    package init(
        mean: Bytes, p50: Bytes, p95: Bytes, p99: Bytes, max: Bytes, peak: Bytes?,
        censoredShare: Double = 0, parts: MemoryParts = MemoryParts(), startUpMax: Bytes? = nil
    ) {
        self.mean = mean
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.max = max
        self.peak = peak
        self.censoredShare = censoredShare
        self.parts = parts
        self.startUpMax = startUpMax
    }
}
