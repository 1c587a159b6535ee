/// A limit that may not exist. "None" is its own case: the kernel spells it `max` (v2), -1 or a number
/// near 2^63 (v1), and none of these is a quantity to compute with.
package enum Limit<Quantity: Hashable & Comparable & Sendable>: Hashable, Sendable {
    case unlimited
    case bounded(Quantity)

    /// The quantity, or nil without a limit.
    package var bound: Quantity? {
        if case .bounded(let quantity) = self { quantity } else { nil }
    }
}

/// How a limit travels in a column of integers: the quantity itself, or `Int64.max` for "no limit".
/// No kernel reports Int64.max as a limit that it enforces.
private let unlimitedWireValue = Int64.max

extension Limit where Quantity == Bytes {
    package init(wireValue: Int64) {
        self = wireValue == unlimitedWireValue ? .unlimited : .bounded(Bytes(wireValue))
    }
    package var wireValue: Int64 { bound?.rawValue ?? unlimitedWireValue }
}

extension Limit where Quantity == Cores {
    /// - Parameter wireValue: millicores.
    package init(wireValue: Int64) {
        self = wireValue == unlimitedWireValue ? .unlimited : .bounded(Cores(millicores: wireValue))
    }
    /// Millicores.
    package var wireValue: Int64 { bound?.millicores ?? unlimitedWireValue }
}
