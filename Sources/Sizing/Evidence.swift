package import Measures

/// What is known of a service: every number that a recommendation rests on.
package struct ServiceEvidence: Hashable, Sendable {
    package var replicas: Int
    /// Of the replica that needs the most CPU; nil where no two samples gave a rate.
    package var cpu: CPUEvidence?
    /// Of the replica that needs the most memory; nil where no sample had a working set.
    package var memory: MemoryEvidence?
    /// All replicas together.
    package var oomKills: Int
    package var restarts: Int
    package var limits: ResourceLimits
    package var coverage: Coverage

    package init(
        replicas: Int, cpu: CPUEvidence?, memory: MemoryEvidence?, oomKills: Int, restarts: Int,
        limits: ResourceLimits, coverage: Coverage
    ) {
        self.replicas = replicas
        self.cpu = cpu
        self.memory = memory
        self.oomKills = oomKills
        self.restarts = restarts
        self.limits = limits
        self.coverage = coverage
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

    package init(
        first: Timestamp, last: Timestamp, samples: Int, seconds: Double, stepSeconds: Double?,
        gaps: Int
    ) {
        self.first = first
        self.last = last
        self.samples = samples
        self.seconds = seconds
        self.stepSeconds = stepSeconds
        self.gaps = gaps
    }
}

package struct CPUEvidence: Hashable, Sendable {
    /// As used, in cores: means of the intervals between samples.
    package var mean: Cores
    package var p50: Cores
    package var p95: Cores
    package var p99: Cores
    package var max: Cores
    /// Throttled periods over all periods; nil where the kernel gave none.
    package var throttledShare: Double?
    /// As it would have been used without throttling; equal to `mean` and `p95` without any.
    package var demandMean: Cores
    package var demandP95: Cores

    package init(
        mean: Cores, p50: Cores, p95: Cores, p99: Cores, max: Cores, throttledShare: Double?,
        demandMean: Cores, demandP95: Cores
    ) {
        self.mean = mean
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.max = max
        self.throttledShare = throttledShare
        self.demandMean = demandMean
        self.demandP95 = demandP95
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

    package init(mean: Bytes, p50: Bytes, p95: Bytes, p99: Bytes, max: Bytes, peak: Bytes?) {
        self.mean = mean
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.max = max
        self.peak = peak
    }
}
