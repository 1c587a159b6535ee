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

    /// Rates between successive readings that are all there: the intervals of `intervals`, for the
    /// usual case that nothing started again.
    ///
    /// - Parameters:
    ///   - values: readings in order of time.
    ///   - clock: when each was taken, in milliseconds; as many.
    ///   - rateUnit: how many counts a millisecond are a rate of 1: 1000 for microseconds of CPU time,
    ///     which makes cores.
    ///   - rates: gets one fewer than there are readings.
    ///   - seconds: gets as many: how long each took.
    /// - Returns: how many readings served: all, or those before the first that is smaller than the one
    ///   before it or not later.
    package static func appendRates(
        values: UnsafeBufferPointer<Int64>, clock: UnsafeBufferPointer<Int64>, rateUnit: Double,
        to rates: inout [Double], seconds: inout [Double]
    ) -> Int {
        precondition(values.count == clock.count)
        let served = steadyCount(values, clock)
        guard served > 1 else { return served }
        let start = rates.count
        let count = served - 1
        rates.append(contentsOf: repeatElement(0, count: count))
        seconds.append(contentsOf: repeatElement(0, count: count))
        rates.withUnsafeMutableBufferPointer { rates in
            seconds.withUnsafeMutableBufferPointer { seconds in
                for index in 0..<count {
                    let elapsed = Double(clock[index + 1] &- clock[index])
                    let increase = Double(values[index + 1] &- values[index])
                    rates[start + index] = increase / (elapsed * rateUnit)
                    seconds[start + index] = elapsed / 1000
                }
            }
        }
        return served
    }

    private static func steadyCount(
        _ values: UnsafeBufferPointer<Int64>, _ clock: UnsafeBufferPointer<Int64>
    ) -> Int {
        guard !values.isEmpty else { return 0 }
        // Without a branch first: hardly ever is there anything to find.
        var sign: Int64 = 0
        for index in 1..<values.count { sign |= breach(values, clock, index) }
        guard sign < 0 else { return values.count }
        return (1..<values.count).first { breach(values, clock, $0) < 0 } ?? values.count
    }

    /// Negative where the reading is smaller than the one before or not later, or where a difference
    /// does not fit.
    @inline(__always)
    private static func breach(
        _ values: UnsafeBufferPointer<Int64>, _ clock: UnsafeBufferPointer<Int64>, _ index: Int
    ) -> Int64 {
        let (after, before) = (values[index], values[index - 1])
        let increase = after &- before
        let elapsed = clock[index] &- clock[index - 1]
        let increaseOverflows = (after ^ before) & (after ^ increase)
        let elapsedOverflows = (clock[index] ^ clock[index - 1]) & (clock[index] ^ elapsed)
        return increase | (elapsed &- 1) | increaseOverflows | elapsedOverflows
    }
}
