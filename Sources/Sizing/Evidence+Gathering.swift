import Measures
package import Statistics

/// Sums up what replicas showed. Kept from service to service: what replicas share is looked at once.
package final class EvidenceGatherer {
    private let policy: SizingPolicy
    private let quantiles: Quantiles
    private let median: Quantiles
    private var spacings: [[SampleTimes.Place]: Spacing] = [:]

    /// How samples lie in time.
    fileprivate struct Spacing {
        /// Nil with less than two samples.
        var usualSeconds: Double?
        var gaps = 0
    }

    /// - Throws: when the statistics core cannot be used (`RIGHTSIZE_KERNELS`).
    package init(policy: SizingPolicy) throws(StatisticsError) {
        self.policy = policy
        quantiles = try Quantiles([0.5, 0.95, 0.99])
        median = try Quantiles([0.5])
    }

    /// Sums up what the replicas of one service showed.
    /// - Parameter replicas: at least one, each with at least one sample.
    package func evidence(
        of replicas: [ReplicaObservations]
    ) throws(StatisticsError) -> ServiceEvidence {
        precondition(!replicas.isEmpty && replicas.allSatisfy { !$0.sampleTimes.isEmpty })
        var cpu: CPUEvidence?
        var memory: MemoryEvidence?
        var coverages: [Coverage] = []
        for replica in replicas {
            let use = try replica.cpu.withoutGaps(policy, median)
            let used = try CPUEvidence(use, burstMax: replica.cpuBurstMax, quantiles, policy)
            if let used, cpu.map({ $0.demandP95 < used.demandP95 }) ?? true { cpu = used }
            let held = try MemoryEvidence(replica, quantiles)
            if let held, memory.map({ $0.max < held.max }) ?? true { memory = held }
            coverages.append(Coverage(replica, use, try spacing(of: replica.sampleTimes)))
        }
        // The replica seen last runs with the limits that a change of today would replace.
        let newest = replicas.max { $0.sampleTimes.last! < $1.sampleTimes.last! }!
        return ServiceEvidence(
            replicas: replicas.count, cpu: cpu, memory: memory,
            oomKills: replicas.reduce(0) { $0 + $1.oomKills },
            restarts: replicas.reduce(0) { $0 + $1.restarts },
            limits: ResourceLimits(cpu: newest.cpuLimit, memory: newest.memoryLimit),
            coverage: coverages.max { $0.seconds < $1.seconds }!)
    }

    private func spacing(of times: SampleTimes) throws(StatisticsError) -> Spacing {
        let places = times.places
        if let known = spacings[places] { return known }
        let steps = times.steps()
        var spacing = Spacing()
        if !steps.isEmpty {
            let usual = try median.of(steps)[0]
            spacing.usualSeconds = usual
            spacing.gaps = steps.count { $0 > policy.gapFactor * usual }
        }
        spacings[places] = spacing
        return spacing
    }
}

extension ServiceEvidence {
    /// As `EvidenceGatherer` does, for a single service.
    package init(
        of replicas: [ReplicaObservations], policy: SizingPolicy
    ) throws(StatisticsError) {
        self = try EvidenceGatherer(policy: policy).evidence(of: replicas)
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
        _ replica: ReplicaObservations, _ cpu: CPUUse, _ spacing: EvidenceGatherer.Spacing
    ) {
        self.init(
            first: replica.sampleTimes.first!, last: replica.sampleTimes.last!,
            samples: replica.sampleTimes.count, seconds: cpu.seconds.reduce(0, +),
            stepSeconds: spacing.usualSeconds, gaps: spacing.gaps)
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
