/// A quantity in one period, a day or a run of a job, as an owner's target and alert see it.
package struct PeriodSummary: Hashable, Sendable {
    /// How many periods before the newest.
    package var age: Int
    /// The largest value that use stayed above for longer than the alert takes; the largest value at all
    /// where nothing was seen for so long.
    package var sustained: Double
    /// By time.
    package var mean: Double
    package var peak: Double
    /// Covered by samples.
    package var seconds: Double

    package init(age: Int, sustained: Double, mean: Double, peak: Double, seconds: Double) {
        self.age = age
        self.sustained = sustained
        self.mean = mean
        self.peak = peak
        self.seconds = seconds
    }

    /// The smallest limit with which this period has no alert and a mean below the target:
    ///
    ///     max(sustained / 0.80, mean / 0.70)
    func need(_ policy: SizingPolicy) -> Double {
        max(sustained / policy.alertUtilisation, mean / policy.targetUtilisation)
    }
}

/// A quantity over time: each value holds for the seconds before its end. Borrowed from arrays for the
/// length of a call.
struct Track {
    var values: UnsafeBufferPointer<Double>
    var seconds: UnsafeBufferPointer<Double>
    /// Labels of the ends, in milliseconds since 1970; a clock may have been set between two.
    var ends: UnsafeBufferPointer<Int64>
    /// Two values whose ends lie further apart than this do not follow on one another, in milliseconds.
    var gap: Int64

    var count: Int { values.count }

    /// Whether the value at `index` follows on the one before.
    @inline(__always)
    func continues(_ index: Int) -> Bool {
        let step = ends[index] &- ends[index &- 1]
        return step > 0 && step <= gap
    }
}

/// Which period a moment belongs to.
enum Periods {
    /// Spans of 24 hours counted back from the end of the window, which is part of the newest: whole days
    /// whenever the report is made.
    case days(end: Int64)
    /// From each of these indices to the next, the last one newest.
    case runs(starts: [Int])

    static let dayMilliseconds: Int64 = 86_400_000

    /// Of the day that a moment belongs to; a moment after the end belongs to the newest.
    static func age(of time: Int64, end: Int64) -> Int {
        let (before, overflows) = end.subtractingReportingOverflow(time)
        // Damaged times may lie further apart than there are numbers.
        if overflows { return time < end ? Int(Int64.max / dayMilliseconds) : 0 }
        return max(0, Int(before / dayMilliseconds))
    }

    /// The moments of the day of an age that some moment has.
    static func day(_ age: Int, end: Int64) -> ClosedRange<Int64> {
        let last = age == 0 ? end : end &- Int64(age) &* dayMilliseconds
        let (first, overflows) = last.subtractingReportingOverflow(dayMilliseconds - 1)
        return (overflows ? .min : first)...(age == 0 ? .max : last)
    }
}

extension UnsafeBufferPointer<Double> {
    /// 0 where none is larger.
    fileprivate var largest: Double {
        let bytes = UnsafeRawBufferPointer(self)
        var lanes = SIMD8<Double>.zero
        var index = 0
        while index + 8 <= count {
            let eight = bytes.loadUnaligned(fromByteOffset: 8 * index, as: SIMD8<Double>.self)
            lanes.replace(with: eight, where: eight .> lanes)
            index += 8
        }
        return self[index...].reduce(lanes.max()) { Swift.max($0, $1) }
    }
}

extension Track {
    /// - Parameter longerThan: how long a value must be exceeded to count as sustained, in seconds.
    /// - Returns: those that hold a value, newest first.
    func summaries(by periods: Periods, longerThan: Double) -> [PeriodSummary] {
        switch periods {
        case .days(let end): summariesByDay(end: end, longerThan: longerThan)
        case .runs(let starts): summariesByRun(starts, longerThan: longerThan)
        }
    }

