#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The standard normal distribution.
enum Normal {
    /// The value that a standard normal variable stays below with the given probability.
    ///
    /// Acklam's rational approximation (relative error below 1.2e-9), then one step of Halley's method
    /// against `erfc`, which leaves the error of a few roundings.
    ///
    /// - Parameter probability: above 0 and below 1.
    static func quantile(_ probability: Double) -> Double {
        let tail = 0.02425
        let guess: Double
        if probability < tail {
            guess = tailGuess((-2 * log(probability)).squareRoot())
        } else if probability > 1 - tail {
            guess = -tailGuess((-2 * log1p(-probability)).squareRoot())
        } else {
            guess = centralGuess(probability - 0.5)
        }
        let error = 0.5 * erfc(-guess / 2.0.squareRoot()) - probability
        let step = error * (2 * Double.pi).squareRoot() * exp(guess * guess / 2)
        return guess - step / (1 + guess * step / 2)
    }

    /// The value that stays within ± this with the probability `confidence`.
    static func halfWidth(confidence: Double) -> Double { quantile(0.5 + confidence / 2) }

    private static func centralGuess(_ offset: Double) -> Double {
        let square = offset * offset
        let numerator = polynomial(
            square, -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
            1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00)
        let denominator = polynomial(
            square, -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
            6.680131188771972e+01, -1.328068155288572e+01, 1)
        return numerator * offset / denominator
    }

    private static func tailGuess(_ depth: Double) -> Double {
        let numerator = polynomial(
            depth, -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
            -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00)
        let denominator = polynomial(
            depth, 0, 7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
            3.754408661907416e+00, 1)
        return numerator / denominator
    }

    /// Highest power first.
    private static func polynomial(
        _ x: Double, _ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double
    ) -> Double {
        ((((a * x + b) * x + c) * x + d) * x + e) * x + f
    }
}
