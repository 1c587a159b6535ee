package import Measures

/// Evidence in, recommendation out: no clock and no disk.
///
///     cpu    ≥ max(mean, p95) / 0.70        of the demand behind throttling
///     memory ≥ mean / 0.70                  of the working set
///            ≥ 1.25 × largest working set
///            ≥ 1.25 × 1.5 × limit           after an OOM kill
///     tier   = the smallest that holds all of these
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
        guard let needs = Needs(evidence, limits, policy),
            evidence.coverage.seconds >= policy.evidenceSecondsMin
        else {
            return Recommendation(
                verdict: .wait, tier: nil, need: nil, binding: [], reason: waitReason(evidence))
        }
        guard let index = tiers.firstIndex(where: { needs.fit($0) }) else {
            let binding = tiers.last.map { needs.exceeding($0) } ?? []
            return Recommendation(
                verdict: .noTierFits, tier: nil, need: needs.total, binding: binding,
                reason: "larger than \(tiers.last?.name ?? "any tier"): needs "
                    + "\(needs.total.cpu.text) CPU, \(needs.total.memory.text)")
        }
        let binding = index == 0 ? [.smallestTier] : needs.exceeding(tiers[index - 1])
        return Recommendation(
            verdict: verdict(needs, from: limits, to: tiers[index]), tier: tiers[index],
            need: needs.total, binding: binding,
            reason: reason(needs, below: index == 0 ? nil : tiers[index - 1]))
    }

    private func waitReason(_ evidence: ServiceEvidence) -> String {
        if evidence.coverage.samples == 0 { return "no sample in the window" }
        if evidence.cpu == nil {
            return evidence.memory == nil
                ? "not seen running at two samples in a row" : "its CPU use was never read twice"
        }
        if evidence.memory == nil { return "no memory reading yet" }
        return "\(spanText(seconds: evidence.coverage.seconds)) of "
            + "\(spanText(seconds: policy.evidenceSecondsMin)) seen"
    }

    private func reason(_ needs: Needs, below smaller: ResourceTier?) -> String {
        guard let smaller else {
            return "needs \(needs.total.cpu.text) CPU, \(needs.total.memory.text); "
                + "there is no smaller tier"
        }
        return needs.statements(exceeding: smaller).joined(separator: "; ")
    }

    /// At risk is a service whose need exceeds a limit that it has. One that fits its limits, though they
    /// are below the smallest tier, is right as it is.
    ///
    /// Limits compare within a thousandth: Compose passes CPUs through 32-bit floats.
    private func verdict(
        _ needs: Needs, from limits: ResourceLimits, to tier: ResourceTier
    ) -> Verdict {
        let cpu = limits.cpu?.bound.map(\.rawValue) ?? .infinity
        let memory = limits.memory?.bound.map { Double($0.rawValue) } ?? .infinity
        let need = needs.total
        if need.cpu.rawValue > cpu * 1.001 || Double(need.memory.rawValue) > memory * 1.001 {
            return .raise
        }
        if cpu == .infinity || memory == .infinity { return .assign }
        let isIdle =
            cpu > tier.cpuLimit.rawValue * 1.001
            || memory > Double(tier.memoryLimit.rawValue) * 1.001
        return isIdle ? .lower : .keep
    }
}

/// What each rule asks for.
private struct Needs {
    var cpu: [(constraint: Constraint, cores: Cores, because: String)] = []
    var memory: [(constraint: Constraint, bytes: Bytes, because: String)] = []

    /// Nil without CPU or memory evidence.
    init?(_ evidence: ServiceEvidence, _ limits: ResourceLimits, _ policy: SizingPolicy) {
        guard let cpu = evidence.cpu, let memory = evidence.memory else { return nil }
        let target = policy.targetUtilisation
        add(.cpuMean, cpu.demandMean, target, "mean CPU \(cpu.demandMean.text)")
        // Only where throttling changes the number that a person sees.
        if cpu.demandP95.rawValue > cpu.p95.rawValue * 1.01 {
            let share = percentText(cpu.throttledShare ?? 0)
            add(
                .cpuThrottled, cpu.demandP95, target,
                "p95 CPU \(cpu.p95.text) under \(share) throttling, \(cpu.demandP95.text) wanted")
        } else {
            add(.cpuP95, cpu.demandP95, target, "p95 CPU \(cpu.p95.text)")
        }
        add(.memoryMean, Double(memory.mean.rawValue) / target, "mean memory \(memory.mean.text)")
        add(
            .memoryMax, Double(memory.max.rawValue) * policy.memoryHeadroom,
            "largest working set \(memory.max.text)")
        // The limit that killed is the one the containers ran with, not one in a file.
        if evidence.oomKills > 0,
            let limit = evidence.limits.memory?.bound ?? limits.memory?.bound
        {
            add(
                .oomKilled, Double(limit.rawValue) * policy.oomGrowth * policy.memoryHeadroom,
                "\(evidence.oomKills) OOM kill\(evidence.oomKills == 1 ? "" : "s") "
                    + "at \(limit.text)")
        }
    }

    private mutating func add(
        _ constraint: Constraint, _ cores: Cores, _ target: Double, _ because: String
    ) {
        cpu.append((constraint, Cores(cores.rawValue / target), because))
    }

    private mutating func add(_ constraint: Constraint, _ bytes: Double, _ because: String) {
        memory.append((constraint, Bytes(Int64(bytes.rounded(.up))), because))
    }

    var total: ResourceNeed {
        ResourceNeed(
            cpu: cpu.map(\.cores).max() ?? Cores(0), memory: memory.map(\.bytes).max() ?? Bytes(0))
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
                "\(worst.because) needs \(worst.cores.text) CPU, \(tier.name) has "
                    + tier.cpuLimit.text)
        }
        if let worst = worstMemory(tier) {
            statements.append(
                "\(worst.because) needs \(worst.bytes.text), \(tier.name) has "
                    + tier.memoryLimit.text)
        }
        return statements
    }

    private func worstCPU(
        _ tier: ResourceTier
    ) -> (constraint: Constraint, cores: Cores, because: String)? {
        cpu.max { $0.cores < $1.cores }.flatMap { $0.cores > tier.cpuLimit ? $0 : nil }
    }

    private func worstMemory(
        _ tier: ResourceTier
    ) -> (constraint: Constraint, bytes: Bytes, because: String)? {
        memory.max { $0.bytes < $1.bytes }.flatMap { $0.bytes > tier.memoryLimit ? $0 : nil }
    }
}