    private func summariesByDay(end: Int64, longerThan: Double) -> [PeriodSummary] {
        var sums: [Int: PeriodSum] = [:]
        var first = 0
        while first < count {
            let age = Periods.age(of: ends[first], end: end)
            let day = Periods.day(age, end: end)
            var last = first
            while last + 1 < count, day.contains(ends[last + 1]) { last += 1 }
            // A day comes twice where a clock was set back over midnight.
            sums[age, default: PeriodSum()].add(self, first...last, longerThan)
            first = last + 1
        }
        return sums.map { $1.summary(age: $0) }.sorted { $0.age < $1.age }
    }

    private func summariesByRun(_ starts: [Int], longerThan: Double) -> [PeriodSummary] {
        var summaries: [PeriodSummary] = []
        for (run, start) in starts.enumerated() {
            let end = run + 1 < starts.count ? starts[run + 1] : count
            guard start < end else { continue }
            var sum = PeriodSum()
            sum.add(self, start...(end - 1), longerThan, lookingBack: false)
            summaries.append(sum.summary(age: 0))
        }
        for index in summaries.indices { summaries[index].age = summaries.count - 1 - index }
        return summaries.reversed()
    }
}

/// Values, each weighed with the seconds that it holds for.
struct WeightedSum {
    private var weighted = 0.0
    private(set) var seconds = 0.0
    private(set) var peak = -Double.infinity

    var mean: Double { seconds > 0 ? weighted / seconds : peak }

    init() {}

    /// - Parameter seconds: as many.
    init(_ values: UnsafeBufferPointer<Double>, _ seconds: UnsafeBufferPointer<Double>) {
        precondition(values.count == seconds.count)
        // Eight sums side by side: one would wait for each addition.
        var weightedLanes = SIMD8<Double>.zero
        var secondsLanes = SIMD8<Double>.zero
        var peakLanes = SIMD8(repeating: -Double.infinity)
        var index = 0
        let (valueBytes, secondBytes) = (
            UnsafeRawBufferPointer(values), UnsafeRawBufferPointer(seconds)
        )
        while index + 8 <= values.count {
            let value = valueBytes.loadUnaligned(fromByteOffset: 8 * index, as: SIMD8<Double>.self)
            let second = secondBytes.loadUnaligned(
                fromByteOffset: 8 * index, as: SIMD8<Double>.self)
            weightedLanes += value * second
            secondsLanes += second
            peakLanes = peakLanes.replacing(with: value, where: value .> peakLanes)
            index += 8
        }
        (weighted, self.seconds, peak) = (weightedLanes.sum(), secondsLanes.sum(), peakLanes.max())
        while index < values.count {
            weighted += values[index] * seconds[index]
            self.seconds += seconds[index]
            peak = max(peak, values[index])
            index += 1
        }
    }

    mutating func add(_ other: WeightedSum) {
        weighted += other.weighted
        seconds += other.seconds
        peak = max(peak, other.peak)
    }
}

/// Sums up the values of one period.
private struct PeriodSum {
    private var sustained = -Double.infinity
    private var sum = WeightedSum()

    func summary(age: Int) -> PeriodSummary {
        PeriodSummary(
            age: age, sustained: sustained.isFinite ? sustained : sum.peak, mean: sum.mean,
            peak: sum.peak, seconds: sum.seconds)
    }

    /// - Parameter lookingBack: a stretch may begin before the period that it ends in.
    mutating func add(
        _ track: Track, _ range: ClosedRange<Int>, _ longerThan: Double, lookingBack: Bool = true
    ) {
        sum.add(
            WeightedSum(
                UnsafeBufferPointer(rebasing: track.values[range]),
                UnsafeBufferPointer(rebasing: track.seconds[range])))
        sustained = track.sustained(
            in: range, longerThan: longerThan, above: sustained,
            from: lookingBack ? 0 : range.lowerBound)
    }
}

