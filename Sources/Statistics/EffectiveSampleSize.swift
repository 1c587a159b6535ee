/// To how many independent values an autocorrelated series is worth.
enum EffectiveSampleSize {
    /// For the share of values at most `bound`, whose sampling error is that of a quantile there.
    ///
    /// n / τ with τ = 1 + 2 Σ ρₖ, the autocorrelations of the indicator "at most `bound`", summed by
    /// Geyer's initial positive sequence: pairs of lags (2m, 2m + 1) for as long as their sums are positive
    /// ("Practical Markov chain Monte Carlo", Statistical Science 7 (1992), 3.3).
    ///
    /// The indicator is kept as bits, so that a lag costs n/64 population counts; at most n/2 lags.
    ///
    /// - Parameters:
    ///   - values: in order of time, evenly spaced, at least one.
    /// - Returns: from 1 to n. Of an indicator that is always the same nothing can be told: n.
    static func ofShare(of values: [Double], atMost bound: Double) -> Double {
        let indicator = Indicator(values, atMost: bound)
        let count = values.count
        guard indicator.setCount > 0, indicator.setCount < count else { return Double(count) }
        let mean = Double(indicator.setCount) / Double(count)
        let variance = mean * (1 - mean)
        func autocorrelation(_ lag: Int) -> Double {
            // Σ (xᵢ − m)(xᵢ₊ₖ − m) / n, with what the two ends leave out taken as they are.
            let overlap = count - lag
            let both = Double(indicator.countBoth(lag: lag))
            let first = Double(indicator.countSet(in: 0..<overlap))
            let last = Double(indicator.countSet(in: lag..<count))
            let products = both - mean * (first + last) + Double(overlap) * mean * mean
            return products / (Double(count) * variance)
        }
        var sum = -1.0
        var lag = 0
        var lastPair = Double.infinity
        while lag + 1 <= count / 2 {
            let pair = autocorrelation(lag) + autocorrelation(lag + 1)
            if pair <= 0 { break }
            // Geyer's monotone sequence: pairs do not grow with the lag but by noise.
            lastPair = min(lastPair, pair)
            sum += 2 * lastPair
            lag += 2
        }
        return min(Double(count), max(1, Double(count) / max(sum, 1 / Double(count))))
    }
}

/// Bits, one for each value of a series.
private struct Indicator {
    private var words: [UInt64]
    private let count: Int
    let setCount: Int

    init(_ values: [Double], atMost bound: Double) {
        count = values.count
        // One word more, so that a shifted word can always be read.
        words = [UInt64](repeating: 0, count: count / 64 + 2)
        for (index, value) in values.enumerated() where value <= bound {
            words[index / 64] |= 1 << UInt64(index % 64)
        }
        setCount = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// How many bits are set together with the one `lag` behind them.
    func countBoth(lag: Int) -> Int {
        let skip = lag / 64
        let shift = UInt64(lag % 64)
        var found = 0
        words.withUnsafeBufferPointer { words in
            for index in 0..<(words.count - skip - 1) {
                let low = words[index + skip] >> shift
                let high = shift == 0 ? 0 : words[index + skip + 1] << (64 - shift)
                found += (words[index] & (low | high)).nonzeroBitCount
            }
        }
        return found
    }

    func countSet(in range: Range<Int>) -> Int {
        let outside = range.lowerBound > 0 ? countPrefix(range.lowerBound) : 0
        return countPrefix(range.upperBound) - outside
    }

    private func countPrefix(_ length: Int) -> Int {
        var found = 0
        for index in 0..<(length / 64) { found += words[index].nonzeroBitCount }
        let mask: UInt64 = (1 << UInt64(length % 64)) &- 1
        return found + (words[length / 64] & mask).nonzeroBitCount
    }
}
