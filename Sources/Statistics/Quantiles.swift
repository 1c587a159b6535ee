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
    let ascending: [Int]
    let kernels: Kernels

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
        var totals: Totals?
        let quantiles = [Double](
            unsafeUninitializedCapacity: max(1, probabilities.count)
        ) { buffer, initialized in
            guard let quantiles = buffer.baseAddress else { return }
            totals = summarize(
                base, count: values.count, threshold: threshold ?? .nan, next: nil,
                workspace: &workspace, into: quantiles)
            initialized = probabilities.count
        }
        guard let totals else { throw .emptyInput }
        return Summary(
            count: values.count, totals, quantiles: quantiles, countsAbove: threshold != nil)
    }

    /// What the kernels find besides the quantiles.
    typealias Totals = Kernels.Totals

    /// Writes the quantiles, and returns the rest.
    ///
    /// - Parameters:
    ///   - count: at least 1.
    ///   - threshold: NaN for none.
    ///   - next: the series that comes next, if it is known; only its address counts.
    ///   - quantiles: room for one for each probability.
    func summarize(
        _ values: UnsafePointer<Double>, count: Int, threshold: Double,
        next: UnsafePointer<Double>?, workspace: inout Workspace,
        into quantiles: UnsafeMutablePointer<Double>
    ) -> Totals {
        let (scratch, found) = plan(count: count, workspace: &workspace)
        let rankCount = workspace.plan.ranks.count
        let totals = kernels.summarize(
            values, count: count, ranks: workspace.plan.ranks, rankCount: rankCount,
            threshold: threshold, next: next, scratch: scratch, into: found)
        workspace.plan.interpolate(found, into: quantiles)
        return totals
    }

    /// Makes the workspace ready for a series of `count` values: its plan, room for the order statistics, and
    /// what the kernels need behind `extraDoubles` more.
    func plan(
        count: Int, extraDoubles: Int = 0, workspace: inout Workspace
    ) -> (scratch: UnsafeMutableRawPointer, found: UnsafeMutablePointer<Double>) {
        if workspace.plan.count != count || workspace.plannedProbabilities != probabilities {
            workspace.plan = RankPlan(probabilities, ascending: ascending, count: count)
            workspace.plannedProbabilities = probabilities
        }
        let rankCount = workspace.plan.ranks.count
        let bytes = kernels.scratchBytes(count: count, rankCount: rankCount)
        let found = workspace.reserve(bytes + 8 * (rankCount + extraDoubles + 16))
            .assumingMemoryBound(to: Double.self)
        // Behind the order statistics, on a cache line again.
        return (UnsafeMutableRawPointer(found + (rankCount + 7) / 8 * 8), found)
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
                threshold: .nan, next: nil, scratch: scratch, into: &found)
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
