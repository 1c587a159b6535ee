#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Quantiles of values of which some are only known to be at least what was seen: right-censored, as
/// the CPU use of a container while it was throttled, or its memory while it was at its limit.
///
/// | step | formula | source |
/// |---|---|---|
/// | share above t | S(t) = ∏ over tᵢ ≤ t of (1 − dᵢ / rᵢ) | Kaplan, Meier, JASA 53 (1958) |
/// | its variance | S² Σ dᵢ / (rᵢ (rᵢ − dᵢ)) | Greenwood (1926) |
/// | band of S | S^exp(±z·σ), σ² = Σ … / (ln S)² | log-minus-log, Kalbfleisch, Prentice (1980), 1.7 |
/// | quantile at p | the smallest tᵢ with S(tᵢ) ≤ 1 − p | inverse of the curve |
/// | its interval | where the band of S crosses 1 − p | Brookmeyer, Crowley, Biometrics 38 (1982) |
///
/// dᵢ values were seen to be tᵢ, and rᵢ values, censored or not, are at least tᵢ; a value censored at tᵢ
/// counts among these. Censoring must not depend on the value except through what was seen.
///
/// Without censored values the quantiles are numpy's `inverted_cdf`. A quantile that the curve does not
/// come down to is not known, only that it is above everything seen: it is nil.
package struct CensoredQuantiles: Sendable {
    /// From 0 to 1, in the order given.
    package let probabilities: [Double]
    /// Of the intervals, such as 0.95.
    package let confidence: Double
    private let halfWidth: Double

    /// What is known of one quantile, in the unit of the values.
    package struct Estimate: Equatable, Sendable {
        /// nil where censoring hides it.
        package var value: Double?
        /// The ends of its interval; nil where the interval has none that was seen.
        package var lower: Double?
        package var upper: Double?
    }

    /// - Parameters:
    ///   - probabilities: from 0 to 1, in any order.
    ///   - confidence: of the intervals, above 0 and below 1.
    /// - Throws: `StatisticsError.invalidProbability`, `.invalidConfidence`.
    package init(_ probabilities: [Double], confidence: Double = 0.95) throws(StatisticsError) {
        for probability in probabilities where !(probability >= 0 && probability <= 1) {
            throw .invalidProbability(probability)
        }
        guard confidence > 0, confidence < 1 else { throw .invalidConfidence(confidence) }
        self.probabilities = probabilities
        self.confidence = confidence
        halfWidth = Normal.halfWidth(confidence: confidence)
    }

    /// The quantiles of `values` in the order of `probabilities`.
    ///
    /// - Parameters:
    ///   - values: what was seen.
    ///   - isCensored: one for each value, true where the true one is at least that.
    /// - Throws: `StatisticsError.emptyInput`, `.lengthMismatch`, `.notANumber`.
    package func of(
        _ values: [Double], isCensored: [Bool]
    ) throws(StatisticsError) -> [Estimate] {
        let curve = try SurvivalCurve(values, isCensored: isCensored)
        return probabilities.map { estimate($0, on: curve) }
    }

    /// - Parameter curve: may serve for any number of sets of probabilities.
    package func of(_ curve: SurvivalCurve) -> [Estimate] {
        probabilities.map { estimate($0, on: curve) }
    }

    private func estimate(_ probability: Double, on curve: SurvivalCurve) -> Estimate {
        // A product of many factors rounds: a step so near to the wanted share is meant to reach it.
        let wanted = probability - 1e-12
        var estimate = Estimate()
        for step in curve.steps {
            let band = step.band(halfWidth: halfWidth)
            if estimate.lower == nil, 1 - band.lower >= wanted { estimate.lower = step.value }
            if estimate.value == nil, step.shareUpTo >= wanted { estimate.value = step.value }
            if let upper = band.upper, 1 - upper >= wanted {
                estimate.upper = step.value
                break
            }
        }
        return estimate
    }
}
