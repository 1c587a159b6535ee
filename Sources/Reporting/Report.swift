package import Measures
package import Sizing

/// A finished report: everything that any output shows. Whatever is printed is in here.
package struct Report: Sendable {
    package var version: String
    /// When the report was made.
    package var generatedAt: Timestamp
    /// Where the samples came from, for people: a path.
    package var source: String
    package var window: Window
    package var host: HostCapacity
    /// What the machine as a whole used; nil where that was not recorded.
    package var hostEvidence: ServiceEvidence?
    package var policy: SizingPolicy
    package var tiers: [ResourceTier]
    /// Where the tiers were read from; nil for the built-in ones.
    package var tiersSource: String?
    package var services: [ServiceReport]

    package struct Window: Hashable, Sendable {
        package var from: Timestamp
        package var to: Timestamp
        package var ticks: Int

        package init(from: Timestamp, to: Timestamp, ticks: Int) {
            self.from = from
            self.to = to
            self.ticks = ticks
        }
    }

    package init(
        version: String, generatedAt: Timestamp, source: String, window: Window,
        host: HostCapacity, hostEvidence: ServiceEvidence?, policy: SizingPolicy,
        tiers: [ResourceTier], tiersSource: String?,
        services: [ServiceReport]
    ) {
        self.version = version
        self.generatedAt = generatedAt
        self.source = source
        self.window = window
        self.host = host
        self.hostEvidence = hostEvidence
        self.policy = policy
        self.tiers = tiers
        self.tiersSource = tiersSource
        self.services = services
    }
}

/// One service's part.
package struct ServiceReport: Hashable, Sendable {
    package var id: ServiceID
    package var kind: SeriesKind
    package var evidence: ServiceEvidence
    /// The limits that the recommendation compares with.
    package var limits: ResourceLimits
    /// What the Compose file reserves for each container.
    package var reservations: ResourceLimits
    /// The tier these limits make; nil where they are of no tier.
    package var tier: String?
    package var recommendation: Recommendation

    package init(
        id: ServiceID, kind: SeriesKind, evidence: ServiceEvidence, limits: ResourceLimits,
        reservations: ResourceLimits = ResourceLimits(cpu: nil, memory: nil), tier: String?,
        recommendation: Recommendation
    ) {
        self.id = id
        self.kind = kind
        self.evidence = evidence
        self.limits = limits
        self.reservations = reservations
        self.tier = tier
        self.recommendation = recommendation
    }
}

extension ServiceReport {
    /// p95 CPU over the CPU limit; nil without both.
    package var cpuUtilisation: Double? {
        guard let cpu = evidence.cpu, let limit = limits.cpu?.bound, limit.rawValue > 0 else {
            return nil
        }
        return cpu.p95.rawValue / limit.rawValue
    }

    /// Largest working set over the memory limit; nil without both.
    package var memoryUtilisation: Double? {
        guard let memory = evidence.memory, let limit = limits.memory?.bound, limit.rawValue > 0
        else { return nil }
        return Double(memory.max.rawValue) / Double(limit.rawValue)
    }
}

extension Report {
    /// What the changes of `verdict` add to the limits (negative: give back), replicas counted.
    package func limitChange(of verdict: Verdict) -> (services: Int, cpu: Cores, memory: Bytes) {
        var change = (services: 0, cpu: Cores(0), memory: Bytes(0))
        for service in services where service.recommendation.verdict == verdict {
            change.services += 1
            guard let tier = service.recommendation.tier else { continue }
            let replicas = service.evidence.replicas.count
            if let limit = service.limits.cpu?.bound {
                let each = tier.cpuLimit - limit
                change.cpu = change.cpu + Cores(each.rawValue * Double(replicas))
            }
            if let limit = service.limits.memory?.bound {
                let each = tier.memoryLimit - limit
                change.memory = change.memory + Bytes(each.rawValue * Int64(replicas))
            }
        }
        return change
    }
}
