package import Measures

/// Evidence in, recommendation out: no clock and no disk.
///
/// The tier is the smallest that holds the needs (`NeedEstimator`). What is done about it:
///
/// | evidence | outcome |
/// |---|---|
/// | less than an hour, or no reading twice | wait |
/// | less than a day | wait; raise where a kill or an alert shows a limit to be too small |
/// | less than a week | never lower; raise where what was seen exceeds a limit, its margin aside |
/// | a week | raise where the need exceeds a limit; lower where 95 % of a smaller tier hold it |
/// | a limit hides the need (killed, held at it, throttled) | never lower that |
package struct Sizer: Sendable {
    package let policy: SizingPolicy
    /// Ascending by size.
    package let tiers: [ResourceTier]

    package init(policy: SizingPolicy, tiers: [ResourceTier]) {
        self.policy = policy
        self.tiers = tiers.sorted {
            ($0.cpuLimit, $0.memoryLimit) < ($1.cpuLimit, $1.memoryLimit)
        }
    }

    /// - Parameters:
    ///   - limits: what the service is to be compared with: the limits that it runs with, or those
    ///     that the Compose file gives it.
    ///   - ignoreReason: the owner's word for leaving the service alone.
    package func recommend(
        _ evidence: ServiceEvidence, limits: ResourceLimits, ignoreReason: String? = nil
    ) -> Recommendation {
        if let ignoreReason {
            return Recommendation(
                verdict: .ignore, tier: nil, need: nil, binding: [],
                reason: ignoreReason.isEmpty ? "left alone by its label" : ignoreReason)
        }
        let estimator = NeedEstimator(policy: policy)
        let needs = Needs(evidence, limits, estimator)
        guard needs.isComplete else {
            var advice = wait(waitReason(evidence))
            if !needs.cpu.isEmpty || !needs.memory.isEmpty {
                let total = needs.total.atLeast(policy)
                advice.partialNeed = Recommendation.PartialNeed(
                    cpu: needs.cpu.isEmpty ? nil : total.cpu,
                    memory: needs.memory.isEmpty ? nil : total.memory)
            }
            return advice
        }
        let seen = Needs(evidence, limits, NeedEstimator(policy: policy, hasMargin: false))
        let isAtRisk = seen.total.exceeds(limits)
        let covered = covered(evidence)
        guard
            covered >= policy.evidenceSecondsMin * policy.coverageTolerance
                || evidence.workload != .steady
                || isAtRisk && covered >= policy.riskEvidenceSecondsMin
        else { return wait(waitReason(evidence)) }
        // On less than a day nothing but what was seen counts: its margin would double anything.
        let isShort = covered < policy.evidenceSecondsMin * policy.coverageTolerance
        guard isShort, evidence.workload == .steady else {
            return advice(evidence, limits, needs, seen: seen)
        }
        var advice = advice(evidence, limits, seen, seen: seen)
        advice.confidence = nil
        return advice
    }

    private func wait(_ reason: String) -> Recommendation {
        Recommendation(verdict: .wait, tier: nil, need: nil, binding: [], reason: reason)
    }

    private func advice(
        _ evidence: ServiceEvidence, _ limits: ResourceLimits, _ needs: Needs, seen: Needs
    ) -> Recommendation {
        let total = needs.total.atLeast(policy)
        var advice = Recommendation(
            verdict: .noTierFits, tier: nil, need: total, exact: RoundSizes.up(total),
            reservation: reservation(evidence, total), binding: [], reason: "",
            warnings: warnings(evidence))
        let cpuTier = tiers.first { $0.cpuLimit >= total.cpu }
        let memoryTier = tiers.first { $0.memoryLimit >= total.memory }
        guard let index = tiers.firstIndex(where: { needs.fit($0) }) else {
            let binding = tiers.last.map { needs.exceeding($0) } ?? []
            advice.binding = binding
            advice.split =
                cpuTier == nil && memoryTier == nil
                ? nil : Recommendation.Split(cpu: cpuTier, memory: memoryTier)
            advice.reason =
                "larger than \(tiers.last?.name ?? "any tier"): needs "
                + "\(total.cpu.text) CPU, \(total.memory.text)"
            return advice
        }
        let tier = tiers[index]
        advice.tier = tier
        advice.confidence = TierConfidence(self).share(of: tier, evidence, limits)
        if cpuTier != memoryTier {
            advice.split = Recommendation.Split(cpu: cpuTier, memory: memoryTier)
        }
        advice.binding = index == 0 ? [.smallestTier] : needs.exceeding(tiers[index - 1])
        advice.reason = reason(needs, below: index == 0 ? nil : tiers[index - 1])
        decide(&advice, evidence, limits, needs, seen)
        if let limits = advice.tier?.limits, let excess = evidence.earlier?.excess(over: limits) {
            advice.warnings.append("it \(excess), before these samples")
        }
        return advice
    }

    /// Sets the verdict; where it is to keep what is, the reason says why.
    private func decide(
        _ advice: inout Recommendation, _ evidence: ServiceEvidence, _ limits: ResourceLimits,
        _ needs: Needs, _ seen: Needs
    ) {
        let tier = advice.tier!
        func keep(_ why: String) {
            advice.verdict = .keep
            advice.reason = why
            if let current = tiers.first(where: { $0.limits.equals(limits) }) {
                advice.tier = current
                advice.confidence = nil
            }
        }
        let isWeekSeen = hasWeek(evidence)
        if needs.total.exceeds(limits) {
            if isWeekSeen || seen.total.exceeds(limits) {
                advice.verdict = .raise
                keepTheOther(&advice, evidence, limits, needs)
            } else {
                keep(
                    "\(advice.reason); what \(daysText(evidence)) showed fits its limits: wait for a week"
                )
            }
            return
        }
        if limits.cpu?.bound == nil || limits.memory?.bound == nil {
            advice.verdict = .assign
            keepTheOther(&advice, evidence, limits, needs)
            return
        }
        guard tier.limits.isLower(than: limits) else {
            advice.verdict = .keep
            // A need within a thousandth above the limits is met by them.
            if let current = tiers.first(where: { $0.limits.equals(limits) }), current != tier,
                !current.limits.equals(tier.limits)
            {
                (advice.tier, advice.confidence) = (current, nil)
            }
            return
        }
        if !isWeekSeen {
            return keep(
                "\(tier.name) would do for \(daysText(evidence)); lowered after "
                    + "\(spanText(seconds: policy.lowerEvidenceSecondsMin)) at the earliest")
        }
        if let hidden = censoredReason(evidence, limits, lowerTo: tier) { return keep(hidden) }
        let clear = ResourceNeed(
            cpu: Cores(needs.total.cpu.rawValue / policy.lowerClearance),
            memory: Bytes(
                wholeBytes(Double(needs.total.memory.rawValue) / policy.lowerClearance)))
        if clear.exceeds(tier.limits) {
            // The next larger one may still be lower than what is.
            let larger = tiers.first {
                !clear.exceeds($0.limits) && $0.limits.isLower(than: limits)
            }
            guard let larger else {
                return keep(
                    "needs \(needs.total.cpu.text) CPU, \(needs.total.memory.text): too close "
                        + "to \(tier.name) to be lowered")
            }
            advice.tier = larger
            advice.confidence = TierConfidence(self).share(
                of: larger, evidence, limits, clearance: policy.lowerClearance)
            advice.binding = needs.exceeding(tier.shrunk(to: policy.lowerClearance))
            advice.reason =
                "needs \(needs.total.cpu.text) CPU, \(needs.total.memory.text): too close to "
                + tier.name
        }
        advice.verdict = .lower
    }

    /// A limit that is too small is no reason to lower the other one, where that alone would not be lowered.
    private func keepTheOther(
        _ advice: inout Recommendation, _ evidence: ServiceEvidence, _ limits: ResourceLimits,
        _ needs: Needs
    ) {
        let tier = advice.tier!
        guard tier.isLower(thanBoundsOf: limits),
            !hasWeek(evidence) || censoredReason(evidence, limits, lowerTo: tier) != nil
        else { return }
        if let larger = tiers.first(where: {
            needs.fit($0) && !$0.isLower(thanBoundsOf: limits)
        }) {
            advice.tier = larger
            advice.confidence = nil
            advice.reason += "; \(tier.name) is less than it has now"
        } else {
            advice.warnings.append(
                "\(tier.name) has less of the other resource than it runs with, and too little is known "
                    + "to lower that")
        }
    }

    /// A week, or runs enough for one.
    private func hasWeek(_ evidence: ServiceEvidence) -> Bool {
        let least = policy.lowerEvidenceSecondsMin * policy.coverageTolerance
        if case .batch(let runs) = evidence.workload {
            let span = evidence.coverage.last.milliseconds - evidence.coverage.first.milliseconds
            return runs >= 7 && Double(span) / 1000 >= least
        }
        return covered(evidence) >= least
    }

    /// How much was seen of the days that count: a clock that leapt ahead leaves the others behind.
    private func covered(_ evidence: ServiceEvidence) -> Double {
        guard evidence.workload == .steady else { return evidence.coverage.seconds }
        let days = evidence.replicas.map {
            $0.cpu.reduce(0) { $1.age < policy.daysMax ? $0 + $1.seconds : $0 }
        }
        return min(evidence.coverage.seconds, days.max() ?? 0)
    }

    /// Why what was seen may be less than what was wanted; nil where it is not.
    private func censoredReason(
        _ evidence: ServiceEvidence, _ limits: ResourceLimits, lowerTo tier: ResourceTier
    ) -> String? {
        let lowersMemory = (limits.memory?.bound).map { tier.memoryLimit < $0 } ?? false
        let lowersCPU = (limits.cpu?.bound).map { tier.cpuLimit < $0 } ?? false
        if lowersMemory, evidence.oomKills > 0 {
            return "was OOM-killed: what it needs is not known to be less than its limit"
        }
        if lowersMemory, let share = evidence.memory?.censoredShare, share > 0 {
            return "its memory was at its limit in \(percentText(share)) of the samples: more may "
                + "have been wanted"
        }
        if lowersCPU, let share = evidence.cpu?.censoredShare, share > 0.01 {
            return "throttled so hard in \(percentText(share)) of the time that its CPU demand is "
                + "not known"
        }
        let lowered = ResourceLimits(
            cpu: lowersCPU ? .bounded(tier.cpuLimit) : nil,
            memory: lowersMemory ? .bounded(tier.memoryLimit) : nil)
        return evidence.earlier?.excess(over: lowered).map {
            "\($0), more than \(tier.name) holds"
        }
    }

    /// The worst day's mean, of the replica with the largest: what it steadily uses.
    private func reservation(
        _ evidence: ServiceEvidence, _ need: ResourceNeed
    ) -> ResourceNeed? {
        let estimator = NeedEstimator(policy: policy)
        var (cpu, memory) = (0.0, 0.0)
        for replica in evidence.replicas {
            for period in estimator.counted(replica.cpu, evidence.workload) {
                cpu = max(cpu, period.mean)
            }
            for period in estimator.counted(replica.memory, evidence.workload) {
                memory = max(memory, period.mean)
            }
        }
        guard memory > 0 else { return nil }
        let steady = RoundSizes.up(
            ResourceNeed(cpu: Cores(cpu), memory: Bytes(wholeBytes(memory))).atLeast(policy))
        let limit = RoundSizes.up(need)
        return ResourceNeed(
            cpu: min(steady.cpu, limit.cpu), memory: min(steady.memory, limit.memory))
    }

    private func warnings(_ evidence: ServiceEvidence) -> [String] {
        var warnings: [String] = []
        for effect in evidence.limitChanges where effect.hurts(policy) {
            warnings.append(
                "its limits were lowered on \(effect.at.minuteText) and it is worse off since: "
                    + "consider going back to \(effect.from.text)")
        }
        return warnings
    }

    // MARK: Words

    private func waitReason(_ evidence: ServiceEvidence) -> String {
        if evidence.coverage.samples == 0 { return "no sample in the window" }
        if evidence.cpu == nil, evidence.coverage.gaps > 0 {
            return "its samples lie too far apart"
        }
        if evidence.cpu == nil {
            return evidence.memory == nil
                ? "not seen running at two samples in a row" : "its CPU use was never read twice"
        }
        if evidence.memory == nil { return "no memory reading yet" }
        return "\(spanText(seconds: covered(evidence))) of "
            + "\(spanText(seconds: policy.evidenceSecondsMin)) seen"
    }

    private func daysText(_ evidence: ServiceEvidence) -> String {
        if case .batch(let runs) = evidence.workload {
            return "the \(runs) runs seen"
        }
        return "the \(spanText(seconds: covered(evidence))) seen"
    }

    private func reason(_ needs: Needs, below smaller: ResourceTier?) -> String {
        guard let smaller else {
            return "needs \(needs.total.cpu.text) CPU, \(needs.total.memory.text); "
                + "there is no smaller tier"
        }
        return needs.statements(exceeding: smaller).joined(separator: "; ")
    }
}

