import Measures

/// What each rule asks for, for one service.
struct Needs {
    struct OfCPU {
        var constraint: Constraint
        var cores: Double
        var because: String
    }
    struct OfMemory {
        var constraint: Constraint
        var bytes: Double
        var because: String
    }

    var cpu: [OfCPU] = []
    var memory: [OfMemory] = []

    init(_ evidence: ServiceEvidence, _ limits: ResourceLimits, _ estimator: NeedEstimator) {
        for replica in evidence.replicas {
            let periods = estimator.counted(replica.cpu, evidence.workload)
            if !periods.isEmpty { cpu.append(Self.cpu(periods, evidence, estimator)) }
            let held = estimator.counted(replica.memory, evidence.workload)
            if !held.isEmpty { memory += Self.memory(held, replica, evidence, estimator) }
            if let kill = Self.kill(replica, evidence, limits, estimator) { memory.append(kill) }
        }
    }

    /// Whether both resources were measured.
    var isComplete: Bool { !cpu.isEmpty && memory.contains { $0.constraint != .oomKilled } }

    private static func cpu(
        _ periods: [PeriodSummary], _ evidence: ServiceEvidence, _ estimator: NeedEstimator
    ) -> OfCPU {
        let policy = estimator.policy
        let worst = periods.max { $0.need(policy) < $1.need(policy) }!
        let isMean =
            worst.mean / policy.targetUtilisation > worst.sustained / policy.alertUtilisation
        let what = "\(isMean ? "mean" : "10-minute") CPU of the worst \(evidence.workload.period)"
        let used = Cores(isMean ? worst.mean : worst.sustained).text
        let cores = estimator.cpu(periods)
        // Only where throttling hides what a person sees.
        let isHidden = (evidence.cpu?.censoredShare ?? 0) > 0.01
        return OfCPU(
            constraint: isHidden ? .cpuThrottled : isMean ? .cpuMean : .cpuSustained,
            cores: cores,
            because: isHidden
                ? "\(what) \(used), as far as "
                    + "\(percentText(evidence.cpu?.throttledShare ?? 0)) throttling lets it be seen,"
                : "\(what) \(used)")
    }

    private static func memory(
        _ periods: [PeriodSummary], _ replica: ReplicaEvidence, _ evidence: ServiceEvidence,
        _ estimator: NeedEstimator
    ) -> [OfMemory] {
        let policy = estimator.policy
        let worst = periods.max { $0.need(policy) < $1.need(policy) }!
        let isMean =
            worst.mean / policy.targetUtilisation > worst.sustained / policy.alertUtilisation
        let byDay = Bytes(wholeBytes(isMean ? worst.mean : worst.sustained))
        let burst = Double(replica.memoryBurstMax?.rawValue ?? 0)
        let largest = replica.memory.reduce(burst) {
            max($0, $1.age < policy.daysMax ? $1.peak : 0)
        }
        let peak = Bytes(wholeBytes(largest))
        let spare = SpareCache(evidence, largest: largest, policy)
        return [
            OfMemory(
                constraint: isMean ? .memoryMean : .memorySustained,
                bytes: spare.limiting(estimator.memoryByDay(periods)),
                because: "\(isMean ? "mean" : "10-minute") memory of the worst "
                    + "\(evidence.workload.period) \(byDay.text)"),
            OfMemory(
                constraint: .memoryPeak,
                bytes: spare.limiting(
                    estimator.memoryByPeak(periods, largest: largest)),
                because: "largest working set \(peak.text)"),
        ]
    }

