package import Measures
package import Statistics

/// What advice would have been worth: given on the days before, judged on the days after, over and over
/// through a history.
///
/// A day violates where an alert fires, a mean reaches the target, or a working set exceeds its limit. Slack
/// is the part of a limit that is not used. Regret counts the steps of the ladder between the tier
/// advised and the one that hindsight would choose: one for each step too high, three for each too low.
package struct Backtest: Sendable {
    package let policy: SizingPolicy
    /// Ascending.
    package let tiers: [ResourceTier]
    package let trainDays: Int
    package let holdDays: Int
    /// Also judges the rules of other tools.
    package let judgesBaselines: Bool

    /// A day seen less than this is not judged.
    private static let coverageMin = 0.8

    package init(
        policy: SizingPolicy, tiers: [ResourceTier], trainDays: Int, holdDays: Int,
        judgesBaselines: Bool
    ) {
        precondition(trainDays > 0 && holdDays > 0 && !tiers.isEmpty)
        self.policy = policy
        self.tiers = Sizer(policy: policy, tiers: tiers).tiers
        self.trainDays = trainDays
        self.holdDays = holdDays
        self.judgesBaselines = judgesBaselines
    }

    package static let ownRule = "rightsize"

    /// The names of the rules, ours first.
    package var rules: [String] {
        [Self.ownRule] + (judgesBaselines ? Baseline.allCases.map(\.rawValue) : [])
    }

    /// What each rule's advice would have been worth to one service; empty where its history is too short.
    /// - Parameter end: of the window.
    package func scores(
        of replicas: [ReplicaObservations], end: Timestamp
    ) throws(StatisticsError) -> [String: BacktestScore] {
        let gatherer = try EvidenceGatherer(policy: policy, end: end)
        let history = try gatherer.history(of: replicas)
        let known = history.replicas.map { $0.evidence(.steady, end: end, policy) }
        let oldest =
            known.flatMap { $0.cpu.filter { $0.seconds > 0 }.map(\.age) }.max() ?? -1
        var tallies: [String: BacktestTally] = [:]
        var newest = oldest - trainDays
        // The last held day is the newest of the window.
        newest -= (newest + 1) % holdDays
        while newest >= holdDays - 1 {
            let origin = Origin(
                train: (newest + 1)..<(newest + 1 + trainDays),
                hold: (newest + 1 - holdDays)..<(newest + 1))
            try judge(origin, history, known, end, &tallies)
            newest -= holdDays
        }
        return tallies.compactMapValues { $0.score(holdDays: holdDays) }
    }

    /// Ages of days, counted from the end of the window.
    struct Origin {
        var train: Range<Int>
        var hold: Range<Int>
    }

    private func judge(
        _ origin: Origin, _ history: ServiceHistory, _ known: [ReplicaEvidence], _ end: Timestamp,
        _ tallies: inout [String: BacktestTally]
    ) throws(StatisticsError) {
        let days = zip(history.replicas, known).flatMap { replica, evidence in
            replica.heldDays(
                origin.hold, end: end.milliseconds, evidence, policy, coverageMin: Self.coverageMin)
        }
        guard !days.isEmpty else { return }
        var advice: [(rule: String, limits: AdvisedLimits)] = []
        if let own = ownAdvice(origin, history, known, end) { advice.append((Self.ownRule, own)) }
        if judgesBaselines {
            let views = zip(history.replicas, known).map {
                $0.trainingView(origin.train, end: end.milliseconds, memoryPeriods: $1.memory)
            }.filter { !$0.cpu.isEmpty }
            for baseline in Baseline.allCases where !views.isEmpty {
                var limits = AdvisedLimits(cpu: 0, memory: nil)
                for view in views {
                    let (cpu, memory) = try baseline.limits(view)
                    limits.cpu = max(limits.cpu, cpu)
                    if let memory { limits.memory = max(limits.memory ?? 0, memory) }
                }
                advice.append((baseline.rawValue, limits))
            }
        }
        // All rules are judged on the same days, or none is.
        guard advice.count == rules.count else { return }
        let best = tierIndex(
            AdvisedLimits(
                cpu: days.reduce(0) { max($0, $1.cpuNeed(policy)) },
                memory: days.compactMap { $0.memoryNeed(policy) }.max()))
        for (rule, limits) in advice {
            tallies[rule, default: BacktestTally()].add(
                days, limits, tier: tierIndex(limits), best: best, tiers, policy)
        }
    }

    /// The needs as `Sizer` has them, with what was known on the day of the advice.
    private func ownAdvice(
        _ origin: Origin, _ history: ServiceHistory, _ known: [ReplicaEvidence], _ end: Timestamp
    ) -> AdvisedLimits? {
        let estimator = NeedEstimator(policy: policy)
        var limits = AdvisedLimits(cpu: 0, memory: nil)
        var isKnown = false
        for (replica, evidence) in zip(history.replicas, known) {
            func seen(_ periods: [PeriodSummary]) -> [PeriodSummary] {
                periods.filter { origin.train.contains($0.age) }.map {
                    var period = $0
                    period.age -= origin.train.lowerBound
                    return period
                }
            }
            let cpu = estimator.counted(seen(evidence.cpu), .steady)
            if !cpu.isEmpty {
                isKnown = true
                limits.cpu = max(limits.cpu, estimator.cpu(cpu))
            }
            let all = seen(evidence.memory)
            let memory = estimator.counted(all, .steady)
            guard !memory.isEmpty else { continue }
            let largest = all.reduce(0) { max($0, $1.age < policy.daysMax ? $1.peak : 0) }
            var bytes = max(
                estimator.memoryByDay(memory), estimator.memoryByPeak(memory, largest: largest))
            if let limit = replica.killLimit(origin.train, end: end) {
                bytes = max(bytes, estimator.memoryAfterKill(at: limit))
            }
            limits.memory = max(limits.memory ?? 0, bytes)
        }
        return isKnown ? limits : nil
    }

    /// The count of tiers where none holds both.
    private func tierIndex(_ limits: AdvisedLimits) -> Int {
        tiers.firstIndex {
            limits.cpu <= $0.cpuLimit.rawValue * (1 + 1e-9)
                && (limits.memory ?? 0) <= Double($0.memoryLimit.rawValue) * (1 + 1e-9)
        } ?? tiers.count
    }
}

/// What a rule would set, in cores and bytes.
struct AdvisedLimits {
    var cpu: Double
    /// Nil where memory was never read.
    var memory: Double?
}

extension ReplicaHistory {
    /// The largest limit that killed in one of these days; nil where none did.
    fileprivate func killLimit(_ ages: Range<Int>, end: Timestamp) -> Bytes? {
        let history = observations.limitHistory
        return observations.oomKillTimes.compactMap { time -> Bytes? in
            guard ages.contains(Periods.age(of: time, end: end.milliseconds)) else { return nil }
            let inForce = history.last { $0.since.milliseconds <= time } ?? history.first
            return inForce?.limits.memory?.bound
        }.max()
    }
}
