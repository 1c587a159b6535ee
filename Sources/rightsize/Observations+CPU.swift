import Measures
import Sizing
import Statistics
import Storing

/// A reading of a container's CPU counters.
struct CPUReading {
    /// Microseconds.
    var usage: Int64
    /// By the clock that nobody sets, in milliseconds.
    var clock: Int64
    var boot: Int64
    var periods: Int64?
    var throttledPeriods: Int64?
    /// The limit in force, in cores; nil without one or where none was read.
    var limit: Double?

    fileprivate var counter: CounterIncrease.Reading {
        CounterIncrease.Reading(value: usage, clock: clock)
    }
}

extension ReplicaObservations {
    /// CPU rates between readings of one run and one boot: across anything else counters start anew.
    /// - Parameters:
    ///   - steps: of the piece's ticks; shared by all pieces of a span.
    ///   - last: the run's last reading before this piece; becomes that of this piece.
    mutating func addCPU(
        of piece: Piece, steps: [Double], after last: inout CPUReading?, inOneBoot isOneBoot: Bool
    ) {
        let columns = CPUColumns(piece, steps, lastLimit: last?.limit)
        if let columns {
            if isOneBoot, columns.usage.isComplete, piece.rows.count == 1 {
                addSteadily(columns, piece, piece.rows[0], after: &last)
            } else {
                addOneByOne(columns, piece, after: &last)
            }
        }
        if let burst = piece[.cpuBurstMax]?.max {
            cpuBurstMax = max(cpuBurstMax ?? Cores(0), Cores(millicores: burst))
        }
    }

    /// The usual case: one run of ticks and a value at each. Where a counter starts again, the intervals
    /// before and after are added.
    private mutating func addSteadily(
        _ columns: CPUColumns, _ piece: Piece, _ ticks: Range<Int>, after last: inout CPUReading?
    ) {
        var row = 0
        while row < piece.count {
            // Ends the interval that the last piece, or the reading before this, began.
            addInterval(columns, piece, row: row, tick: ticks.lowerBound + row, after: &last)
            row += addRates(columns, piece, row, ticks)
            last = columns.reading(row - 1, piece, ticks.lowerBound + row - 1)
        }
    }

    /// - Returns: how many rows from `first` on served, at least 1.
    private mutating func addRates(
        _ columns: CPUColumns, _ piece: Piece, _ first: Int, _ ticks: Range<Int>
    ) -> Int {
        let start = cpu.count
        let later = (ticks.lowerBound + first + 1)..<ticks.upperBound
        let served = piece.ticks.uptimes.withUnsafeBufferPointer { uptimes in
            cpu.append(ends: piece.ticks.times[later], seconds: columns.steps[later]) {
                CounterIncrease.appendRates(
                    values: UnsafeBufferPointer(rebasing: columns.usage.values[first...]),
                    clock: UnsafeBufferPointer(
                        rebasing: uptimes[ticks][(ticks.lowerBound + first)...]),
                    rateUnit: 1000, to: &$0)
            }
        }
        guard let periods = columns.periods, let throttled = columns.throttled else {
            return served
        }
        if periods.isComplete, throttled.constant != nil {
            cpu.countUnthrottled(
                columns.steps[later],
                periods: UnsafeBufferPointer(rebasing: periods.values[first..<(first + served)]))
            return served
        }
        for row in (first + 1)..<max(first + 1, first + served) {
            guard
                let share = CPUColumns.share(
                    throttled[row - 1], throttled[row], of: periods[row - 1], periods[row])
            else { continue }
            cpu.addThrottling(
                interval: start + row - first - 1, share: share,
                limit: share > 0 ? columns.limit(row) : nil)
        }
        return served
    }

    private mutating func addOneByOne(
        _ columns: CPUColumns, _ piece: Piece, after last: inout CPUReading?
    ) {
        var row = 0
        for run in piece.rows {
            for tick in run {
                addInterval(columns, piece, row: row, tick: tick, after: &last)
                row += 1
            }
        }
    }

