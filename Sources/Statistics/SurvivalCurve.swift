#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The share of values above each value that was seen, with right-censored values among them: the
/// estimate of Kaplan and Meier, "Nonparametric estimation from incomplete observations", JASA 53
/// (1958), with Greenwood's variance.
package struct SurvivalCurve: Equatable, Sendable {
    /// A value that was seen uncensored.
    package struct Step: Equatable, Sendable {
        package var value: Double
        /// How many were seen to be this value.
        package var eventCount: Int
        /// How many, censored or not, are at least this value.
        package var atRiskCount: Int
        /// The estimated share of values at most this one, 1 − S.
        package var shareUpTo: Double
        /// Greenwood's sum Σ d / (r (r − d)) up to here; +∞ where the curve reaches 0.
        package var greenwoodSum: Double

        /// S, the estimated share of values above this one.
        package var shareAbove: Double { 1 - shareUpTo }

        /// The standard error of `shareAbove`; nil where the curve reaches 0, which has none.
        package var standardError: Double? {
            greenwoodSum.isFinite ? shareAbove * greenwoodSum.squareRoot() : nil
        }

        /// The pointwise band of `shareAbove` on the scale ln(−ln S).
        ///
        /// - Parameter halfWidth: in standard errors.
        /// - Returns: from 0 to 1; where the curve reaches 0 nothing is known of the upper end.
        func band(halfWidth: Double) -> (lower: Double, upper: Double?) {
            guard greenwoodSum.isFinite else { return (0, nil) }
            let logarithm = log(shareAbove)
            let spread = halfWidth * greenwoodSum.squareRoot() / -logarithm
            return (exp(logarithm * exp(spread)), exp(logarithm * exp(-spread)))
        }
    }

    /// Ascending by value.
    package let steps: [Step]
    /// How many values there were, censored or not.
    package let count: Int
    package let censoredCount: Int

    /// - Parameters:
    ///   - values: what was seen.
    ///   - isCensored: one for each value, true where the true one is at least that.
    /// - Throws: `StatisticsError.emptyInput`, `.lengthMismatch`, `.notANumber`.
    package init(_ values: [Double], isCensored: [Bool]) throws(StatisticsError) {
        guard values.count == isCensored.count else {
            throw .lengthMismatch(values: values.count, others: isCensored.count)
        }
        guard !values.isEmpty else { throw .emptyInput }
        if let index = values.firstIndex(where: \.isNaN) { throw .notANumber(index: index) }
        var events: [Double] = []
        var censored: [Double] = []
        events.reserveCapacity(values.count)
        for (value, isCensored) in zip(values, isCensored) {
            if isCensored { censored.append(value) } else { events.append(value) }
        }
        events.sort()
        censored.sort()
        count = values.count
        censoredCount = censored.count
        steps = Self.steps(events: events, censored: censored)
    }

    /// - Parameters:
    ///   - events: ascending.
    ///   - censored: ascending.
    private static func steps(events: [Double], censored: [Double]) -> [Step] {
        var steps: [Step] = []
        var greenwoodSum = 0.0
        // Between two censored values the factors telescope: S = S₀ · r / r₀. So without censoring the
        // shares are exactly k/n.
        var shareBase = 1.0
        var baseCount = events.count + censored.count
        var censoredBelow = 0
        var position = 0
        while position < events.count {
            let value = events[position]
            var end = position + 1
            while end < events.count, events[end] == value { end += 1 }
            let passedBefore = censoredBelow
            while censoredBelow < censored.count, censored[censoredBelow] < value {
                censoredBelow += 1
            }
            let atRisk = events.count - position + censored.count - censoredBelow
            if censoredBelow > passedBefore {
                shareBase *= Double(atRisk + censoredBelow - passedBefore) / Double(baseCount)
                baseCount = atRisk
            }
            let eventCount = end - position
            let left = atRisk - eventCount
            greenwoodSum += Double(eventCount) / (Double(atRisk) * Double(left))
            let shareUpTo =
                shareBase == 1
                ? Double(baseCount - left) / Double(baseCount)
                : 1 - shareBase * (Double(left) / Double(baseCount))
            steps.append(
                Step(
                    value: value, eventCount: eventCount, atRiskCount: atRisk,
                    shareUpTo: shareUpTo, greenwoodSum: greenwoodSum))
            position = end
        }
        return steps
    }
}
