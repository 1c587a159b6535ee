internal import CIntrinsics

/// A set of probabilities whose quantiles are wanted of values that count unequally: by the time they
/// cover, by how recent they are.
///
/// Quantiles are exact: the inverse of the weighted empirical distribution function, numpy's
/// `method="inverted_cdf", weights=…`. For probability p it is the smallest value x of positive
/// weight such that the values up to x have at least the share p of the total weight. Always one of
/// the values; nothing is interpolated.
///
/// Values of weight 0 are as if they were not there. As in numpy, a NaN among the values, whatever its
/// weight, makes every quantile NaN.
///
/// Sums of weights round, so where p·total falls exactly on the end of a value's weight the order of
/// the additions decides. Weights that are whole numbers (seconds) add up exactly, and up to 256
/// values are added in numpy's order.
package struct WeightedQuantiles: Sendable {
    /// From 0 to 1, in the order given.
    package let probabilities: [Double]
    /// Positions in `probabilities`, those of smaller ones first.
    private let ascending: [Int]
    private let kernels: Kernels

    /// - Parameters:
    ///   - probabilities: from 0 to 1, in any order; repetitions are allowed, none is allowed.
    ///   - kernels: nil for the ones that the process uses.
    /// - Throws: `StatisticsError.invalidProbability`; errors of `Kernels.selected`.
    package init(_ probabilities: [Double], kernels: Kernels? = nil) throws(StatisticsError) {
        for probability in probabilities where !(probability >= 0 && probability <= 1) {
            throw .invalidProbability(probability)
        }
        self.probabilities = probabilities
        ascending = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
        if let kernels { self.kernels = kernels } else { self.kernels = try .selected() }
    }

    /// The quantiles of `values` in the order of `probabilities`.
    ///
    /// - Parameter weights: one for each value, finite and at least 0.
    /// - Throws: as the other `of`.
    package func of(
        _ values: [Double], weights: [Double]
    ) throws(StatisticsError) -> [Double] {
        var workspace = Workspace()
        return try values.withUnsafeBufferPointer { values throws(StatisticsError) in
            try weights.withUnsafeBufferPointer { weights throws(StatisticsError) in
                try of(values, weights: weights, workspace: &workspace)
            }
        }
    }

    /// The quantiles of `values` in the order of `probabilities`, for callers that have many series.
    ///
    /// - Parameters:
    ///   - values: read, not modified.
    ///   - weights: one for each value, finite and at least 0; read, not modified.
    ///   - workspace: memory to work in.
    /// - Throws: `StatisticsError.emptyInput`; `.lengthMismatch`; `.invalidWeight` for one that is
    ///   negative, infinite or NaN; `.unusableTotalWeight` if all are 0 or their sum overflows.
    package func of(
        _ values: UnsafeBufferPointer<Double>, weights: UnsafeBufferPointer<Double>,
        workspace: inout Workspace
    ) throws(StatisticsError) -> [Double] {
        guard values.count == weights.count else {
            throw .lengthMismatch(values: values.count, others: weights.count)
        }
        let count = values.count
        guard let valuesBase = values.baseAddress, let weightsBase = weights.baseAddress, count > 0
        else { throw .emptyInput }
        let totals = kernels.measureWeighted(valuesBase, weightsBase, count: count)
        if totals.firstInvalidWeight >= 0 {
            let place = totals.firstInvalidWeight
            throw .invalidWeight(weights[place], index: place)
        }
        guard totals.weight > 0, totals.weight < .infinity else {
            throw .unusableTotalWeight(totals.weight)
        }
        var quantiles = [Double](repeating: .nan, count: probabilities.count)
        if totals.containsNaN { return quantiles }

        let scratch = workspace.reserve(kernels.weightedScratchBytes(count: count))
        let wanted = ascending.map { probabilities[$0] }
        let found = [Double](unsafeUninitializedCapacity: wanted.count) { buffer, initialized in
            guard let result = buffer.baseAddress, !wanted.isEmpty else { return }
            kernels.selectWeighted(
                valuesBase, weightsBase, count: count,
                extremes: (totals.minimum, totals.maximum), probabilities: wanted,
                probabilityCount: wanted.count, scratch: scratch, into: result)
            initialized = wanted.count
        }
        for (index, quantile) in zip(ascending, found) { quantiles[index] = quantile }
        return quantiles
    }
}
