package import Measures

/// A value of a Compose file. "Nothing is written" and "written, but not known here" differ: an
/// interpolated limit is a limit.
package enum ComposeValue<Quantity: Hashable & Sendable>: Hashable, Sendable {
    case absent
    case known(Quantity)
    /// The text as written, such as `${MEM:-512M}`.
    case unknown(String)

    package var known: Quantity? {
        if case .known(let quantity) = self { quantity } else { nil }
    }

    package var isAbsent: Bool { self == .absent }
}

/// A service's resources in effect, whichever family of keys they are written in.
package struct ComposeResources: Hashable, Sendable {
    package var cpuLimit = ComposeValue<Cores>.absent
    package var memoryLimit = ComposeValue<Bytes>.absent
    package var cpuReservation = ComposeValue<Cores>.absent
    package var memoryReservation = ComposeValue<Bytes>.absent
    /// The most processes at a time; nothing here changes it.
    package var pidsLimit = ComposeValue<Int64>.absent

    package init() {}
}

extension ComposeResources {
    /// What a service of this tier has.
    package init(_ tier: ResourceTier) {
        cpuLimit = .known(tier.cpuLimit)
        memoryLimit = .known(tier.memoryLimit)
        cpuReservation = tier.cpuReservation.map { .known($0) } ?? .absent
        memoryReservation = tier.memoryReservation.map { .known($0) } ?? .absent
    }

    /// Compose passes CPUs through 32-bit floats, so equality of CPUs is to a millionth of a core.
    package func isEquivalent(to other: ComposeResources) -> Bool {
        memoryLimit == other.memoryLimit && memoryReservation == other.memoryReservation
            && isEquivalent(cpuLimit, other.cpuLimit)
            && isEquivalent(cpuReservation, other.cpuReservation)
    }

    private func isEquivalent(_ left: ComposeValue<Cores>, _ right: ComposeValue<Cores>) -> Bool {
        guard let left = left.known, let right = right.known else { return left == right }
        return abs(left.rawValue - right.rawValue) < 1e-6
    }
}
