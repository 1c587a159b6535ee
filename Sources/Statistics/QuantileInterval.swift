/// A distribution-free confidence interval of a quantile: two of the values themselves.
///
/// Of m independent values the number below the true quantile at p is binomial(m, p), so the interval from
/// the l-th to the u-th smallest holds it with probability P(l ≤ B < u) at least, whatever the distribution
/// (David, Nagaraja, "Order Statistics", 2003, 7.1). Each tail gets at most half of what the confidence
/// leaves over.
///
/// The values of a series are not independent: m is the effective size (`EffectiveSampleSize`), and the
/// l-th of m becomes the rank of n values that lies at the same share, rounded outwards. With m = n it is
/// the plain interval.
package struct QuantileInterval: Equatable, Sendable {
    package let probability: Double
    package let confidence: Double
    /// The quantile itself, by definition 7 as in `Quantiles`.
    package var value: Double
    /// The ends, of the sample; nil where too few values are effectively there to bound that side: the
    /// true quantile may lie beyond all that was seen.
    package var lower: Double?
    package var upper: Double?
    /// To how many independent values the series is worth.
    package var effectiveCount: Double

    /// - Parameters:
    ///   - values: in order of time, evenly spaced.
    ///   - probability: from 0 to 1.
    ///   - confidence: above 0 and below 1.
    ///   - isIndependent: the values are known to be independent, in any order.
    /// - Throws: `StatisticsError.emptyInput`, `.notANumber`, `.invalidProbability`, `.invalidConfidence`.
    package init(
        of values: [Double], at probability: Double, confidence: Double = 0.95,
        isIndependent: Bool = false
    ) throws(StatisticsError) {
        guard confidence > 0, confidence < 1 else { throw .invalidConfidence(confidence) }
        let quantile = try Quantiles([probability]).of(values)[0]
        if quantile.isNaN, let index = values.firstIndex(where: \.isNaN) {
            throw .notANumber(index: index)
        }
        effectiveCount =
            isIndependent
            ? Double(values.count) : EffectiveSampleSize.ofShare(of: values, atMost: quantile)
        self.probability = probability
        self.confidence = confidence
        value = quantile
        let ranks = Self.ranks(
            count: values.count, effectiveCount: effectiveCount, probability: probability,
            confidence: confidence)
        let wanted = [ranks.lower, ranks.upper].compactMap { $0 }
        let found = try Quantiles([]).orderStatistics(of: values, ranks: wanted)
        lower = ranks.lower == nil ? nil : found[0]
        upper = ranks.upper == nil ? nil : found[found.count - 1]
    }

    /// The ranks of the ends among the sorted values, from 0.
    ///
    /// - Parameters:
    ///   - count: how many values there are, at least 1.
    ///   - effectiveCount: to how many independent ones they are worth, at least 1; rounded down.
    package static func ranks(
        count: Int, effectiveCount: Double, probability: Double, confidence: Double
    ) -> (lower: Int?, upper: Int?) {
        let worth = max(1, min(count, Int(effectiveCount)))
        let tail = (1 - confidence) / 2
        let binomial = Binomial(trials: worth, probability: probability)
        // Counted from 1: the greatest l with P(B < l) ≤ tail, the least u with P(B ≥ u) ≤ tail.
        let first = binomial.greatest { below in below <= tail }
        let last = binomial.least { atLeast in atLeast <= tail }
        let lower = first >= 1 ? (first - 1) * count / worth : nil
        let upper = last <= worth ? (last * count + worth - 1) / worth - 1 : nil
        return (lower, upper)
    }
}

/// The tails of a binomial distribution, by recursion from its mode, where nothing underflows.
struct Binomial {
    /// The first number that has a probability worth counting, and the probabilities from there on.
    private var start: Int
    private var probabilities: [Double]
    private let trials: Int

    /// - Parameters:
    ///   - trials: at least 1.
    ///   - probability: of success, from 0 to 1.
    init(trials: Int, probability: Double) {
        self.trials = trials
        guard probability > 0, probability < 1 else {
            start = probability > 0 ? trials : 0
            probabilities = [1]
            return
        }
        let mode = min(trials, Int(Double(trials + 1) * probability))
        let odds = probability / (1 - probability)
        var below: [Double] = []
        var term = 1.0
        var number = mode
        while number > 0, term > 1e-30 {
            term *= Double(number) / (Double(trials - number + 1) * odds)
            number -= 1
            below.append(term)
        }
        start = number
        var above: [Double] = []
        term = 1
        number = mode
        while number < trials, term > 1e-30 {
            term *= Double(trials - number) * odds / Double(number + 1)
            number += 1
            above.append(term)
        }
        probabilities = below.reversed() + [1] + above
        let total = below.reversed().reduce(0, +) + 1 + above.reversed().reduce(0, +)
        for index in probabilities.indices { probabilities[index] /= total }
    }

    /// The greatest l whose P(B < l) satisfies a condition that small ones satisfy.
    func greatest(_ isSatisfied: (Double) -> Bool) -> Int {
        var below = 0.0
        for (index, probability) in probabilities.enumerated() {
            below += probability
            if !isSatisfied(below) { return start + index }
        }
        return trials
    }

    /// The least u whose P(B ≥ u) satisfies a condition that small ones satisfy.
    func least(_ isSatisfied: (Double) -> Bool) -> Int {
        var atLeast = 0.0
        for (index, probability) in probabilities.enumerated().reversed() {
            atLeast += probability
            if !isSatisfied(atLeast) { return start + index + 1 }
        }
        return start
    }
}
