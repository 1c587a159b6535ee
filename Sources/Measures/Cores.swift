/// A rate of CPU use or a CPU limit: CPU seconds per second. 0.5 is half of one core.
package struct Cores: RawRepresentable, Hashable, Comparable, Sendable {
    package var rawValue: Double

    package init(rawValue: Double) { self.rawValue = rawValue }
    package init(_ rawValue: Double) { self.rawValue = rawValue }
    package init(millicores: Int64) { rawValue = Double(millicores) / 1000 }

    /// The nearest whole number of thousandths of a core.
    package var millicores: Int64 { Int64((rawValue * 1000).rounded()) }

    package static func < (left: Cores, right: Cores) -> Bool { left.rawValue < right.rawValue }
    package static func + (left: Cores, right: Cores) -> Cores {
        Cores(left.rawValue + right.rawValue)
    }
    package static func - (left: Cores, right: Cores) -> Cores {
        Cores(left.rawValue - right.rawValue)
    }
}
