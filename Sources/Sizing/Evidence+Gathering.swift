import Measures
package import Statistics

extension ServiceEvidence {
    /// Sums up what the replicas of one service showed.
    /// - Parameter replicas: at least one, each with at least one sample.
    /// - Throws: when the statistics core cannot be used (`RIGHTSIZE_KERNELS`).
    package init(
        of replicas: [ReplicaObservations], policy: SizingPolicy
    ) throws(StatisticsError) {
        precondition(!replicas.isEmpty && replicas.allSatisfy { !$0.sampleTimes.isEmpty })
        let quantiles = try Quantiles([0.5, 0.95, 0.99])
        var cpu: CPUEvidence?
        var memory: MemoryEvidence?
        var coverages: [Coverage] = []
        for replica in replicas {
            let intervals = replica.cpu.withoutGaps(policy)
            let used = try CPUEvidence(
                intervals, burstMax: replica.cpuBurstMax, quantiles, policy)
            if let used, cpu.map({ $0.demandP95 < used.demandP95 }) ?? true { cpu = used }
            let held = try MemoryEvidence(replica, quantiles)
            if let held, memory.map({ $0.max < held.max }) ?? true { memory = held }
            coverages.append(Coverage(replica, intervals, policy))
        }
        // The replica seen last runs with the limits that a change of today would replace.
        let newest = replicas.max { $0.sampleTimes.last! < $1.sampleTimes.last! }!
        self.init(
            replicas: replicas.count, cpu: cpu, memory: memory,
            oomKills: replicas.reduce(0) { $0 + $1.oomKills },
            restarts: replicas.reduce(0) { $0 + $1.restarts },
            limits: ResourceLimits(cpu: newest.cpuLimit, memory: newest.memoryLimit),
            coverage: coverages.max { $0.seconds < $1.seconds }!)
    }
}

extension [CPUInterval] {
    /// Leaves out intervals so long that what happened inside is unknown.
    fileprivate func withoutGaps(_ policy: SizingPolicy) -> [CPUInterval] {
        guard let usual = map(\.seconds).upperMedian else { return [] }
        return filter { $0.seconds <= policy.gapFactor * usual }
    }
}

extension [Double] {
    /// The middle value, the larger of two; nil when empty.
    fileprivate var upperMedian: Double? { isEmpty ? nil : sorted()[count / 2] }
}

extension Coverage {
    fileprivate init(
        _ replica: ReplicaObservations, _ intervals: [CPUInterval], _ policy: SizingPolicy
    ) {
        let times = replica.sampleTimes.sorted()
        let steps = zip(times, times.dropFirst()).map {
            (Double($1.milliseconds) - Double($0.milliseconds)) / 1000
        }
        let usual = steps.upperMedian
        self.init(
            first: times[0], last: times[times.count - 1], samples: times.count,
            seconds: intervals.reduce(0) { $0 + $1.seconds }, stepSeconds: usual,
            gaps: usual.map { usual in steps.count { $0 > policy.gapFactor * usual } } ?? 0)
    }
}

extension CPUEvidence {
    /// Nil without any interval.
    fileprivate init?(
        _ intervals: [CPUInterval], burstMax: Cores?, _ quantiles: Quantiles,
        _ policy: SizingPolicy
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
            p99: Cores(used.quantiles[2]),
            max: Swift.max(Cores(used.maximum), burstMax ?? Cores(0)),
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
            max: Swift.max(bytes(summary.maximum), replica.memoryBurstMax ?? Bytes(0)),
            peak: replica.memoryPeak)
    }
}