extension Track {
    /// The largest value v for which some stretch of values that follow on one another, each at least v,
    /// takes longer than `longerThan` seconds and ends in `range`; `floor` where there is none above it.
    ///
    /// A value no larger than the best so far ends every stretch that could improve on it, and a stretch
    /// that is long enough yields its smallest value as the new best. A stretch that begins here must reach
    /// so many values further: these are looked at from the far end, and the next stretch begins behind the
    /// first one that is too small, as Boyer and Moore search for a word.
    func sustained(
        in range: ClosedRange<Int>, longerThan: Double, above floor: Double, from first: Int
    ) -> Double {
        let longest = UnsafeBufferPointer(rebasing: seconds[range]).largest
        // How many values take no longer than `longerThan` for certain, whatever rounding adds.
        let short =
            longest > 0 ? Int(min(longerThan / longest * (1 - 1e-9), Double(count))) : count
        // The better the best, the less is looked at.
        var best = max(floor, largestMinimum(of: short + 1, in: range, longerThan: longerThan))
        // The stretch that is being looked at, all above `best`: from `start`, `covered` seconds long.
        var (start, covered) = lookBack(
            from: range.lowerBound, downTo: first, atMost: longerThan, above: best)
        // Those from `next` to before `seen` are above `best`.
        var (next, seen) = (range.lowerBound, range.lowerBound)
        while next <= range.upperBound {
            // The seconds of those before the range may be longer.
            let end = max(start >= range.lowerBound ? start + short : next, next)
            guard end <= range.upperBound else { break }
            var tooSmall = end
            while tooSmall >= seen, values[tooSmall] > best { tooSmall -= 1 }
            guard tooSmall < seen else {
                (start, covered) = (tooSmall + 1, 0)
                (next, seen) = (start, end + 1)
                continue
            }
            seen = max(seen, end + 1)
            let index = next
            next += 1
            if index > start, !continues(index) { (start, covered) = (index, 0) }
            covered += seconds[index]
            guard covered > longerThan else { continue }
            while covered - seconds[start] > longerThan {
                covered -= seconds[start]
                start += 1
            }
            var least = start
            for other in start...index where values[other] <= values[least] { least = other }
            best = values[least]
            for other in start...least { covered -= seconds[other] }
            start = least + 1
        }
        return best
    }

    /// Of the stretches of `size` values that lie side by side in `range`, the largest minimum, if that
    /// stretch takes longer than `longerThan` seconds; −∞ if it does not.
    private func largestMinimum(
        of size: Int, in range: ClosedRange<Int>, longerThan: Double
    ) -> Double {
        var (best, bestStart) = (-Double.infinity, range.lowerBound)
        for start in stride(from: range.lowerBound, to: range.upperBound + 2 - size, by: size) {
            var index = start
            // Most end with the first value that is too small.
            while index < start + size, values[index] > best { index += 1 }
            guard index == start + size else { continue }
            bestStart = start
            best = values[start..<(start + size)].reduce(.infinity) { min($0, $1) }
        }
        var covered = 0.0
        for index in bestStart..<min(bestStart + size, range.upperBound + 1) {
            if index > bestStart, !continues(index) { return -.infinity }
            covered += seconds[index]
        }
        return covered > longerThan ? best : -.infinity
    }

    /// The first value in `range` above `level`; its end where there is none.
    func firstIndex(above level: Double, in range: Range<Int>) -> Int {
        let bytes = UnsafeRawBufferPointer(values)
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let eight = bytes.loadUnaligned(fromByteOffset: 8 * index, as: SIMD8<Double>.self)
            if any(eight .> level) { break }
            index += 8
        }
        while index < range.upperBound, !(values[index] > level) { index += 1 }
        return index
    }

    /// The shortest stretch that ends just before `index` and takes longer than `limit` seconds, or what
    /// there is of it.
    private func lookBack(
        from index: Int, downTo first: Int, atMost limit: Double, above best: Double
    ) -> (start: Int, covered: Double) {
        var (start, covered) = (index, 0.0)
        while covered <= limit, start > first, continues(start), values[start - 1] > best {
            start -= 1
            covered += seconds[start]
        }
        return (start, covered)
    }
}
