/// Resamples of whole days: the error of anything that is computed from a history, without a formula for it.
///
/// Within a day values depend on each other, and days depend little, so a day is drawn as one block
/// (Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of Statistics 17
/// (1989)). Where weeks matter, blocks of several consecutive days are drawn; the last day is followed by the
/// first (Politis, Romano, "A circular block-resampling procedure for stationary data", 1992).
///
/// The same seed gives the same resamples on every machine, each independently of the others, so that they
/// may be drawn in any order and on any thread.
package struct DayBootstrap: Sendable {
    package let dayCount: Int
    package let resampleCount: Int
    /// Consecutive days that are drawn together.
    package let blockLength: Int
    package let seed: UInt64

    /// - Parameters:
    ///   - dayCount: of the history, at least 1.
    ///   - resampleCount: at least 0.
    ///   - blockLength: from 1 to `dayCount`.
    package init(dayCount: Int, resampleCount: Int, blockLength: Int = 1, seed: UInt64) {
        precondition(dayCount >= 1 && resampleCount >= 0)
        precondition(blockLength >= 1 && blockLength <= dayCount)
        self.dayCount = dayCount
        self.resampleCount = resampleCount
        self.blockLength = blockLength
        self.seed = seed
    }

    /// Draws the resample `number`: as many days as the history has, some of them more than once.
    ///
    /// - Parameters:
    ///   - number: from 0, below `resampleCount`.
    ///   - days: gets the days by index, from 0, in the order drawn; memory is reused.
    package func draw(_ number: Int, into days: inout [Int]) {
        precondition(number >= 0 && number < resampleCount)
        days.removeAll(keepingCapacity: true)
        var random = SplitMix64(seed: seed, stream: UInt64(number))
        while days.count < dayCount {
            let start = random.below(dayCount)
            var offset = 0
            while offset < blockLength, days.count < dayCount {
                let day = start + offset
                days.append(day < dayCount ? day : day - dayCount)
                offset += 1
            }
        }
    }

    /// Draws the resample `number` as the number of times that each day occurs in it: what weighted
    /// statistics take.
    ///
    /// - Parameter counts: gets one count for each day, `dayCount` in sum; memory is reused.
    package func drawCounts(_ number: Int, into counts: inout [Int]) {
        precondition(number >= 0 && number < resampleCount)
        counts.removeAll(keepingCapacity: true)
        counts.append(contentsOf: repeatElement(0, count: dayCount))
        var random = SplitMix64(seed: seed, stream: UInt64(number))
        var drawn = 0
        while drawn < dayCount {
            let start = random.below(dayCount)
            var offset = 0
            while offset < blockLength, drawn < dayCount {
                let day = start + offset
                counts[day < dayCount ? day : day - dayCount] += 1
                offset += 1
                drawn += 1
            }
        }
    }

    /// Draws all resamples, one after the other.
    ///
    /// - Parameter body: gets the days of each.
    package func forEachResample<Failure: Error>(
        _ body: (_ days: [Int]) throws(Failure) -> Void
    ) throws(Failure) {
        var days: [Int] = []
        days.reserveCapacity(dayCount)
        for number in 0..<resampleCount {
            draw(number, into: &days)
            try body(days)
        }
    }
}
