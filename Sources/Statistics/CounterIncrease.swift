/// What a counter gained between readings. It only grows, except that it starts again when whatever it
/// counts is restarted.
///
/// | reading | yields |
/// |---|---|
/// | the first | nothing |
/// | missing | nothing; the next interval reaches back over it |
/// | smaller than the one before | nothing: a restart, how far it got before is unknown |
/// | at the same time as the one before, or earlier | nothing: a rate needs time |
/// | any other | an interval |
///
/// Every reading that is there becomes the baseline of the next one, whether or not it ended an interval.
package enum CounterIncrease {
    /// A reading that is there.
    package struct Reading: Equatable, Sendable {
        package var value: Int64
        /// When it was taken, by a clock that counts elapsed time.
        package var clock: Int64

        package init(value: Int64, clock: Int64) {
            self.value = value
            self.clock = clock
        }
    }

    /// The interval that `after` ends, `before` being the last reading that was there.
    /// - Returns: an increase of at least 0 over an elapsed time of more than 0, in the units of the counter
    ///   and the clock; nil where the table yields nothing.
    package static func interval(
        from before: Reading, to after: Reading
    ) -> (increase: Int64, elapsed: Int64)? {
        let (increase, increaseOverflow) = after.value.subtractingReportingOverflow(before.value)
        let (elapsed, elapsedOverflow) = after.clock.subtractingReportingOverflow(before.clock)
        guard !increaseOverflow, increase >= 0, !elapsedOverflow, elapsed > 0 else { return nil }
        return (increase, elapsed)
    }

    /// Rates between successive readings that are all there: their intervals, for the usual case that
    /// nothing started again.
    ///
    /// - Parameters:
    ///   - values: readings in order of time.
    ///   - clock: when each was taken, in milliseconds; as many.
    ///   - rateUnit: how many counts a millisecond are a rate of 1: 1000 for microseconds of CPU time,
    ///     which makes cores.
    ///   - rates: gets one fewer than there are readings.
    /// - Returns: how many readings served: all, or those before the first that is smaller than the one
    ///   before it or not later.
    package static func appendRates(
        values: UnsafeBufferPointer<Int64>, clock: UnsafeBufferPointer<Int64>, rateUnit: Double,
        to rates: inout [Double]
    ) -> Int {
        precondition(values.count == clock.count)
        let served = steadyCount(values, clock)
        guard served > 1 else { return served }
        let count = served - 1
        rates.append(addingCapacity: count) { added in
            added.withUnsafeMutableBufferPointer { added, filled in
                for index in 0..<count {
                    let elapsed = Double(clock[index + 1] &- clock[index])
                    let increase = Double(values[index + 1] &- values[index])
                    added.initializeElement(at: index, to: increase / (elapsed * rateUnit))
                }
                filled = count
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