    private mutating func addInterval(
        _ columns: CPUColumns, _ piece: Piece, row: Int, tick: Int, after last: inout CPUReading?
    ) {
        guard let reading = columns.reading(row, piece, tick) else { return }
        defer { last = reading }
        guard let before = last ?? piece.incarnation.start(before: reading, tick, piece.ticks),
            before.boot == reading.boot,
            let (before, increase, elapsed) = interval(
                from: before, to: reading, restartsKnown: piece.incarnation.startedAt != nil)
        else { return }
        cpu.append(
            cores: Double(increase) / (Double(elapsed) * 1000), seconds: Double(elapsed) / 1000,
            end: piece.ticks.times[tick],
            throttledShare: CPUColumns.share(
                before.throttledPeriods, reading.throttledPeriods, of: before.periods,
                reading.periods), limit: columns.limit(row))
    }
}

extension ReplicaObservations {
    /// - Parameter restartsKnown: whether a restart makes another run. Where it does not, as in history from
    ///   other programs, a counter that fell began at zero since: what it holds was used in the
    ///   interval, as Prometheus' `rate` takes it, and how much before that is unknown.
    private func interval(
        from before: CPUReading, to after: CPUReading, restartsKnown: Bool
    ) -> (before: CPUReading, increase: Int64, elapsed: Int64)? {
        var before = before
        if !restartsKnown, after.usage >= 0, after.usage < before.usage {
            (before.usage, before.periods, before.throttledPeriods) = (0, 0, 0)
        }
        return CounterIncrease.interval(from: before.counter, to: after.counter).map {
            (before, $0.increase, $0.elapsed)
        }
    }
}

extension Incarnation {
    /// In less than this, in milliseconds, an engine's work on starting a container is most of what it used.
    private static let shortestStart: Int64 = 10_000

    /// The reading that nobody took: all counters were zero when it started.
    fileprivate func start(
        before reading: CPUReading, _ tick: Int, _ ticks: TickTable
    ) -> CPUReading? {
        guard let startedAt else { return nil }
        let (elapsed, overflows) = ticks.times[tick].subtractingReportingOverflow(
            startedAt.milliseconds)
        guard !overflows, elapsed >= Self.shortestStart, elapsed <= reading.clock else {
            return nil
        }
        return CPUReading(
            usage: 0, clock: reading.clock - elapsed, boot: reading.boot, periods: 0,
            throttledPeriods: 0, limit: reading.limit)
    }
}

/// The columns of a piece that CPU use is made from.
private struct CPUColumns {
    var usage: PieceColumn
    var periods: PieceColumn?
    var throttled: PieceColumn?
    /// How long the intervals took that the ticks ended, in seconds.
    var steps: [Double]
    private var limits: PieceColumn?
    /// The limit that holds where none was read since, in cores.
    private var lastLimit: Double?

    /// Nil where CPU time was never read.
    init?(_ piece: Piece, _ steps: [Double], lastLimit: Double?) {
        guard let usage = piece[.cpuUsage] else { return nil }
        self.usage = usage
        self.steps = steps
        periods = piece[.cpuPeriods]
        throttled = piece[.cpuThrottledPeriods]
        limits = piece[.cpuLimit]
        self.lastLimit = lastLimit
    }

    /// Nil where CPU time was not read.
    func reading(_ row: Int, _ piece: Piece, _ tick: Int) -> CPUReading? {
        guard let usage = usage[row] else { return nil }
        return CPUReading(
            usage: usage, clock: piece.ticks.uptimes[tick], boot: piece.ticks.boots[tick],
            periods: periods?[row], throttledPeriods: throttled?[row], limit: limit(row))
    }

    /// In cores: read then, or last before then.
    func limit(_ row: Int) -> Double? {
        guard let limits else { return lastLimit }
        for row in (0...row).reversed() {
            if let value = limits[row] { return Limit<Cores>(wireValue: value).bound?.rawValue }
        }
        return lastLimit
    }

    /// Nil where either counter is missing or stood still.
    static func share(
        _ partStart: Int64?, _ partEnd: Int64?, of wholeStart: Int64?, _ wholeEnd: Int64?
    ) -> Double? {
        guard let partStart, let partEnd, let wholeStart, let wholeEnd, wholeEnd > wholeStart,
            partEnd >= partStart
        else { return nil }
        return min(1, Double(partEnd &- partStart) / Double(wholeEnd &- wholeStart))
    }
}
