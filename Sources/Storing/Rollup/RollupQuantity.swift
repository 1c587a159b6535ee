package import Measures

/// What a rollup sums up.
package enum RollupQuantity: Hashable, Sendable {
    case metric(Metric)
    /// CPU use between two readings of one boot, in whole millicores.
    case cpuRate
    /// Memory current − inactive file, floored at 0, in bytes.
    case workingSet

    /// Below 64, and never reused: the metrics' own, and two that no metric will have.
    var wireNumber: UInt8 {
        switch self {
        case .metric(let metric): metric.rawValue
        case .cpuRate: 62
        case .workingSet: 63
        }
    }

    init?(wireNumber: UInt8) {
        switch wireNumber {
        case 62: self = .cpuRate
        case 63: self = .workingSet
        default:
            guard let metric = Metric(rawValue: wireNumber) else { return nil }
            self = .metric(metric)
        }
    }

    /// Whether the values' distribution is kept.
    var hasHistogram: Bool {
        switch self {
        case .metric(let metric): metric.kind == .gauge
        case .cpuRate, .workingSet: true
        }
    }

    var isCounter: Bool {
        if case .metric(let metric) = self { return metric.kind == .counter }
        return false
    }
}

/// When something was read, by the clock that counts elapsed time.
package struct RollupMoment: Hashable, Sendable {
    /// Equal for moments of one boot; the number itself means nothing.
    package var boot: Int64
    package var uptimeMilliseconds: Int64

    /// - Returns: nil unless `later` is of the same boot and later.
    func elapsed(until later: RollupMoment) -> Int64? {
        guard boot == later.boot, later.uptimeMilliseconds > uptimeMilliseconds else { return nil }
        let (elapsed, isTooLarge) = later.uptimeMilliseconds
            .subtractingReportingOverflow(uptimeMilliseconds)
        return isTooLarge ? nil : elapsed
    }
}

/// One quantity of one incarnation over a day or longer.
package struct QuantityRollup: Equatable, Sendable {
    /// How many values there were: readings, or for a rate pairs of readings. More than 0.
    package var count: Int64 = 0
    /// What `sum` is divided by for the mean: for a counter or a rate the elapsed milliseconds, else `count`.
    package var weight: Int64 = 0
    package var min: Int64
    package var max: Int64
    package var first: Int64
    package var last: Int64
    package var firstAt: RollupMoment
    package var lastAt: RollupMoment
    /// Of a counter, what it gained from reading to reading within one boot, decreases left out; of a rate,
    /// millicores × milliseconds; else the sum of the values.
    package var sum: Int128 = 0
    /// Of gauges, the CPU rate (in seconds) and the working set; nil for everything else.
    package var histogram: LogHistogram?

    /// A quantity read once, or begun.
    init(first value: Int64, at moment: RollupMoment) {
        (min, max, first, last) = (value, value, value, value)
        (firstAt, lastAt) = (moment, moment)
    }

    /// Nil where a counter was read only once.
    package var mean: Double? { weight > 0 ? Double(sum) / Double(weight) : nil }

    @inline(__always)
    mutating func note(_ value: Int64, at moment: RollupMoment) {
        count += 1
        if value < min { min = value }
        if value > max { max = value }
        last = value
        lastAt = moment
    }

    /// - Parameter later: of the same quantity.
    package mutating func merge(_ later: QuantityRollup, isCounter: Bool) {
        if isCounter, let elapsed = lastAt.elapsed(until: later.firstAt) {
            let (gain, isTooLarge) = later.first.subtractingReportingOverflow(last)
            if gain >= 0, !isTooLarge {
                sum += Int128(gain)
                weight += elapsed
            }
        }
        count += later.count
        weight += later.weight
        min = Swift.min(min, later.min)
        max = Swift.max(max, later.max)
        last = later.last
        lastAt = later.lastAt
        sum += later.sum
        if let theirs = later.histogram { histogram?.merge(theirs) }
    }
}
