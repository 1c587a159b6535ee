import Measures

/// Something in a store that can be read.
enum SoundPiece {
    case boot(id: Int64, uuid: String)
    case series(id: Int64, SeriesIdentity)
    case incarnation(id: Int64, series: Int64, Incarnation)
    case span(TickTable, level: Int64, blocks: [SoundBlock])
    case tick(TickHeader, [TickRow.Sample])
    case rollup(day: Int64, part: Int64, data: [UInt8])
    case setting(name: String, value: String)
    case note(name: String, value: String)
}

enum SoundBlock {
    /// All of it.
    case whole(Block.Members, data: [UInt8])
    /// What is left of it.
    case rest(SoundColumns)
}

/// Reads a store from end to end; what cannot be read or does not agree is noted, and what can is handed on.
/// Each kind of row has a file of its own: names, spans, blocks, samples, rollups.
final class StoreInspector {
    let store: SampleStore
    var verification = Verification()

    /// By row id.
    var boots: Set<Int64> = []
    var series: [Int64: SeriesIdentity] = [:]
    var incarnations: [Int64: Incarnation] = [:]
    var counters = CounterHistory()
    /// Of the last tick that was seen.
    private var lastTick: (time: Timestamp, at: RollupMoment)?
    /// The last sequence number of the spans before.
    var lastSequence = Int64.min

    init(_ store: SampleStore) { self.store = store }

    /// - Parameter keep: takes each piece that is sound: names before what refers to them, ticks in the order
    ///   they were taken.
    /// - Throws: what is no damage, such as `busy`; and what `keep` throws.
    func run(_ keep: (SoundPiece) throws(StoreError) -> Void) throws(StoreError) {
        try attempt(.file) { () throws(StoreError) in try checkStructure() }
        try inspectNames(keep)
        try inspectSpans(keep)
        try inspectTicks(keep)
        try inspectRest(keep)
        verification.baselines = counters.baselines(incarnations)
    }

    func note(_ damage: StoreDamage) { verification.damages.append(damage) }

    /// Runs `body`; an error that tells of damage is noted.
    /// - Returns: whether it ran through.
    @discardableResult
    func attempt(
        _ place: StoreDamage.Place, times: ClosedRange<Timestamp>? = nil,
        _ body: () throws(StoreError) -> Void
    ) throws(StoreError) -> Bool {
        do throws(StoreError) {
            try body()
            return true
        } catch {
            guard let what = error.damageText else { throw error }
            note(StoreDamage(place: place, what: what, times: times))
            return false
        }
    }

    private func checkStructure() throws(StoreError) {
        var statement = try store.database.prepare(
            "PRAGMA integrity_check(20)", while: "checking SQLite's own pages")
        while try statement.step() {
            let text = statement.text(0)
            if text != "ok" {
                note(StoreDamage(place: .file, what: text, losesSamples: false))
            }
        }
    }

    /// The keys of a table, as far as they can be read from its beginning and from its end.
    /// - Parameter sql: gives one integer a row, in ascending order where `DESC` is not put behind it.
    func keys(_ sql: String) throws(StoreError) -> [Int64] {
        func read(_ sql: String, _ found: inout [Int64]) throws(StoreError) {
            var statement = try store.database.prepare(sql, while: "looking for rows")
            while try statement.step() { found.append(statement.integer(0)) }
        }
        var first: [Int64] = []
        let isWhole = try attempt(.file) { () throws(StoreError) in try read(sql, &first) }
        if isWhole { return first }
        var last: [Int64] = []
        do throws(StoreError) {
            try read(sql + " DESC", &last)
        } catch {
            // Noted already; what came before it is what there is.
            guard error.damageText != nil else { throw error }
        }
        let known = Set(first)
        return first + last.filter { !known.contains($0) }.reversed()
    }

    /// Notes steps of the clocks.
    func follow(_ tick: TickHeader) {
        let at = RollupMoment(boot: tick.boot, uptimeMilliseconds: tick.uptimeMilliseconds)
        if let lastTick {
            if tick.time < lastTick.time { verification.clockSteps += 1 }
            if lastTick.at.boot == at.boot, at.uptimeMilliseconds <= lastTick.at.uptimeMilliseconds
            {
                verification.uptimeSteps += 1
            }
        }
        lastTick = (tick.time, at)
        verification.ticks += 1
    }

    /// Of a row that is listed and cannot be found.
    var misplaced: StoreError {
        .damaged(path: store.path, what: "it is not where its number says")
    }

    func names(_ ids: some Sequence<Int64>) -> [SeriesIdentity] {
        Set(ids.compactMap { incarnations[$0]?.series }).sorted {
            ($0.service, $0.instance) < ($1.service, $1.instance)
        }
    }
}

/// Follows counters from reading to reading.
struct CounterHistory {
    private struct Key: Hashable {
        var incarnation: Int64
        var metric: Metric
    }

    private var last: [Key: (boot: Int64, value: Int64)] = [:]
    private var found: [Key: (count: Int, first: Timestamp)] = [:]

    mutating func follow(
        _ metric: Metric, of incarnation: Int64, _ value: Int64, _ boot: Int64, _ time: Timestamp
    ) {
        let key = Key(incarnation: incarnation, metric: metric)
        if let before = last[key], before.boot == boot, value < before.value {
            found[key, default: (0, time)].count += 1
        }
        last[key] = (boot, value)
    }

    /// - Parameter rows: of the span, one for each value.
    mutating func follow(
        _ metric: Metric, of incarnation: Int64, _ values: [Int64], _ rows: [Int],
        _ ticks: TickTable
    ) {
        let key = Key(incarnation: incarnation, metric: metric)
        var before = last[key]
        for (value, row) in zip(values, rows) {
            let boot = ticks.boots[row]
            if let before, before.boot == boot, value < before.value {
                let time = Timestamp(milliseconds: ticks.times[row])
                found[key, default: (0, time)].count += 1
            }
            before = (boot, value)
        }
        last[key] = before
    }

    /// By series and metric.
    func baselines(_ incarnations: [Int64: Incarnation]) -> [CounterBaseline] {
        var sums: [SeriesIdentity: [Metric: CounterBaseline]] = [:]
        for (key, fact) in found {
            guard let series = incarnations[key.incarnation]?.series else { continue }
            var sum =
                sums[series]?[key.metric]
                ?? CounterBaseline(series: series, metric: key.metric, count: 0, first: fact.first)
            sum.count += fact.count
            sum.first = min(sum.first, fact.first)
            sums[series, default: [:]][key.metric] = sum
        }
        return sums.values.flatMap(\.values).sorted {
            ($0.series.text, $0.metric.rawValue) < ($1.series.text, $1.metric.rawValue)
        }
    }
}
