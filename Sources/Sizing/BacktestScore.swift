import Measures

/// What a rule's advice was worth to one service, each a share of its days unless said otherwise.
package struct BacktestScore: Hashable, Sendable {
    /// A working set above its limit; nil where memory was not read.
    package var oom: Double?
    package var alert: Double
    package var meanAboveTarget: Double
    /// Any of these.
    package var violation: Double
    /// The part of the limits that is not used, the mean of CPU and memory.
    package var slack: Double
    /// Any violation on the tier that was chosen.
    package var tierViolation: Double
    /// Steps of the ladder, mean of the advices.
    package var regret: Double
    /// Changes of the tier a week.
    package var changes: Double
    /// Days judged, of all replicas.
    package var days: Int
}

/// Adds up how one rule did for one service.
struct BacktestTally {
    private var days = 0
    private var memoryDays = 0
    private var oom = 0
    private var alert = 0
    private var mean = 0
    private var violation = 0
    private var slack = 0.0
    private var tierViolation = 0
    private var regret = 0.0
    private var advices = 0
    private var changes = 0
    private var lastTier: Int?

    mutating func add(
        _ held: [HeldDay], _ limits: AdvisedLimits, tier: Int, best: Int,
        _ tiers: [ResourceTier], _ policy: SizingPolicy
    ) {
        advices += 1
        regret += tier >= best ? Double(tier - best) : 3 * Double(best - tier)
        if let lastTier, lastTier != tier { changes += 1 }
        lastTier = tier
        let onTier = Self.limits(of: tier, tiers, limits)
        for day in held {
            days += 1
            let exact = Violations(day, limits, policy)
            if exact.oom { oom += 1 }
            if day.memory != nil, limits.memory != nil { memoryDays += 1 }
            if exact.alert { alert += 1 }
            if exact.mean { mean += 1 }
            if exact.isAny { violation += 1 }
            if Violations(day, onTier, policy).isAny { tierViolation += 1 }
            slack += Self.slack(day, limits)
        }
    }

    /// The limits of a tier; where none held, the largest tier or what was asked for, if that is more.
    private static func limits(
        of tier: Int, _ tiers: [ResourceTier], _ limits: AdvisedLimits
    ) -> AdvisedLimits {
        let largest = tiers[tiers.count - 1]
        guard tier < tiers.count else {
            return AdvisedLimits(
                cpu: max(limits.cpu, largest.cpuLimit.rawValue),
                memory: max(limits.memory ?? 0, Double(largest.memoryLimit.rawValue)))
        }
        return AdvisedLimits(
            cpu: tiers[tier].cpuLimit.rawValue,
            memory: Double(tiers[tier].memoryLimit.rawValue))
    }

    private static func slack(_ day: HeldDay, _ limits: AdvisedLimits) -> Double {
        let cpu = 1 - HeldDay.clippedMean(day.cpuValues, limits.cpu) / limits.cpu
        guard day.memory != nil, let memory = limits.memory else { return cpu }
        return (cpu + 1 - HeldDay.clippedMean(day.memoryValues, memory) / memory) / 2
    }

    func score(holdDays: Int) -> BacktestScore? {
        guard days > 0 else { return nil }
        func share(_ count: Int) -> Double { Double(count) / Double(days) }
        return BacktestScore(
            oom: memoryDays > 0 ? Double(oom) / Double(memoryDays) : nil, alert: share(alert),
            meanAboveTarget: share(mean), violation: share(violation),
            slack: slack / Double(days), tierViolation: share(tierViolation),
            regret: regret / Double(advices),
            changes: advices > 1
                ? Double(changes) / (Double(advices - 1) * Double(holdDays)) * 7 : 0,
            days: days)
    }
}

/// What one day does under some limits.
private struct Violations {
    var oom = false
    var alert = false
    var mean = false
    var isAny: Bool { oom || alert || mean }

    init(_ day: HeldDay, _ limits: AdvisedLimits, _ policy: SizingPolicy) {
        alert = day.cpu.sustained > policy.alertUtilisation * limits.cpu
        mean = day.cpu.mean >= policy.targetUtilisation * limits.cpu
        guard let memory = day.memory, let limit = limits.memory else { return }
        oom = memory.peak > limit
        alert = alert || memory.sustained > policy.alertUtilisation * limit
        mean = mean || memory.mean >= policy.targetUtilisation * limit
    }
}
