import Measures
import Sizing
import Statistics
import Storing

/// Turns stored counters into what was observed: rates, working sets, kills.
struct ObservationReader {
    let history: History

    /// The metrics that `observations` needs.
    static let metrics: Set<Metric> = importedMetrics.union([
        .cpuUsage, .cpuPeriods, .cpuThrottledPeriods, .cpuLimit, .memoryCurrent,
        .memoryInactiveFile, .memoryPeak, .memoryLimit, .memoryOOMKills, .restarts, .oomKilled,
        .oomEvents, .cpuBurstMax, .memoryBurstMax,
    ])

    /// Every replica of every service in the history.
    func observations() throws(StatisticsError) -> [SeriesIdentity: ReplicaObservations] {
        var observations: [SeriesIdentity: ReplicaObservations] = [:]
        let runs = history.incarnations.filter { !$0.rows.isEmpty }.sorted {
            $0.rows[0] < $1.rows[0]
        }
        var kills: [ContainerID: KillCount] = [:]
        for run in runs {
            let series = run.incarnation.series
            var replica =
                observations[series] ?? ReplicaObservations(instance: series.instance)
            replica.sampleTimes += run.rows.map { history.ticks[Int($0)].time }
            try addCPU(of: run, to: &replica)
            addMemory(of: run, to: &replica)
            addImported(of: run, to: &replica)
            observations[series] = replica
            kills[
                run.incarnation.container,
                default: KillCount(series: series, windowStart: history.ticks[0].time)
            ].add(run)
        }
        for count in kills.values {
            observations[count.series]?.oomKills += count.oomKills
            observations[count.series]?.restarts += count.restarts
        }
        return observations
    }

    /// CPU rates between readings of one run and one boot: across anything else counters start anew.
    private func addCPU(
        of run: IncarnationHistory, to replica: inout ReplicaObservations
    ) throws(StatisticsError) {
        let usage = run[.cpuUsage]
        let periods = run[.cpuPeriods]
        let throttled = run[.cpuThrottledPeriods]
        let limits = run[.cpuLimit]
        for rows in sameBoot(run) {
            let clock = rows.map { history.ticks[Int(run.rows[$0])].uptimeMilliseconds }
            let intervals = try CounterIncrease.intervals(
                values: rows.map { usage[$0] }, clock: clock)
            for interval in intervals {
                let start = rows[rows.startIndex + interval.start]
                let end = rows[rows.startIndex + interval.end]
                let seconds = Double(interval.elapsed) / 1000
                let limit = limits[end].flatMap { Limit<Cores>(wireValue: $0).bound }
                replica.cpu.append(
                    CPUInterval(
                        cores: Double(interval.increase) / 1e6 / seconds, seconds: seconds,
                        throttledShare: Self.share(throttled, of: periods, from: start, to: end),
                        limit: limit?.rawValue))
            }
        }
        if let burst = run[.cpuBurstMax].lazy.compactMap(\.self).max() {
            replica.cpuBurstMax = max(replica.cpuBurstMax ?? Cores(0), Cores(millicores: burst))
        }
        if let last = limits.last(where: { $0 != nil }), let last {
            replica.cpuLimit = Limit(wireValue: last)
        }
    }

    /// Runs of indices into `run.rows` that belong to one boot.
    private func sameBoot(_ run: IncarnationHistory) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for index in 1...run.rows.count {
            guard
                index == run.rows.count
                    || history.ticks[Int(run.rows[index])].boot
                        != history.ticks[Int(run.rows[start])].boot
            else { continue }
            ranges.append(start..<index)
            start = index
        }
        return ranges
    }

    /// Nil where either counter is missing or stood still.
    private static func share(
        _ part: Column, of whole: Column, from start: Int, to end: Int
    ) -> Double? {
        guard let partStart = part[start], let partEnd = part[end], let wholeStart = whole[start],
            let wholeEnd = whole[end], wholeEnd > wholeStart, partEnd >= partStart
        else { return nil }
        return min(1, Double(partEnd &- partStart) / Double(wholeEnd &- wholeStart))
    }

    private func addMemory(of run: IncarnationHistory, to replica: inout ReplicaObservations) {
        for (current, inactive) in zip(run[.memoryCurrent], run[.memoryInactiveFile]) {
            guard let current, let inactive else { continue }
            replica.workingSet.append(Double(max(0, current &- inactive)))
        }
        if let peak = run[.memoryPeak].lazy.compactMap(\.self).max() {
            replica.memoryPeak = max(replica.memoryPeak ?? Bytes(0), Bytes(peak))
        }
        if let burst = run[.memoryBurstMax].lazy.compactMap(\.self).max() {
            replica.memoryBurstMax = max(replica.memoryBurstMax ?? Bytes(0), Bytes(burst))
        }
        if let last = run[.memoryLimit].last(where: { $0 != nil }), let last {
            replica.memoryLimit = Limit(wireValue: last)
        }
    }
}
