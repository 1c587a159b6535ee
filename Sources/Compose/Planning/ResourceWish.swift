package import Measures

/// What a service shall have.
package enum ResourceWish: Hashable, Sendable {
    /// A tier of the file, or one of another ladder, whose values are then written out.
    case tier(ResourceTier)
    case amounts(ResourceAmounts)
}

/// Amounts to write; what is nil stays as it is.
package struct ResourceAmounts: Hashable, Sendable {
    package var cpuLimit: Cores?
    package var memoryLimit: Bytes?
    package var cpuReservation: Cores?
    package var memoryReservation: Bytes?

    package init(
        cpuLimit: Cores? = nil, memoryLimit: Bytes? = nil, cpuReservation: Cores? = nil,
        memoryReservation: Bytes? = nil
    ) {
        self.cpuLimit = cpuLimit
        self.memoryLimit = memoryLimit
        self.cpuReservation = cpuReservation
        self.memoryReservation = memoryReservation
    }

    package init(_ tier: ResourceTier) {
        self.init(
            cpuLimit: tier.cpuLimit, memoryLimit: tier.memoryLimit,
            cpuReservation: tier.cpuReservation, memoryReservation: tier.memoryReservation)
    }

    /// The engine refuses to create a container with less.
    package static let memoryMin = Bytes.mebibytes(6)

    /// What the engine takes: not below 6 MiB, no reservation above its limit.
    func feasible(beside current: ComposeResources) -> ResourceAmounts {
        var amounts = self
        if let limit = memoryLimit {
            let limit = max(limit, Self.memoryMin)
            amounts.memoryLimit = limit
            if let reserved = memoryReservation ?? current.memoryReservation.known,
                reserved > limit
            {
                amounts.memoryReservation = limit
            }
        }
        if let limit = cpuLimit, let reserved = cpuReservation ?? current.cpuReservation.known,
            reserved > limit
        {
            amounts.cpuReservation = limit
        }
        return amounts
    }

    /// The resources of a service that had `current` and gets these.
    func applied(to current: ComposeResources) -> ComposeResources {
        var result = current
        if let cpuLimit { result.cpuLimit = .known(cpuLimit) }
        if let memoryLimit { result.memoryLimit = .known(memoryLimit) }
        if let cpuReservation { result.cpuReservation = .known(cpuReservation) }
        if let memoryReservation { result.memoryReservation = .known(memoryReservation) }
        return result
    }
}

extension ResourceWish {
    var amounts: ResourceAmounts {
        switch self {
        case .tier(let tier): ResourceAmounts(tier)
        case .amounts(let amounts): amounts
        }
    }

    /// As in "tier small", for people.
    var description: String {
        switch self {
        case .tier(let tier): "tier \(tier.name)"
        case .amounts(let amounts):
            [
                amounts.cpuLimit.map { "cpus \(ComposeSpelling.cpus($0))" },
                amounts.memoryLimit.map { "memory \(ComposeSpelling.memory($0))" },
            ].compactMap { $0 }.joined(separator: ", ")
        }
    }
}