    /// The limit that killed is the one the container ran with, not one in a file.
    private static func kill(
        _ replica: ReplicaEvidence, _ evidence: ServiceEvidence, _ limits: ResourceLimits,
        _ estimator: NeedEstimator
    ) -> OfMemory? {
        guard evidence.oomKills > 0 else { return nil }
        // A kill that no replica is known to have had: of the one that the limits belong to.
        let isKnown = evidence.replicas.contains { $0.killedAt != nil }
        guard
            let limit = replica.killedAt
                ?? (isKnown ? nil : evidence.limits.memory?.bound ?? limits.memory?.bound)
        else { return nil }
        let kills = "\(evidence.oomKills) OOM kill\(evidence.oomKills == 1 ? "" : "s")"
        return OfMemory(
            constraint: .oomKilled, bytes: estimator.memoryAfterKill(at: limit),
            because: "\(kills) at \(limit.text)")
    }
}

/// Page cache that fills whatever a limit leaves. A larger limit would be filled again, and the advice would
/// follow it without end: where the kernel shows no want of it (no refaults, no stalls, no kill), it is
/// no reason for a larger limit. What cannot be dropped still is.
private struct SpareCache {
    /// Nil where the cache is not known to be spare.
    private var limit: Double?
    /// Of the largest working set.
    private var unreclaimableShare = 1.0

    init(_ evidence: ServiceEvidence, largest: Double, _ policy: SizingPolicy) {
        guard evidence.oomKills == 0, let memory = evidence.memory, largest > 0,
            let kept = memory.parts.unreclaimableMax, let bound = evidence.limits.memory?.bound,
            memory.parts.refaults != nil || memory.parts.stalledSeconds != nil
        else { return }
        let seconds = max(evidence.coverage.seconds, 1)
        guard Double(memory.parts.refaults ?? 0) / seconds < policy.spareRefaultsMax,
            (memory.parts.stalledSeconds ?? 0) / seconds < policy.spareStallShareMax
        else { return }
        limit = Double(bound.rawValue)
        unreclaimableShare = min(1, Double(kept.rawValue) / largest)
    }

    func limiting(_ need: Double) -> Double {
        guard let limit else { return need }
        return min(need, max(limit, need * unreclaimableShare))
    }
}

extension Needs {
    var total: ResourceNeed {
        ResourceNeed(
            cpu: Cores(cpu.reduce(0) { max($0, $1.cores) }),
            memory: Bytes(wholeBytes(memory.reduce(0) { max($0, $1.bytes) })))
    }

    func fit(_ tier: ResourceTier) -> Bool { exceeding(tier).isEmpty }

    /// Of each resource, the rule that asks for the most, where it asks for more than `tier` has.
    func exceeding(_ tier: ResourceTier) -> [Constraint] {
        [worstCPU(tier)?.constraint, worstMemory(tier)?.constraint].compactMap(\.self)
    }

    func statements(exceeding tier: ResourceTier) -> [String] {
        var statements: [String] = []
        if let worst = worstCPU(tier) {
            statements.append(
                "\(worst.because) needs \(Cores(worst.cores).text) CPU, \(tier.name) has "
                    + tier.cpuLimit.text)
        }
        if let worst = worstMemory(tier) {
            statements.append(
                "\(worst.because) needs \(Bytes(wholeBytes(worst.bytes)).text), \(tier.name) has "
                    + tier.memoryLimit.text)
        }
        return statements
    }

    private func worstCPU(_ tier: ResourceTier) -> OfCPU? {
        cpu.max { $0.cores < $1.cores }.flatMap { $0.cores > tier.cpuLimit.rawValue ? $0 : nil }
    }

    private func worstMemory(_ tier: ResourceTier) -> OfMemory? {
        memory.max { $0.bytes < $1.bytes }.flatMap {
            wholeBytes($0.bytes) > tier.memoryLimit.rawValue ? $0 : nil
        }
    }
}

extension Workload {
    /// What it is sized by.
    package var period: String {
        switch self {
        case .steady: "day"
        case .batch: "run"
        }
    }
}

/// The whole number of bytes that holds `bytes`; a damaged store may hold more than there are numbers for.
package func wholeBytes(_ bytes: Double) -> Int64 {
    Int64(min(max(0, bytes.rounded(.up)), 9e18))
}
