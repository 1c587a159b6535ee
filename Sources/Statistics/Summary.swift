internal import CIntrinsics

/// What one read of a series tells about it.
package struct Summary: Equatable, Sendable {
    /// Number of values.
    package var count: Int
    package var minimum: Double
    package var maximum: Double
    /// Arithmetic mean.
    package var mean: Double
    /// Population variance: the mean of the squared distances from the mean.
    package var variance: Double
    /// Number of values strictly above the threshold that was asked for; nil if none was. Times the
    /// length of an interval, it is the time above the threshold. A NaN is not above anything.
    package var countAboveThreshold: Int?
    /// The quantiles, in the order of the probabilities that were asked for.
    package var quantiles: [Double]
    /// How the kernel got there; for tests and tuning.
    package var effort: Effort

    /// What it took beyond one read of the series.
    package struct Effort: Equatable, Sendable {
        /// Reads of the whole series beyond the first.
        package var furtherReads: Int
        /// Whether a rank that its window missed had to be found by radix selection.
        package var fellBack: Bool
    }
}

extension Summary {
    /// - Parameter countsAbove: there was a threshold.
    init(
        count: Int, _ totals: Kernels.Totals, quantiles: [Double], countsAbove: Bool
    ) {
        self.init(
            count: count, minimum: totals.minimum, maximum: totals.maximum, mean: totals.mean,
            variance: totals.variance, countAboveThreshold: countsAbove ? totals.above : nil,
            quantiles: quantiles,
            effort: Effort(furtherReads: totals.furtherReads, fellBack: totals.fellBack))
    }
}
