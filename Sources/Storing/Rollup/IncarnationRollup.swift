package import Measures

/// What is kept of one incarnation's day for longer than its ticks. Those of successive days merge into one of
/// their whole span, whose histograms give its percentiles.
package struct IncarnationRollup: Equatable, Sendable {
    package var incarnation: Incarnation
    /// The first day (UTC) it is about, by the ticks' labels.
    package var day: Timestamp
    package var values: IncarnationDay

    /// - Parameter later: of the same incarnation.
    package mutating func merge(_ later: IncarnationRollup) {
        day = min(day, later.day)
        values.merge(later.values)
    }
}

/// One incarnation's ticks of one day or longer, summed up.
package struct IncarnationDay: Equatable, Sendable {
    /// How many ticks saw it.
    package var ticks: Int64
    /// Elapsed time between its ticks, within boots, in milliseconds.
    package var coveredMilliseconds: Int64 = 0
    /// Labels of its first and last tick.
    package var firstTime: Timestamp
    package var lastTime: Timestamp
    package var firstAt: RollupMoment
    package var lastAt: RollupMoment
    package var quantities: [RollupQuantity: QuantityRollup] = [:]

    /// Takes what `other` tells of the same incarnation. Counters' gains and the CPU rate from the last reading
    /// of the earlier to the first of the later are added: neither has them.
    package mutating func merge(_ other: IncarnationDay) {
        let isEarlier = other.firstAt.elapsed(until: firstAt) != nil
        var (earlier, later) = isEarlier ? (other, self) : (self, other)
        let rate = earlier.rate(until: later)
        for (quantity, theirs) in later.quantities {
            if earlier.quantities[quantity] == nil {
                earlier.quantities[quantity] = theirs
            } else {
                earlier.quantities[quantity]?.merge(theirs, isCounter: quantity.isCounter)
            }
        }
        if let rate {
            var one = QuantityRollup(first: rate.millicores, at: rate.at)
            one.note(rate.millicores, at: rate.at)
            one.weight = rate.elapsed
            one.sum = Int128(rate.millicores) * Int128(rate.elapsed)
            one.histogram = LogHistogram()
            one.histogram?.add(rate.millicores, weight: (rate.elapsed + 500) / 1000)
            if earlier.quantities[.cpuRate] == nil {
                earlier.quantities[.cpuRate] = one
            } else {
                // Among others, which of them was the last no longer matters.
                earlier.quantities[.cpuRate]?.merge(one, isCounter: false)
            }
        }
        earlier.ticks += later.ticks
        earlier.coveredMilliseconds += later.coveredMilliseconds
        earlier.coveredMilliseconds += earlier.lastAt.elapsed(until: later.firstAt) ?? 0
        earlier.lastAt = later.lastAt
        earlier.firstTime = min(earlier.firstTime, later.firstTime)
        earlier.lastTime = max(earlier.lastTime, later.lastTime)
        self = earlier
    }

    /// The CPU rate between the last reading here and the first in `later`.
    private func rate(
        until later: IncarnationDay
    ) -> (millicores: Int64, elapsed: Int64, at: RollupMoment)? {
        guard let before = quantities[.metric(.cpuUsage)],
            let after = later.quantities[.metric(.cpuUsage)],
            let elapsed = before.lastAt.elapsed(until: after.firstAt),
            let millicores = CPURate.millicores(from: before.last, to: after.first, in: elapsed)
        else { return nil }
        return (millicores, elapsed, after.firstAt)
    }
}

enum CPURate {
    /// Microseconds of CPU time for each millisecond, which are millicores, rounded to whole ones.
    /// - Parameter elapsed: milliseconds, more than 0.
    /// - Returns: nil where the counter began anew.
    static func millicores(from start: Int64, to end: Int64, in elapsed: Int64) -> Int64? {
        let (gain, isTooLarge) = end.subtractingReportingOverflow(start)
        guard gain >= 0, !isTooLarge else { return nil }
        let (quotient, rest) = gain.quotientAndRemainder(dividingBy: elapsed)
        return quotient + (rest >= elapsed - rest ? 1 : 0)
    }
}
