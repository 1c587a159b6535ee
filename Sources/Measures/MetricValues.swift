/// The values of one container at one moment: at most one `Int64` a metric, absent where the kernel or
/// the engine gave none. A trivial value, so that reading a container allocates nothing.
package struct MetricValues: Sendable {
    @usableFromInline var values = InlineArray<41, Int64>(repeating: 0)
    @usableFromInline var present: UInt64 = 0
    /// Bit n is set when the metric with wire number n is present.
    @inlinable package var presence: UInt64 { present }

    @inlinable package init() {}

    package var isEmpty: Bool { presence == 0 }
    package var count: Int { presence.nonzeroBitCount }

    package subscript(metric: Metric) -> Int64? {
        get { presence & metric.bit == 0 ? nil : values[Int(metric.rawValue)] }
        set {
            if let newValue {
                values[Int(metric.rawValue)] = newValue
                present |= metric.bit
            } else {
                present &= ~metric.bit
                values[Int(metric.rawValue)] = 0
            }
        }
    }

    /// The value of the metric with a wire number; 0 where it is absent.
    @inlinable @inline(__always)
    package func valueOrZero(_ number: Int) -> Int64 { values[number] }

    /// Makes `presence` what is present, with the value that `value` gives for each wire number, ascending.
    /// - Returns: false, and nothing is changed, where a number is no metric's.
    @inlinable @inline(__always)
    package mutating func fill<Failure: Error>(
        _ presence: UInt64, _ value: (_ number: Int) throws(Failure) -> Int64
    ) throws(Failure) -> Bool {
        guard presence & ~Self.known == 0 else { return false }
        self = MetricValues()
        present = presence
        var left = presence
        while left != 0 {
            let number = left.trailingZeroBitCount
            left &= left - 1
            values[number] = try value(number)
        }
        return true
    }

    @usableFromInline static let known: UInt64 = Metric.allCases.reduce(0) { $0 | $1.bit }

    /// Calls `body` for every value that is present, in the order of the metrics' wire numbers.
    package func forEachPresent<Failure: Error>(
        _ body: (Metric, Int64) throws(Failure) -> Void
    ) throws(Failure) {
        var left = presence
        while left != 0 {
            let number = left.trailingZeroBitCount
            left &= left - 1
            guard let metric = Metric(rawValue: UInt8(number)) else { continue }
            try body(metric, values[number])
        }
    }

    /// Takes every value that `other` has.
    package mutating func merge(_ other: MetricValues) {
        other.forEachPresent { self[$0] = $1 }
    }
}

extension Metric {
    fileprivate var bit: UInt64 { 1 << UInt64(rawValue) }
}

extension MetricValues: Equatable {
    package static func == (left: MetricValues, right: MetricValues) -> Bool {
        guard left.presence == right.presence else { return false }
        for number in left.values.indices where left.values[number] != right.values[number] {
            return false
        }
        return true
    }
}

extension MetricValues: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (Metric, Int64)...) {
        self.init()
        for (metric, value) in elements { self[metric] = value }
    }
}

extension MetricValues: CustomStringConvertible {
    package var description: String {
        var parts: [String] = []
        forEachPresent { parts.append("\($0.name)=\($1)") }
        return "[\(parts.joined(separator: ", "))]"
    }
}
