/// A rate of CPU use or a CPU limit: CPU seconds per second. 0.5 is half of one core.
package struct Cores: RawRepresentable, Hashable, Comparable, Sendable {
    package var rawValue: Double

    package init(rawValue: Double) { self.rawValue = rawValue }
    package init(_ rawValue: Double) { self.rawValue = rawValue }
    package init(millicores: Int64) { rawValue = Double(millicores) / 1000 }

    /// The nearest whole number of thousandths of a core, at most `millicoresMax` of either sign: no
    /// machine has more, and a damaged file must not stop the program.
    package var millicores: Int64 {
        let limit = Double(Self.millicoresMax)
        let thousandths = (rawValue * 1000).rounded()
        return thousandths.isNaN ? 0 : Int64(min(max(thousandths, -limit), limit))
    }

    /// The largest number up to which every whole number has a Double of its own.
    package static let millicoresMax: Int64 = 1 << 53

    package static func < (left: Cores, right: Cores) -> Bool { left.rawValue < right.rawValue }
    package static func + (left: Cores, right: Cores) -> Cores {
        Cores(left.rawValue + right.rawValue)
    }
    package static func - (left: Cores, right: Cores) -> Cores {
        Cores(left.rawValue - right.rawValue)
    }
}
