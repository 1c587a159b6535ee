package import Measures

/// What to do with a service, and why.
package struct Recommendation: Hashable, Sendable {
    package var verdict: Verdict
    /// The tier to run with; nil where there is nothing to say or none fits.
    package var tier: ResourceTier?
    /// The smallest limits that meet the policy, whatever the tiers; nil without enough evidence.
    package var need: ResourceNeed?
    /// What is known of the need where one resource alone was measured.
    package var partialNeed: PartialNeed?
    /// `need` in round sizes: limits for a service with a tier of its own.
    package var exact: ResourceNeed?
    /// What to reserve: the worst day's mean use, in which minutes of start-up hardly count; in round sizes.
    package var reservation: ResourceNeed?
    /// Over resampled histories, how often the same tier would have been chosen; nil without a tier.
    package var confidence: Double?
    /// The tiers that CPU and memory alone ask for, where they differ.
    package var split: Split?
    /// What keeps the service from the next smaller tier, or from any tier.
    package var binding: [Constraint]
    /// The verdict in words, with its numbers.
    package var reason: String
    /// What else a person should know before acting, a sentence each.
    package var warnings: [String]

    package struct PartialNeed: Hashable, Sendable {
        package var cpu: Cores?
        package var memory: Bytes?

        package init(cpu: Cores?, memory: Bytes?) {
            self.cpu = cpu
            self.memory = memory
        }
    }

    package struct Split: Hashable, Sendable {
        /// Nil where no tier has enough.
        package var cpu: ResourceTier?
        package var memory: ResourceTier?

        package init(cpu: ResourceTier?, memory: ResourceTier?) {
            self.cpu = cpu
            self.memory = memory
        }
    }

    package init(
        verdict: Verdict, tier: ResourceTier?, need: ResourceNeed?, exact: ResourceNeed? = nil,
        reservation: ResourceNeed? = nil, confidence: Double? = nil, split: Split? = nil,
        binding: [Constraint], reason: String, warnings: [String] = []
    ) {
        self.verdict = verdict
        self.tier = tier
        self.need = need
        self.exact = exact
        self.reservation = reservation
        self.confidence = confidence
        self.split = split
        self.binding = binding
        self.reason = reason
        self.warnings = warnings
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
    /// What CPU use stays above for more than ten minutes.
    case cpuSustained = "cpu_sustained"
    /// The CPU demand behind throttling.
    case cpuThrottled = "cpu_throttled"
    case memoryMean = "memory_mean"
    case memorySustained = "memory_sustained"
    case memoryPeak = "memory_peak"
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
