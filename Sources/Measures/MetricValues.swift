/// The values of one container at one moment: at most one `Int64` a metric, absent where the kernel or
/// the engine gave none. A trivial value, so that reading a container allocates nothing.
package struct MetricValues: Sendable {
    /// 0 where absent.
    private var values = InlineArray<42, Int64>(repeating: 0)
    /// Bit n is set when the metric with wire number n is present.
    package private(set) var presence: UInt64 = 0

    package init() {}

    package var isEmpty: Bool { presence == 0 }
    package var count: Int { presence.nonzeroBitCount }

    package subscript(metric: Metric) -> Int64? {
        // Through a span: the subscript of an InlineArray that is borrowed copies all of it.
        get { presence & metric.bit == 0 ? nil : values.span[Int(metric.rawValue)] }
        set {
            if let newValue {
                values[Int(metric.rawValue)] = newValue
                presence |= metric.bit
            } else {
                presence &= ~metric.bit
                values[Int(metric.rawValue)] = 0
            }
        }
    }

    /// Calls `body` for every value that is present, in the order of the metrics' wire numbers.
    package func forEachPresent<Failure: Error>(
        _ body: (Metric, Int64) throws(Failure) -> Void
    ) throws(Failure) {
        let values = values.span
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

// MARK: - Told against others

extension MetricValues {
    /// How many numbers `differences` may be.
    package static let differencesMax = 64

    /// The metrics present here whose value is not that in `base` (absent there: 0).
    package func changes(from base: MetricValues) -> UInt64 {
        let (values, before) = (values.span, base.values.span)
        var changed: UInt64 = 0
        var left = presence
        while let number = Self.nextBit(of: &left) {
            if values[number] != before[number] { changed |= 1 << UInt64(number) }
        }
        return changed
    }

    /// Writes value − that in `base`, which wraps, of the metrics in `changed`, in the order of their wire
    /// numbers.
    /// - Returns: how many there were, at most `differencesMax`.
    package func differences(
        from base: MetricValues, of changed: UInt64, into differences: UnsafeMutablePointer<Int64>
    ) -> Int {
        let (values, before) = (values.span, base.values.span)
        var count = 0
        var left = changed
        while let number = Self.nextBit(of: &left) {
            differences[count] = values[number] &- before[number]
            count += 1
        }
        return count
    }

    /// What `changes` and `differences` told.
    /// - Returns: nil where a bit of `presence` is no metric's.
    package init?(
        presence: UInt64, base: MetricValues, changed: UInt64,
        differences: UnsafePointer<Int64>
    ) {
        guard presence & ~Self.known == 0 else { return nil }
        self.presence = presence
        let before = base.values.span
        var next = 0
        var left = presence
        while let number = Self.nextBit(of: &left) {
            var value = before[number]
            if changed & 1 << UInt64(number) != 0 {
                value &+= differences[next]
                next += 1
            }
            values[number] = value
        }
    }

    private static let known: UInt64 = Metric.allCases.reduce(0) { $0 | $1.bit }

    @inline(__always)
    private static func nextBit(of left: inout UInt64) -> Int? {
        guard left != 0 else { return nil }
        defer { left &= left - 1 }
        return left.trailingZeroBitCount
    }
}

extension MetricValues: Equatable {
    package static func == (left: MetricValues, right: MetricValues) -> Bool {
        guard left.presence == right.presence else { return false }
        let (left, right) = (left.values.span, right.values.span)
        for number in left.indices where left[number] != right[number] { return false }
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
