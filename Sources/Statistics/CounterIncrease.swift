/// What a counter gained between readings.
package enum CounterIncrease {
    /// The gain between one reading and the one before it that is there.
    package struct Interval: Equatable, Sendable {
        /// At least 0, in the unit of the counter.
        package var increase: Int64
        /// More than 0, in the unit of the clock.
        package var elapsed: Int64
        /// Position of the reading that begins the interval; less than `end` − 1 if readings between
        /// the two are missing.
        package var start: Int
        /// Position of the reading that ends the interval.
        package var end: Int

        package init(increase: Int64, elapsed: Int64, start: Int, end: Int) {
            self.increase = increase
            self.elapsed = elapsed
            self.start = start
            self.end = end
        }
    }

    /// The intervals between successive readings of a counter that only grows, except that it starts
    /// again when whatever it counts is restarted.
    ///
    /// | reading | yields |
    /// |---|---|
    /// | the first | nothing |
    /// | missing | nothing; the next interval reaches back over it |
    /// | smaller than the one before | nothing: a restart, how far it got before is unknown |
    /// | at the same time as the one before, or earlier | nothing: a rate needs time |
    /// | any other | an interval |
    ///
    /// Every reading that is there becomes the baseline of the next one, whether or not it ended an
    /// interval.
    ///
    /// - Parameters:
    ///   - values: readings in order of time; nil where one is missing.
    ///   - clock: when each was taken, by a clock that counts elapsed time.
    /// - Throws: `StatisticsError.lengthMismatch`.
    package static func intervals(
        values: [Int64?], clock: [Int64]
    ) throws(StatisticsError) -> [Interval] {
        guard values.count == clock.count else {
            throw .lengthMismatch(values: values.count, others: clock.count)
        }
        var intervals: [Interval] = []
        intervals.reserveCapacity(Swift.max(0, values.count - 1))
        guard var start = values.firstIndex(where: { $0 != nil }) else { return [] }
        for end in values.indices.dropFirst(start + 1) {
            guard let before = values[start], let after = values[end] else { continue }
            let (increase, increaseOverflow) = after.subtractingReportingOverflow(before)
            let (elapsed, elapsedOverflow) = clock[end].subtractingReportingOverflow(clock[start])
            if !increaseOverflow, increase >= 0, !elapsedOverflow, elapsed > 0 {
                intervals.append(
                    Interval(increase: increase, elapsed: elapsed, start: start, end: end))
            }
            start = end
        }
        return intervals
    }
}
