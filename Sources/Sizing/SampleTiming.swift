import Measures
import Statistics

/// When the intervals of a replica ended and how long they took, with gaps left out: one and the same for all
/// replicas that the same ticks saw.
struct IntervalTiming {
    /// Nil without any interval.
    var usualSeconds: Double?
    /// Which intervals are so long that what happened inside is unknown, ascending.
    var gaps: [Int] = []
    /// Of those that are left, joined.
    var ends = SharedColumn<Int64>()
    var seconds = SharedColumn<Double>()
    /// The sum of `seconds`.
    var total = 0.0

    /// - Parameter longerThan: what makes a gap, in seconds.
    init(ends: [Int64], seconds: [Double], usual: Double?, longerThan: Double) {
        usualSeconds = usual
        gaps = seconds.indices.filter { seconds[$0] > longerThan }
        let kept = withoutGaps(seconds)
        total = kept.withUnsafeBufferPointer { WeightedSum($0, $0).seconds }
        self.seconds = SharedColumn(kept)
        self.ends = SharedColumn(withoutGaps(ends))
    }

    /// What is left of `values`, one for each interval.
    func withoutGaps<Value>(_ values: [Value]) -> [Value] {
        guard !gaps.isEmpty else { return values }
        var kept: [Value] = []
        kept.reserveCapacity(values.count - gaps.count)
        var start = 0
        for gap in gaps + [values.count] {
            kept += values[start..<gap]
            start = gap + 1
        }
        return kept
    }
}

/// When a replica's memory was read, and how long each reading holds for.
struct HoldTiming {
    /// Joined, both.
    var times: SharedColumn<Int64>
    var seconds: SharedColumn<Double>

    /// Each holds since the one before it, or the usual time where there is none, a gap, or a clock that was
    /// set back.
    /// - Parameter gap: in milliseconds.
    init(times: SharedColumn<Int64>, usualSeconds: Double, gap: Int64) {
        self.times = times.joined
        seconds = self.times.withUnsafeBufferPointer { times in
            var seconds = [Double](repeating: usualSeconds, count: times.count)
            for index in times.indices.dropFirst() {
                let step = times[index] &- times[index - 1]
                if step > 0, step <= gap { seconds[index] = Double(step) / 1000 }
            }
            return SharedColumn(seconds)
        }
    }
}

/// How samples lie in time.
struct Spacing {
    /// Nil with less than two samples.
    var usualSeconds: Double?
    var gaps = 0
}

/// Looks at the times of replicas' samples, which most of them share, once.
struct SampleTimings {
    private let policy: SizingPolicy
    private let median: Quantiles
    private var spacings = Known<SharedColumn<Int64>.Places, Spacing>()
    private var intervals = Known<IntervalKey, IntervalTiming>()
    private var holds = Known<HoldKey, HoldTiming>()

    private struct IntervalKey: Hashable {
        var ends: SharedColumn<Int64>.Places
        var seconds: SharedColumn<Double>.Places
    }

    private struct HoldKey: Hashable {
        var times: SharedColumn<Int64>.Places
        var usualSeconds: Double
        var gap: Int64
    }

    /// - Throws: when the statistics core cannot be used (`RIGHTSIZE_KERNELS`).
    init(policy: SizingPolicy) throws(StatisticsError) {
        self.policy = policy
        median = try Quantiles([0.5])
    }

    mutating func timing(of use: CPUUse) throws(StatisticsError) -> IntervalTiming {
        let key = IntervalKey(ends: use.ends.places, seconds: use.seconds.places)
        return try intervals.value(of: key) { [policy, median] () throws(StatisticsError) in
            let seconds = use.seconds.elements
            let usual = seconds.isEmpty ? nil : try median.of(seconds)[0]
            return IntervalTiming(
                ends: use.ends.elements, seconds: seconds, usual: usual,
                longerThan: policy.gapSeconds(usual: usual ?? 0))
        }
    }

    /// - Parameters:
    ///   - usualSeconds: between two samples.
    ///   - gap: in milliseconds.
    mutating func timing(
        of memory: MemoryUse, usualSeconds: Double, gap: Int64
    ) -> HoldTiming {
        let key = HoldKey(times: memory.times.places, usualSeconds: usualSeconds, gap: gap)
        return holds.value(of: key) {
            HoldTiming(times: memory.times, usualSeconds: usualSeconds, gap: gap)
        }
    }

    mutating func spacing(of times: SampleTimes) throws(StatisticsError) -> Spacing {
        try spacings.value(of: times.places) { [policy, median] () throws(StatisticsError) in
            let steps = times.steps()
            guard !steps.isEmpty else { return Spacing() }
            let usual = try median.of(steps)[0]
            let gap = policy.gapSeconds(usual: usual)
            return Spacing(usualSeconds: usual, gaps: steps.count { $0 > gap })
        }
    }
}

/// The last few values that were made.
private struct Known<Key: Hashable, Value> {
    private var values: [Key: Value] = [:]

    /// Most replicas share one key; what only one has is not worth the memory.
    private static var countMax: Int { 4 }

    mutating func value<Failure: Error>(
        of key: Key, _ make: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        if let known = values[key] { return known }
        if values.count == Self.countMax { values.removeAll() }
        let made = try make()
        values[key] = made
        return made
    }
}
