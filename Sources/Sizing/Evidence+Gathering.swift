package import Measures
package import Statistics

/// Sums up what replicas showed. Kept from service to service: what replicas share is looked at once.
package final class EvidenceGatherer {
    let policy: SizingPolicy
    /// The end of the window: days are counted back from here.
    private let end: Timestamp
    private let quantiles: Quantiles
    private let censoredMedian: CensoredQuantiles
    private var timings: SampleTimings

    /// - Throws: when the statistics core cannot be used (`RIGHTSIZE_KERNELS`).
    package init(policy: SizingPolicy, end: Timestamp) throws(StatisticsError) {
        self.policy = policy
        self.end = end
        quantiles = try Quantiles([0.5, 0.95, 0.99])
        timings = try SampleTimings(policy: policy)
        censoredMedian = try CensoredQuantiles([0.5])
    }

    /// Sums up what the replicas of one service showed.
    /// - Parameters:
    ///   - replicas: at least one, each with at least one sample.
    ///   - limits: to replay the history under.
    package func evidence(
        of replicas: [ReplicaObservations], replaying limits: [ResourceLimits] = []
    ) throws(StatisticsError) -> ServiceEvidence {
        let history = try history(of: replicas)
        var evidence = try evidence(of: history)
        evidence.replays = limits.map { history.replay($0, evidence.replicas, policy) }
        return evidence
    }

    func evidence(of history: ServiceHistory) throws(StatisticsError) -> ServiceEvidence {
        var cpu: CPUEvidence?
        var memory: MemoryEvidence?
        for replica in history.replicas {
            let used = try CPUEvidence(replica, quantiles, censoredMedian, policy)
            if let used, cpu.map({ $0.demandP95 < used.demandP95 }) ?? true { cpu = used }
            let held = try MemoryEvidence(replica, quantiles)
            if let held, memory.map({ $0.max < held.max }) ?? true { memory = held }
        }
        let newest = history.newest.observations
        let replicas = history.replicas.map { $0.evidence(history.workload, end: end, policy) }
        var coverage = history.coverage
        coverage.count(replicas, end: end, policy)
        return ServiceEvidence(
            replicas: replicas,
            cpu: cpu, memory: memory,
            oomKills: history.replicas.reduce(0) { $0 + $1.observations.oomKills },
            restarts: history.replicas.reduce(0) { $0 + $1.observations.restarts },
            limits: newest.limits, limitChanges: newest.limitEffects(),
            workload: history.workload, coverage: coverage)
    }

    /// What the replicas of one service showed, with gaps left out and throttling undone.
    func history(of replicas: [ReplicaObservations]) throws(StatisticsError) -> ServiceHistory {
        precondition(!replicas.isEmpty && replicas.allSatisfy { !$0.sampleTimes.isEmpty })
        var histories: [ReplicaHistory] = []
        for replica in replicas.sorted(by: { $0.instance < $1.instance }) {
            histories.append(try ReplicaHistory(replica, &timings, policy))
        }
        return ServiceHistory(histories, policy)
    }
}

extension ServiceEvidence {
    /// As `EvidenceGatherer` does, for a single service whose last sample ends the window.
    package init(
        of replicas: [ReplicaObservations], policy: SizingPolicy
    ) throws(StatisticsError) {
        let end = replicas.compactMap(\.sampleTimes.last).max() ?? Timestamp(milliseconds: 0)
        self = try EvidenceGatherer(policy: policy, end: end).evidence(of: replicas)
    }
}

extension CPUEvidence {
    /// Nil without any interval.
    fileprivate init?(
        _ replica: ReplicaHistory, _ quantiles: Quantiles, _ median: CensoredQuantiles,
        _ policy: SizingPolicy
    ) throws(StatisticsError) {
        let use = replica.cpu
        guard !use.isEmpty else { return nil }
        let used = try quantiles.summary(of: use.cores)
        let mean = use.mean(of: use.cores)
        var (demandMean, demandP95) = (mean, used.quantiles[1])
        var demandMedian: CensoredMedian?
        if !use.throttlings.isEmpty {
            demandMean = use.mean(of: replica.demand)
            demandP95 = try quantiles.of(replica.demand)[1]
            let (values, isCensored) = use.thinned(replica.demand, policy)
            let known = try median.of(values, isCensored: isCensored)[0]
            demandMedian = known.value.map {
                CensoredMedian(
                    value: Cores($0), low: known.lower.map { Cores($0) },
                    high: known.upper.map { Cores($0) })
            }
        }
        // By time, since the number of periods in an interval follows its length.
        let throttledSeconds = use.throttlings.reduce(0) {
            $0 + $1.share * use.seconds[$1.interval]
        }
        let censoredSeconds = use.throttlings.reduce(0) {
            $1.share > policy.throttledShareCertain ? $0 + use.seconds[$1.interval] : $0
        }
        self.init(
            mean: Cores(mean), p50: Cores(used.quantiles[0]), p95: Cores(used.quantiles[1]),
            p99: Cores(used.quantiles[2]),
            max: Swift.max(Cores(used.maximum), replica.observations.cpuBurstMax ?? Cores(0)),
            throttledShare: use.countedSeconds > 0 ? throttledSeconds / use.countedSeconds : nil,
            censoredShare: censoredSeconds / replica.cpuSeconds,
            demandMean: Cores(demandMean), demandP95: Cores(demandP95),
            demandMedian: demandMedian, startUpMax: replica.observations.startUp?.cpu)
    }
}

extension MemoryEvidence {
    /// Nil without any sample.
    fileprivate init?(
        _ replica: ReplicaHistory, _ quantiles: Quantiles
    ) throws(StatisticsError) {
        let memory = replica.observations.memory
        guard !memory.isEmpty else { return nil }
        let summary = try quantiles.summary(of: memory.workingSet)
        func bytes(_ value: Double) -> Bytes { Bytes(wholeBytes(value.rounded())) }
        self.init(
            mean: bytes(summary.mean), p50: bytes(summary.quantiles[0]),
            p95: bytes(summary.quantiles[1]), p99: bytes(summary.quantiles[2]),
            max: Swift.max(
                bytes(summary.maximum), replica.observations.memoryBurstMax ?? Bytes(0)),
            peak: replica.observations.memoryPeak,
            censoredShare: Double(memory.samplesAtLimit) / Double(memory.count),
            parts: memory.parts, startUpMax: replica.observations.startUp?.memory)
    }
}

extension Coverage {
    /// Counts the days of the replica that was seen on the most.
    fileprivate mutating func count(
        _ replicas: [ReplicaEvidence], end: Timestamp, _ policy: SizingPolicy
    ) {
        for replica in replicas {
            let seen = replica.cpu.filter {
                $0.seconds >= policy.dayCoverageMin * Double(Periods.dayMilliseconds) / 1000
            }
            guard seen.count > days else { continue }
            days = seen.count
            weekendDays = seen.count { period in
                let middle =
                    Periods.day(period.age, end: end.milliseconds).lowerBound
                    &+ Periods.dayMilliseconds / 2
                // 1970 began on a Thursday.
                let weekday = (middle / Periods.dayMilliseconds + 3) % 7
                return weekday == 5 || weekday == 6
            }
        }
    }
}
