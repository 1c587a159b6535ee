internal import CIntrinsics

// Series of 32-bit values. They are read as they are, twice as many at a time as doubles; short ones are
// widened first, which is exact.

extension Quantiles {
    /// The summary of floats.
    ///
    /// Quantiles are those of numpy's `quantile` for an array of float32 and probabilities of float64: the
    /// distance of two order statistics is rounded to a float, everything else is done in doubles.
    ///
    /// - Parameters:
    ///   - values: read, not modified.
    ///   - threshold: values strictly above it are counted; nil or NaN for none.
    ///   - workspace: memory to work in.
    /// - Throws: `StatisticsError.emptyInput`.
    package func summary(
        of values: UnsafeBufferPointer<Float>, threshold: Double? = nil,
        workspace: inout Workspace
    ) throws(StatisticsError) -> Summary {
        guard let base = values.baseAddress, !values.isEmpty else { throw .emptyInput }
        let threshold = threshold.flatMap { $0.isNaN ? nil : $0 }
        if kernels.prefersWords, values.count > Kernels.largestWidenedCount {
            let words = UnsafeRawPointer(base).assumingMemoryBound(to: Int32.self)
            let found = summarizeWords(
                Words(start: words, areFloats: true, flipped: 0), count: values.count,
                thresholdKey: threshold.map(Self.firstKey(above:)), workspace: &workspace,
                valueOfKey: Self.float(key:), distance: Self.floatDistance)
            if let found { return found }
        }
        return summary(
            widening: values.count, threshold: threshold, workspace: &workspace,
            distance: Self.floatDistance,
            write: { widened in
                for index in values.indices { widened[index] = Double(values[index]) }
            })
    }

    /// The summary of unsigned integers; as that of the same numbers as doubles.
    ///
    /// - Parameters:
    ///   - values: read, not modified.
    ///   - threshold: values strictly above it are counted; nil or NaN for none.
    ///   - workspace: memory to work in.
    /// - Throws: `StatisticsError.emptyInput`.
    package func summary(
        of values: UnsafeBufferPointer<UInt32>, threshold: Double? = nil,
        workspace: inout Workspace
    ) throws(StatisticsError) -> Summary {
        guard let base = values.baseAddress, !values.isEmpty else { throw .emptyInput }
        let threshold = threshold.flatMap { $0.isNaN ? nil : $0 }
        if kernels.prefersWords, values.count > Kernels.largestWidenedCount {
            let words = UnsafeRawPointer(base).assumingMemoryBound(to: Int32.self)
            let found = summarizeWords(
                Words(start: words, areFloats: false, flipped: .min), count: values.count,
                thresholdKey: threshold.map { Self.key($0.rounded(.down) + 1 - 0x1p31) },
                workspace: &workspace, valueOfKey: { $0 + 0x1p31 }, distance: { $1 - $0 })
            if let found { return found }
        }
        return summary(
            widening: values.count, threshold: threshold, workspace: &workspace,
            distance: { $1 - $0 },
            write: { widened in
                for index in values.indices { widened[index] = Double(values[index]) }
            })
    }

    /// - Parameters:
    ///   - thresholdKey: the first key that is counted, beyond the range of 32 bits if none is; nil if
    ///     nothing is to be counted.
    ///   - distance: from the lower to the upper order statistic.
    /// - Returns: nil where the kernels leave it to the way by doubles.
    private func summarizeWords(
        _ words: Words, count: Int, thresholdKey: Int64?, workspace: inout Workspace,
        valueOfKey: (Double) -> Double, distance: (Double, Double) -> Double
    ) -> Summary? {
        let (scratch, found) = plan(
            count: count, extraDoubles: Kernels.wordScratchDoubles,
            workspace: &workspace)
        let rankCount = workspace.plan.ranks.count
        let counted = thresholdKey.map { $0 <= Int64(Int32.max) } ?? false
        let totals = kernels.summarizeWords(
            words, count: count, ranks: workspace.plan.ranks, rankCount: rankCount,
            thresholding: counted, thresholdKey: Int32(clamping: thresholdKey ?? 0),
            scratch: scratch, into: found)
        guard totals.furtherReads >= 0 else { return nil }
        for position in 0..<rankCount { found[position] = valueOfKey(found[position]) }
        var summary = Summary(
            count: count, totals, quantiles: workspace.plan.interpolated(found, distance: distance),
            countsAbove: thresholdKey != nil)
        summary.minimum = valueOfKey(totals.minimum)
        summary.maximum = valueOfKey(totals.maximum)
        if thresholdKey != nil, !counted { summary.countAboveThreshold = 0 }
        return summary
    }

    private static func float(key: Double) -> Double {
        let key = Int32(key)
        return Double(Float(bitPattern: UInt32(bitPattern: key ^ ((key >> 31) & .max))))
    }

    private static func floatDistance(_ lower: Double, _ upper: Double) -> Double {
        Double(Float(upper) - Float(lower))
    }

    /// The key of the first float above a double.
    private static func firstKey(above threshold: Double) -> Int64 {
        var float = Float(threshold)
        if Double(float) <= threshold { float = float.nextUp }
        // Nothing is above infinity, and below all floats is −∞ itself.
        if threshold == .infinity { return .max }
        let bits = Int32(bitPattern: float.bitPattern)
        // Both zeros are above what is below 0.
        return Int64(float == 0 ? -1 : bits ^ ((bits >> 31) & .max))
    }

    private static func key(_ value: Double) -> Int64 {
        value < -0x1p40 ? Int64(Int32.min) : value > 0x1p40 ? .max : Int64(value)
    }
}
