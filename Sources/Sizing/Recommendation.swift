package import Measures

/// What to do with a service, and why.
package struct Recommendation: Hashable, Sendable {
    package var verdict: Verdict
    /// The tier to run with; nil where there is nothing to say or none fits.
    package var tier: ResourceTier?
    /// The smallest limits that meet the policy, whatever the tiers; nil without enough evidence.
    package var need: ResourceNeed?
    /// What keeps the service from the next smaller tier, or from any tier.
    package var binding: [Constraint]
    /// The verdict in words, with its numbers.
    package var reason: String

    package init(
        verdict: Verdict, tier: ResourceTier?, need: ResourceNeed?, binding: [Constraint],
        reason: String
    ) {
        self.verdict = verdict
        self.tier = tier
        self.need = need
        self.binding = binding
        self.reason = reason
    }
}

package enum Verdict: String, CaseIterable, Sendable {
    /// A limit is too small: at risk now.
    case raise
    /// Not even the largest tier is enough: needs a person.
    case noTierFits = "no_tier_fits"
    /// Runs without any limit.
    case assign
    /// Pays for limits that it does not use.
    case lower
    /// Not enough evidence: keep what is.
    case wait
    case keep
    /// The owner asked to leave it alone.
    case ignore
}

/// A rule that asks for a limit.
package enum Constraint: String, CaseIterable, Sendable {
    case cpuMean = "cpu_mean"
    case cpuP95 = "cpu_p95"
    /// p95 of the CPU demand behind throttling.
    case cpuThrottled = "cpu_throttled"
    case memoryMean = "memory_mean"
    case memoryMax = "memory_max"
    case oomKilled = "oom_killed"
    /// There is no smaller tier.
    case smallestTier = "smallest_tier"
}

package struct ResourceNeed: Hashable, Sendable {
    package var cpu: Cores
    package var memory: Bytes

    package init(cpu: Cores, memory: Bytes) {
        self.cpu = cpu
        self.memory = memory
    }
}
