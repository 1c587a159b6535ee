import Measures
package import Statistics

extension ServiceEvidence {
    /// Sums up what the replicas of one service showed.
    /// - Parameter replicas: at least one.
    /// - Throws: when the statistics core cannot be used (`RIGHTSIZE_KERNELS`).
    package init(
        of replicas: [ReplicaObservations], policy: SizingPolicy
    ) throws(StatisticsError) {
        precondition(!replicas.isEmpty)
        let quantiles = try Quantiles([0.5, 0.95, 0.99])
        var cpu: CPUEvidence?
        var memory: MemoryEvidence?
        var coverage: Coverage?
        for replica in replicas {
            let seen = replica.cpu.withoutGaps(policy)
            let candidate = try CPUEvidence(seen.intervals, quantiles, policy)
            if let candidate, cpu.map({ $0.demandP95 < candidate.demandP95 }) ?? true {
                cpu = candidate
            }
            if let candidate = try MemoryEvidence(replica, quantiles),
                memory.map({ $0.max < candidate.max }) ?? true
            {
                memory = candidate
            }
            let covered = Coverage(
                first: replica.first, last: replica.last, samples: replica.samples,
                seconds: seen.intervals.reduce(0) { $0 + $1.seconds }, stepSeconds: seen.step,
                gaps: seen.gaps)
            if coverage.map({ $0.seconds < covered.seconds }) ?? true { coverage = covered }
        }
        // The replica started last runs with the limits that a change of today would replace.
        let newest = replicas.max { $0.last < $1.last } ?? replicas[0]
        self.init(
            replicas: replicas.count, cpu: cpu, memory: memory,
            oomKills: replicas.reduce(0) { $0 + $1.oomKills },
            restarts: replicas.reduce(0) { $0 + $1.restarts },
            limits: ResourceLimits(cpu: newest.cpuLimit, memory: newest.memoryLimit),
            coverage: coverage!)
    }
}

extension [CPUInterval] {
    /// Leaves out intervals so long that what happened inside is unknown.
    fileprivate func withoutGaps(
        _ policy: SizingPolicy
    ) -> (intervals: [CPUInterval], step: Double?, gaps: Int) {
        guard !isEmpty else { return ([], nil, 0) }
        let lengths = map(\.seconds).sorted()
        let step = lengths[lengths.count / 2]
        let kept = filter { $0.seconds <= policy.gapFactor * step }
        return (kept, step, count - kept.count)
    }
}

extension CPUEvidence {
    /// Nil without any interval.
    fileprivate init?(
        _ intervals: [CPUInterval], _ quantiles: Quantiles, _ policy: SizingPolicy
    ) throws(StatisticsError) {
        guard !intervals.isEmpty else { return nil }
        let used = try quantiles.summary(of: intervals.map(\.cores))
        let seconds = intervals.reduce(0) { $0 + $1.seconds }
        let mean = intervals.reduce(0) { $0 + $1.cores * $1.seconds } / seconds
        let demands = intervals.map { $0.demand(policy) }
        let demand = try quantiles.of(demands)
        let demandMean = zip(demands, intervals).reduce(0) { $0 + $1.0 * $1.1.seconds } / seconds
        // By time, since the number of periods in an interval follows its length.
        let counted = intervals.filter { $0.throttledShare != nil }
        let countedSeconds = counted.reduce(0) { $0 + $1.seconds }
        let throttledSeconds = counted.reduce(0) { $0 + ($1.throttledShare ?? 0) * $1.seconds }
        self.init(
            mean: Cores(mean), p50: Cores(used.quantiles[0]), p95: Cores(used.quantiles[1]),
            p99: Cores(used.quantiles[2]), max: Cores(used.maximum),
            throttledShare: countedSeconds > 0 ? throttledSeconds / countedSeconds : nil,
            demandMean: Cores(demandMean), demandP95: Cores(demand[1]))
    }
}

extension MemoryEvidence {
    /// Nil without any sample.
    fileprivate init?(
        _ replica: ReplicaObservations, _ quantiles: Quantiles
    ) throws(StatisticsError) {
        guard !replica.workingSet.isEmpty else { return nil }
        let summary = try quantiles.summary(of: replica.workingSet)
        func bytes(_ value: Double) -> Bytes { Bytes(Int64(value.rounded())) }
        self.init(
            mean: bytes(summary.mean), p50: bytes(summary.quantiles[0]),
            p95: bytes(summary.quantiles[1]), p99: bytes(summary.quantiles[2]),
            max: bytes(summary.maximum), peak: replica.memoryPeak)
    }
}
