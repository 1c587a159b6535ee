/// CPU use between successive samples of one replica, a column for each property.
package struct CPUUse: Sendable {
    /// Mean use in each interval, in cores.
    package private(set) var cores: [Double] = []
    /// How long each interval took. Of the same length as `cores`.
    package private(set) var seconds = SharedColumn<Double>()
    /// The label of each interval's end, in milliseconds since 1970. Of the same length.
    package private(set) var ends = SharedColumn<Int64>()
    /// The first interval of each incarnation, ascending.
    package private(set) var runStarts: [Int] = []
    /// The intervals in which periods were throttled, in order.
    package private(set) var throttlings: [Throttling] = []
    /// The length of all intervals in which the kernel counted periods, throttled or not.
    package private(set) var countedSeconds = 0.0

    /// Throttling in one interval.
    package struct Throttling: Hashable, Sendable {
        /// Of the interval.
        package var interval: Int
        /// Throttled periods over all periods, above 0.
        package var share: Double
        /// The limit in force at the end, in cores; nil without one.
        package var limit: Double?

        package init(interval: Int, share: Double, limit: Double?) {
            self.interval = interval
            self.share = share
            self.limit = limit
        }
    }

    package init() {}

    package mutating func reserveCapacity(_ count: Int) { cores.reserveCapacity(count) }

    package var count: Int { cores.count }
    package var isEmpty: Bool { cores.isEmpty }

    /// What is appended from here on is another incarnation's.
    package mutating func beginRun() {
        if runStarts.last != count { runStarts.append(count) }
    }

    /// - Parameters:
    ///   - end: the label of the interval's end, in milliseconds since 1970.
    ///   - throttledShare: nil where the kernel counts no periods, or none ran.
    package mutating func append(
        cores: Double, seconds: Double, end: Int64, throttledShare: Double?, limit: Double?
    ) {
        self.cores.append(cores)
        self.seconds.append(seconds)
        ends.append(end)
        guard let throttledShare else { return }
        addThrottling(interval: count - 1, share: throttledShare, limit: limit)
    }

    /// Appends intervals through `body`; what is known of throttling in them is added afterwards, by
    /// `addThrottling`.
    /// - Parameters:
    ///   - ends: the labels of the intervals' ends; as many as `body` appends, or more. Shared, not copied.
    ///   - seconds: how long they took; as many.
    package mutating func append<Result>(
        ends: ArraySlice<Int64>, seconds: ArraySlice<Double>,
        _ body: (_ cores: inout [Double]) -> Result
    ) -> Result {
        let result = body(&cores)
        self.ends.append(ends.prefix(cores.count - self.ends.count))
        self.seconds.append(seconds.prefix(cores.count - self.seconds.count))
        precondition(cores.count == self.seconds.count && cores.count == self.ends.count)
        return result
    }

    /// Notes that no period was throttled in the last intervals that were appended.
    /// - Parameters:
    ///   - seconds: theirs, or more.
    ///   - periods: the kernel's counts at their ends and, first, at the start; one more than there are intervals.
    package mutating func countUnthrottled(
        _ seconds: ArraySlice<Double>, periods: UnsafeBufferPointer<Int64>
    ) {
        let intervals = max(0, periods.count - 1)
        precondition(intervals <= count && intervals <= seconds.count)
        countedSeconds += seconds.withUnsafeBufferPointer { seconds in
            var counted = 0.0
            for interval in 0..<intervals {
                counted += periods[interval + 1] > periods[interval] ? seconds[interval] : 0
            }
            return counted
        }
    }

    /// - Parameters:
    ///   - interval: later than those before it.
    ///   - share: throttled periods over all periods.
    package mutating func addThrottling(interval: Int, share: Double, limit: Double?) {
        precondition(throttlings.last.map { $0.interval < interval } ?? true && interval < count)
        countedSeconds += seconds[interval]
        guard share > 0 else { return }
        throttlings.append(Throttling(interval: interval, share: share, limit: limit))
    }
}

extension CPUUse {
    /// Leaves out the gaps that `timing`, which was made of these intervals, knows of.
    func without(gapsOf timing: IntervalTiming) -> CPUUse {
        var kept = self
        (kept.ends, kept.seconds) = (timing.ends, timing.seconds)
        let long = timing.gaps
        guard !long.isEmpty else { return kept }
        kept.cores = timing.withoutGaps(cores)
        (kept.runStarts, kept.throttlings) = ([], [])
        // What was left out before an interval is what it moves down by.
        var gone = 0
        for run in runStarts where run < count {
            while gone < long.count, long[gone] < run { gone += 1 }
            if kept.runStarts.last != run - gone { kept.runStarts.append(run - gone) }
        }
        gone = 0
        for var throttling in throttlings {
            while gone < long.count, long[gone] < throttling.interval { gone += 1 }
            if gone < long.count, long[gone] == throttling.interval { continue }
            throttling.interval -= gone
            kept.throttlings.append(throttling)
        }
        // What a gap's counters say of throttling stays true: `countedSeconds` is as it was.
        return kept
    }

    /// What the container would have used without its limit, as far as one can tell.
    ///
    ///     φ = throttled / periods
    ///     use / max(1 − φ, ⅓);   where φ > ¼: at least 1.25 × the limit
    func demand(_ policy: SizingPolicy) -> [Double] {
        var demand = cores
        for throttling in throttlings {
            let used = cores[throttling.interval]
            var raised = used / max(1 - throttling.share, policy.unthrottledShareMin)
            if throttling.share > policy.throttledShareCertain, let limit = throttling.limit {
                raised = max(raised, policy.throttledGrowth * limit)
            }
            demand[throttling.interval] = raised
        }
        return demand
    }

    /// At most a thousand values of `demand`, evenly spaced, and which of them are only known from below.
    ///
    /// Neighbouring samples tell much the same. A band made as if each of forty thousand told something new
    /// would be far too narrow, and take long.
    func thinned(
        _ demand: [Double], _ policy: SizingPolicy
    ) -> (values: [Double], isCensored: [Bool]) {
        let step = max(1, (count + 999) / 1000)
        var values: [Double] = []
        var isCensored: [Bool] = []
        var throttlings = throttlings[...]
        for index in stride(from: 0, to: count, by: step) {
            while let first = throttlings.first, first.interval < index {
                throttlings.removeFirst()
            }
            values.append(demand[index])
            isCensored.append(
                throttlings.first.map {
                    $0.interval == index && $0.share > policy.throttledShareCertain
                } ?? false)
        }
        return (values, isCensored)
    }

    /// The mean of `values`, one for each interval, by time.
    func mean(of values: [Double]) -> Double {
        values.withUnsafeBufferPointer { values in
            seconds.joined.withUnsafeBufferPointer { seconds in
                WeightedSum(values, seconds).mean
            }
        }
    }
}