extension ResourceNeed {
    /// Limits compare within a thousandth: Compose passes CPUs through 32-bit floats.
    func exceeds(_ limits: ResourceLimits) -> Bool {
        cpu.rawValue > (limits.cpu?.bound?.rawValue ?? .infinity) * 1.001
            || Double(memory.rawValue)
                > (limits.memory?.bound.map { Double($0.rawValue) } ?? .infinity) * 1.001
    }

    func atLeast(_ policy: SizingPolicy) -> ResourceNeed {
        ResourceNeed(
            cpu: max(cpu, Cores(policy.cpuLimitMin)),
            memory: max(memory, Bytes(policy.memoryLimitMin)))
    }
}

extension ResourceTier {
    package var limits: ResourceLimits {
        ResourceLimits(cpu: .bounded(cpuLimit), memory: .bounded(memoryLimit))
    }

    fileprivate func shrunk(to share: Double) -> ResourceTier {
        ResourceTier(
            name: name, cpuLimit: Cores(cpuLimit.rawValue * share),
            memoryLimit: Bytes(Int64(Double(memoryLimit.rawValue) * share)))
    }

    /// Whether it has less than `limits` of what they bound.
    fileprivate func isLower(thanBoundsOf limits: ResourceLimits) -> Bool {
        self.limits.isLower(
            than: ResourceLimits(
                cpu: limits.cpu?.bound == nil ? .bounded(cpuLimit) : limits.cpu,
                memory: limits.memory?.bound == nil ? .bounded(memoryLimit) : limits.memory))
    }
}

extension ResourceLimits {
    private var cpuOrInfinity: Double { cpu?.bound?.rawValue ?? .infinity }
    private var memoryOrInfinity: Double {
        memory?.bound.map { Double($0.rawValue) } ?? .infinity
    }

    /// Whether either is lower by more than a thousandth.
    func isLower(than other: ResourceLimits) -> Bool {
        other.cpuOrInfinity > cpuOrInfinity * 1.001
            || other.memoryOrInfinity > memoryOrInfinity * 1.001
    }

    /// Whether both are the same within a thousandth.
    func equals(_ other: ResourceLimits) -> Bool {
        !isLower(than: other) && !other.isLower(than: self)
    }

    package var text: String {
        let cpu = self.cpu?.bound.map { "\($0.text) CPU" } ?? "no CPU limit"
        let memory = self.memory?.bound.map(\.text) ?? "no memory limit"
        return "\(cpu), \(memory)"
    }
}
