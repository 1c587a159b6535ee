// Series of 64-bit integers, such as byte counters, of which doubles do not hold all.

extension Quantiles {
    /// The summary of integers.
    ///
    /// Order statistics are exact. Quantiles are those of numpy's `quantile` for an array of int64: the
    /// distance of two order statistics is an integer (which wraps around), and everything else is done in
    /// doubles, as are mean and variance; extremes beyond 2⁵³ are rounded to doubles in the summary.
    ///
    /// It is converted in one read, and what does not fit a double is searched by halves: first among the
    /// upper 32 bits, then, in at most one more read for each wanted rank, among the lower ones.
    ///
    /// - Parameters:
    ///   - values: read, not modified.
    ///   - threshold: values strictly above it are counted; nil or NaN for none.
    ///   - workspace: memory to work in.
    /// - Throws: `StatisticsError.emptyInput`.
    package func summary(
        of values: UnsafeBufferPointer<Int64>, threshold: Double? = nil,
        workspace: inout Workspace
    ) throws(StatisticsError) -> Summary {
        guard !values.isEmpty else { throw .emptyInput }
        let threshold = threshold.flatMap { $0.isNaN ? nil : $0 }
        let (least, greatest) = values.reduce((Int64.max, Int64.min)) {
            (Swift.min($0.0, $1), Swift.max($0.1, $1))
        }
        let exact: ClosedRange<Int64> = -(1 << 53)...(1 << 53)
        if exact.contains(least), exact.contains(greatest) {
            return summary(
                widening: values.count, threshold: threshold, workspace: &workspace,
                distance: { $1 - $0 },
                write: { widened in
                    for index in values.indices { widened[index] = Double(values[index]) }
                })
        }
        return try wideSummary(of: values, threshold: threshold, workspace: &workspace)
    }

    private func wideSummary(
        of values: UnsafeBufferPointer<Int64>, threshold: Double?, workspace: inout Workspace
    ) throws(StatisticsError) -> Summary {
        let plan = RankPlan(probabilities, ascending: ascending, count: values.count)
        let halves = try Quantiles([], kernels: kernels)
        let upper = values.map { Double($0 >> 32) }
        let upperFound = try halves.orderStatistics(of: upper, ranks: plan.ranks)
        var found: [Int64] = []
        var position = 0
        while position < plan.ranks.count {
            let half = upperFound[position]
            let below = upper.count { $0 < half }
            let lower = zip(values, upper).lazy.filter { $1 == half }
                .map { Double(UInt32(truncatingIfNeeded: $0.0)) }
            var end = position + 1
            while end < plan.ranks.count, upperFound[end] == half { end += 1 }
            let ranks = plan.ranks[position..<end].map { $0 - below }
            for number in try halves.orderStatistics(of: Array(lower), ranks: ranks) {
                found.append(Int64(half) << 32 | Int64(number))
            }
            position = end
        }
        var summary = try halves.summary(
            of: values.map { Double($0) }, threshold: threshold)
        if let threshold {
            summary.countAboveThreshold = values.count { Self.isAbove($0, threshold) }
        }
        summary.quantiles = plan.interpolated(found)
        return summary
    }

    /// Exactly, where a conversion would round the integer up to the threshold or beyond.
    private static func isAbove(_ value: Int64, _ threshold: Double) -> Bool {
        if threshold < -0x1p63 { return true }
        if threshold >= 0x1p63 { return false }
        return value > Int64(threshold.rounded(.down))
    }

    /// The summary of a series that is written down as doubles first.
    ///
    /// - Parameter write: fills memory for `count` doubles.
    func summary(
        widening count: Int, threshold: Double?, workspace: inout Workspace,
        distance: (Double, Double) -> Double,
        write: (UnsafeMutablePointer<Double>) -> Void
    ) -> Summary {
        let (scratch, found) = plan(count: count, extraDoubles: count, workspace: &workspace)
        let rankCount = workspace.plan.ranks.count
        let widened = scratch.assumingMemoryBound(to: Double.self)
        write(widened)
        let totals = kernels.summarize(
            widened, count: count, ranks: workspace.plan.ranks, rankCount: rankCount,
            threshold: threshold ?? .nan, next: nil,
            scratch: UnsafeMutableRawPointer(widened + (count + 7) / 8 * 8), into: found)
        return Summary(
            count: count, totals, quantiles: workspace.plan.interpolated(found, distance: distance),
            countsAbove: threshold != nil)
    }
}

extension RankPlan {
    /// The quantiles of integers.
    ///
    /// - Parameter orderStatistics: the values at `ranks`.
    func interpolated(_ orderStatistics: [Int64]) -> [Double] {
        places.map { place in
            let lower = orderStatistics[place.lower]
            let upper = orderStatistics[place.upper]
            let difference = Double(upper &- lower)
            return place.fraction >= 0.5
                ? Double(upper) - difference * (1 - place.fraction)
                : Double(lower) + difference * place.fraction
        }
    }

    /// - Parameter distance: from the lower to the upper order statistic.
    func interpolated(
        _ orderStatistics: UnsafePointer<Double>, distance: (Double, Double) -> Double
    ) -> [Double] {
        places.map { place in
            let lower = orderStatistics[place.lower]
            let upper = orderStatistics[place.upper]
            let difference = distance(lower, upper)
            return place.fraction >= 0.5
                ? upper - difference * (1 - place.fraction) : lower + difference * place.fraction
        }
    }
}
