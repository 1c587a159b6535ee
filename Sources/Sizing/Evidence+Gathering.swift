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
        let median = try Quantiles([0.5])
        var cpu: CPUEvidence?
        var memory: MemoryEvidence?
        var coverages: [Coverage] = []
        for replica in replicas {
            let intervals = try replica.cpu.withoutGaps(policy, median)
            let used = try CPUEvidence(
                intervals, burstMax: replica.cpuBurstMax, quantiles, policy)
            if let used, cpu.map({ $0.demandP95 < used.demandP95 }) ?? true { cpu = used }
            let held = try MemoryEvidence(replica, quantiles)
            if let held, memory.map({ $0.max < held.max }) ?? true { memory = held }
            coverages.append(try Coverage(replica, intervals, policy, median))
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

extension CPUUse {
    /// Leaves out intervals so long that what happened inside is unknown.
    fileprivate func withoutGaps(
        _ policy: SizingPolicy, _ median: Quantiles
    ) throws(StatisticsError) -> CPUUse {
        guard !isEmpty else { return self }
        return intervals(upTo: policy.gapFactor * (try median.of(seconds)[0]))
    }
}

extension Coverage {
    fileprivate init(
        _ replica: ReplicaObservations, _ cpu: CPUUse, _ policy: SizingPolicy, _ median: Quantiles
    ) throws(StatisticsError) {
        var times = replica.sampleTimes
        if !zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }) { times.sort() }
        var steps: [Double] = []
        steps.reserveCapacity(times.count)
        for index in times.indices.dropFirst() {
            steps.append(
                (Double(times[index].milliseconds) - Double(times[index - 1].milliseconds)) / 1000)
        }
        let usual = steps.isEmpty ? nil : try median.of(steps)[0]
        self.init(
            first: times[0], last: times[times.count - 1], samples: times.count,
            seconds: cpu.seconds.reduce(0, +), stepSeconds: usual,
            gaps: usual.map { usual in steps.count { $0 > policy.gapFactor * usual } } ?? 0)
    }
}

extension CPUEvidence {
    /// Nil without any interval.
    fileprivate init?(
        _ use: CPUUse, burstMax: Cores?, _ quantiles: Quantiles, _ policy: SizingPolicy
    ) throws(StatisticsError) {
        guard !use.isEmpty else { return nil }
        let used = try quantiles.summary(of: use.cores)
        let mean = use.mean(of: use.cores)
        var (demandMean, demandP95) = (mean, used.quantiles[1])
        if !use.throttlings.isEmpty {
            let demand = use.demand(policy)
            demandMean = use.mean(of: demand)
            demandP95 = try quantiles.of(demand)[1]
        }
        // By time, since the number of periods in an interval follows its length.
        let throttledSeconds = use.throttlings.reduce(0) {
            $0 + $1.share * use.seconds[$1.interval]
        }
        self.init(
            mean: Cores(mean), p50: Cores(used.quantiles[0]), p95: Cores(used.quantiles[1]),
            p99: Cores(used.quantiles[2]),
            max: Swift.max(Cores(used.maximum), burstMax ?? Cores(0)),
            throttledShare: use.countedSeconds > 0 ? throttledSeconds / use.countedSeconds : nil,
            demandMean: Cores(demandMean), demandP95: Cores(demandP95))
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
