internal import CIntrinsics

/// A set of probabilities whose quantiles are wanted of one series or of many.
///
/// Quantiles are exact and follow definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical
/// Packages", The American Statistician 50 (1996), which is numpy's `linear`: for n sorted values
/// x₀ … xₙ₋₁ and probability p, with h = (n − 1)·p and j = ⌊h⌋, the quantile is
/// xⱼ + (h − j)·(xⱼ₊₁ − xⱼ), rounded as numpy 2 rounds it, so that results are equal under `==`.
/// As in numpy, a NaN among the values makes everything NaN, and an infinity next to a wanted rank
/// can, since ∞ − ∞ is NaN.
package struct Quantiles: Sendable {
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
    /// - Throws: `StatisticsError.emptyInput`.
    package func of(_ values: [Double]) throws(StatisticsError) -> [Double] {
        try summary(of: values).quantiles
    }

    /// The summary of `values`.
    ///
    /// - Parameter threshold: values strictly above it are counted; nil or NaN for none.
    /// - Throws: `StatisticsError.emptyInput`.
    package func summary(
        of values: [Double], threshold: Double? = nil
    ) throws(StatisticsError) -> Summary {
        var workspace = Workspace()
        return try values.withUnsafeBufferPointer { buffer throws(StatisticsError) in
            try summary(of: buffer, threshold: threshold, workspace: &workspace)
        }
    }

    /// The summary of `values`, for callers that have many series.
    ///
    /// - Parameters:
    ///   - values: read, not modified.
    ///   - threshold: values strictly above it are counted; nil or NaN for none.
    ///   - workspace: memory to work in.
    /// - Throws: `StatisticsError.emptyInput`.
    package func summary(
        of values: UnsafeBufferPointer<Double>, threshold: Double? = nil,
        workspace: inout Workspace
    ) throws(StatisticsError) -> Summary {
        guard let base = values.baseAddress, !values.isEmpty else { throw .emptyInput }
        let threshold = threshold.flatMap { $0.isNaN ? nil : $0 }
        let count = values.count
        let rankLimit = 2 * probabilities.count
        let scratch = workspace.reserve(kernels.scratchBytes(count: count, rankCount: rankLimit))
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: rankLimit) { ranks in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: rankLimit) { found in
                // A zero-length allocation may have no address; the kernel then reads nothing there.
                let rankCount = collectRanks(count: count, into: ranks)
                let totals = kernels.summarize(
                    base, count: count, ranks: ranks.baseAddress!, rankCount: rankCount,
                    threshold: threshold ?? .nan, scratch: scratch, into: found.baseAddress!)
                return Summary(
                    count: count, minimum: totals.minimum, maximum: totals.maximum,
                    mean: totals.mean, variance: totals.variance,
                    countAboveThreshold: threshold.map { _ in Int(totals.above) },
                    quantiles: interpolate(count: count, orderStatistics: found),
                    effort: Summary.Effort(
                        furtherReads: Int(totals.furtherReads), fellBack: totals.fellBack))
            }
        }
    }
}

extension Quantiles {
    /// The values that would stand at `ranks` if the series were sorted; all NaN if one value is.
    ///
    /// - Parameter ranks: from 0, ascending; repetitions are allowed.
    /// - Throws: `StatisticsError.emptyInput`.
    func orderStatistics(of values: [Double], ranks: [Int]) throws(StatisticsError) -> [Double] {
        guard !values.isEmpty else { throw .emptyInput }
        var distinct: [Int] = []
        for rank in ranks where distinct.last != rank { distinct.append(rank) }
        guard !distinct.isEmpty else { return [] }
        var workspace = Workspace()
        let scratch = workspace.reserve(
            kernels.scratchBytes(count: values.count, rankCount: distinct.count))
        var found = [Double](repeating: .nan, count: distinct.count)
        values.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return }
            _ = kernels.summarize(
                base, count: values.count, ranks: distinct, rankCount: distinct.count,
                threshold: .nan, scratch: scratch, into: &found)
        }
        var position = -1
        var last: Int?
        return ranks.map { rank in
            if rank != last { position += 1 }
            last = rank
            return found[position]
        }
    }
}

// MARK: - Ranks

extension Quantiles {
    /// Where a quantile lies among the sorted values: between two ranks, or on the last one.
    private struct Place {
        let lower: Int
        let upper: Int
        /// Distance from `lower` as a share of the distance between the two.
        let fraction: Double

        /// numpy's `_get_indexes` and `_get_gamma`, which at the last rank takes −1 for its number
        /// when it subtracts.
        init(probability: Double, count: Int) {
            let last = Double(count - 1)
            let virtual = last * probability
            if virtual >= last {
                lower = count - 1
                upper = count - 1
                fraction = virtual + 1
            } else {
                let floor = virtual.rounded(.down)
                lower = Int(floor)
                upper = Int(floor) + 1
                fraction = virtual - floor
            }
        }
    }

    /// Writes the ranks that the quantiles need, ascending and distinct, and returns how many.
    private func collectRanks(count: Int, into ranks: UnsafeMutableBufferPointer<Int>) -> Int {
        var rankCount = 0
        func add(_ rank: Int) {
            guard rankCount == 0 || ranks[rankCount - 1] < rank else { return }
            ranks[rankCount] = rank
            rankCount += 1
        }
        for index in ascending {
            let place = Place(probability: probabilities[index], count: count)
            add(place.lower)
            add(place.upper)
        }
        return rankCount
    }

    /// - Parameter orderStatistics: the values at the ranks that `collectRanks` wrote.
    private func interpolate(
        count: Int, orderStatistics: UnsafeMutableBufferPointer<Double>
    ) -> [Double] {
        var quantiles = [Double](repeating: .nan, count: probabilities.count)
        // Retraces the ranks: in ascending order, each is the last one added, the one before, or new.
        var rankCount = 0
        var lastRank = -1
        for index in ascending {
            let place = Place(probability: probabilities[index], count: count)
            if place.lower > lastRank { rankCount += 1 }
            var lower = rankCount - 1
            if place.lower < lastRank { lower -= 1 }
            lastRank = Swift.max(lastRank, place.lower)
            var upper = lower
            if place.upper > place.lower {
                upper += 1
                if place.upper > lastRank {
                    rankCount += 1
                    lastRank = place.upper
                }
            }
            quantiles[index] = Self.interpolated(
                orderStatistics[lower], orderStatistics[upper], place.fraction)
        }
        return quantiles
    }

    /// numpy's `_lerp`: from the nearer end, so that it is monotone and exact at both.
    private static func interpolated(
        _ lower: Double, _ upper: Double, _ fraction: Double
    ) -> Double {
        let difference = upper - lower
        return fraction >= 0.5
            ? upper - difference * (1 - fraction) : lower + difference * fraction
    }
}
