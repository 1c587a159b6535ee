import Measures

/// Sums up the columns of a span by day and incarnation.
struct RollupBuilder {
    static let dayMilliseconds: Int64 = 86_400_000

    private let ticks: TickTable
    /// The day of each tick's label: days since 1970, UTC.
    private let days: [Int64]
    private var histogram = HistogramBuilder()

    init(_ ticks: TickTable) {
        self.ticks = ticks
        days = ticks.times.map { Self.day(of: $0) }
    }

    static func day(of time: Int64) -> Int64 {
        let (quotient, rest) = time.quotientAndRemainder(dividingBy: dayMilliseconds)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// - Returns: by day.
    mutating func rollups(
        of index: Int, in source: some BlockSource
    ) throws(DecodingFailure) -> [Int64: IncarnationDay] {
        let rows = source.members.rows[index].runs.flatMap { Array($0) }
        let pieces = pieces(of: rows)
        var columns: [(RollupQuantity, Readings)] = []
        // The integers of reals are bit patterns: they have no sum.
        for metric in source.metrics where metric.kind != .real {
            guard let column = try source.column(metric, index) else { continue }
            columns.append((.metric(metric), Readings(column, rows)))
        }
        if let current = columns.first(where: { $0.0 == .metric(.memoryCurrent) })?.1,
            let inactive = columns.first(where: { $0.0 == .metric(.memoryInactiveFile) })?.1
        {
            columns.append((.workingSet, current.workingSet(without: inactive)))
        }
        var found: [Int64: IncarnationDay] = [:]
        for piece in pieces {
            var day = whole(rows[piece])
            for (quantity, readings) in columns {
                let part = readings.within(rows[piece])
                guard let first = part.first else { continue }
                day.quantities[quantity] = summary(of: quantity, readings, part, first)
                if quantity == .metric(.cpuUsage) {
                    day.quantities[.cpuRate] = rate(readings, part)
                }
            }
            let number = days[rows[piece.lowerBound]]
            if found[number] == nil { found[number] = day } else { found[number]?.merge(day) }
        }
        return found
    }

    /// Runs of positions in `rows` whose ticks are of one day.
    private func pieces(of rows: [Int]) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        for position in rows.indices where days[rows[position]] != days[rows[start]] {
            pieces.append(start..<position)
            start = position
        }
        if start < rows.count { pieces.append(start..<rows.count) }
        return pieces
    }

    private func moment(_ row: Int) -> RollupMoment {
        RollupMoment(boot: ticks.boots[row], uptimeMilliseconds: ticks.uptimes[row])
    }

    /// - Parameter rows: at least one.
    private func whole(_ rows: ArraySlice<Int>) -> IncarnationDay {
        let (first, last) = (rows[rows.startIndex], rows[rows.endIndex - 1])
        var day = IncarnationDay(
            ticks: Int64(rows.count), firstTime: Timestamp(milliseconds: ticks.times[first]),
            lastTime: Timestamp(milliseconds: ticks.times[last]), firstAt: moment(first),
            lastAt: moment(last))
        for (row, next) in zip(rows, rows.dropFirst()) {
            day.firstTime = min(day.firstTime, Timestamp(milliseconds: ticks.times[next]))
            day.lastTime = max(day.lastTime, Timestamp(milliseconds: ticks.times[row]))
            day.coveredMilliseconds += moment(row).elapsed(until: moment(next)) ?? 0
        }
        return day
    }

    private mutating func summary(
        of quantity: RollupQuantity, _ readings: Readings, _ part: Range<Int>, _ first: Int
    ) -> QuantityRollup {
        var rollup = QuantityRollup(
            first: readings.values[first], at: moment(readings.rows[first]))
        for position in part {
            let value = readings.values[position]
            let before = (value: rollup.last, at: rollup.lastAt)
            rollup.note(value, at: moment(readings.rows[position]))
            guard quantity.isCounter else {
                rollup.sum += Int128(value)
                rollup.weight += 1
                if quantity.hasHistogram { histogram.add(value) }
                continue
            }
            guard position > first, let elapsed = before.at.elapsed(until: rollup.lastAt) else {
                continue
            }
            let (gain, isTooLarge) = value.subtractingReportingOverflow(before.value)
            guard gain >= 0, !isTooLarge else { continue }
            rollup.sum += Int128(gain)
            rollup.weight += elapsed
        }
        if quantity.hasHistogram { rollup.histogram = histogram.finish() }
        return rollup
    }

    /// - Returns: nil where no two readings make a rate.
    private mutating func rate(_ usage: Readings, _ part: Range<Int>) -> QuantityRollup? {
        var rollup: QuantityRollup?
        // Milliseconds that have not become a whole second of weight yet: so that their sum is right.
        var carry: Int64 = 0
        for position in part.dropFirst() {
            let end = moment(usage.rows[position])
            guard let elapsed = moment(usage.rows[position - 1]).elapsed(until: end),
                let rate = CPURate.millicores(
                    from: usage.values[position - 1], to: usage.values[position], in: elapsed)
            else { continue }
            if rollup == nil { rollup = QuantityRollup(first: rate, at: end) }
            rollup?.note(rate, at: end)
            rollup?.sum += Int128(rate) * Int128(elapsed)
            rollup?.weight += elapsed
            carry += elapsed
            histogram.add(rate, weight: carry / 1000)
            carry %= 1000
        }
        rollup?.histogram = histogram.finish()
        return rollup
    }
}

/// The values of one metric of one incarnation, each with the tick it was read at.
private struct Readings {
    /// Of the span, ascending.
    var rows: [Int] = []
    var values: [Int64] = []

    private init() {}

    /// - Parameter rows: of the incarnation.
    init(_ column: Block.MetricColumn, _ rows: [Int]) {
        values = column.values
        guard let present = column.present else {
            self.rows = rows
            return
        }
        self.rows = present.runs.flatMap { rows[$0] }
    }

    /// The positions of those that lie within `rows`.
    /// - Parameter piece: of the incarnation, successive.
    func within(_ piece: ArraySlice<Int>) -> Range<Int> {
        let start = rows.partitioningIndex { $0 >= piece[piece.startIndex] }
        let end = rows.partitioningIndex { $0 > piece[piece.endIndex - 1] }
        return start..<end
    }

    func workingSet(without inactive: Readings) -> Readings {
        var found = Readings()
        var next = 0
        for (row, value) in zip(rows, values) {
            while next < inactive.rows.count, inactive.rows[next] < row { next += 1 }
            guard next < inactive.rows.count, inactive.rows[next] == row else { continue }
            found.rows.append(row)
            found.values.append(max(0, value &- inactive.values[next]))
        }
        return found
    }
}
