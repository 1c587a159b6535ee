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
    /// - Returns: false, with nothing appended, where a reading is smaller than the one before or not
    ///   later.
    package static func appendRates(
        values: UnsafeBufferPointer<Int64>, clock: UnsafeBufferPointer<Int64>, rateUnit: Double,
        to rates: inout [Double], seconds: inout [Double]
    ) -> Bool {
        precondition(values.count == clock.count)
        guard values.count > 1 else { return true }
        var sign: Int64 = 0
        for index in 1..<values.count {
            // Negative where a difference is, or where it does not fit: then it has the wrong sign.
            let increase = values[index] &- values[index - 1]
            let elapsed = clock[index] &- clock[index - 1] &- 1
            sign |= increase | elapsed
            sign |= (values[index] ^ values[index - 1]) & (values[index] ^ increase)
        }
        guard sign >= 0 else { return false }
        let start = rates.count
        let count = values.count - 1
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
        return true
    }
}
