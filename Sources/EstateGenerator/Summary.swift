import Measures

/// What a history really shows, service by service: a table to compare with `ServicePlan.expected`
/// before a new history is committed. Rough on purpose; the tool's own report is the careful one.
struct Summary {
    private struct Series {
        var cores: [Double] = []
        var workingSets: [Int64] = []
        var throttledPeriods: Int64 = 0
        var periods: Int64 = 0
        var oomKills = 0
        var incarnations = 1
        var previous: ContainerSample?
        var previousUptime: Int64 = 0
        var previousBoot: BootID?

        mutating func add(_ sample: ContainerSample, of tick: Tick) {
            if let current = sample.values[.memoryCurrent],
                let inactive = sample.values[.memoryInactiveFile]
            {
                workingSets.append(max(0, current - inactive))
            }
            if let previous, previous.incarnation == sample.incarnation, previousBoot == tick.boot {
                addCPU(sample.values, since: previous.values, at: tick.uptimeMilliseconds)
            } else if let previous, previous.incarnation != sample.incarnation {
                incarnations += 1
            }
            previous = sample
            previousUptime = tick.uptimeMilliseconds
            previousBoot = tick.boot
        }

        private mutating func addCPU(
            _ values: MetricValues, since before: MetricValues, at uptime: Int64
        ) {
            func growth(_ metric: Metric) -> Int64? {
                guard let now = values[metric], let then = before[metric] else { return nil }
                return now - then
            }
            guard let usage = growth(.cpuUsage) else { return }
            cores.append(Double(usage) / 1000 / Double(uptime - previousUptime))
            periods += growth(.cpuPeriods) ?? 0
            throttledPeriods += growth(.cpuThrottledPeriods) ?? 0
        }
    }

    private var series: [String: Series] = [:]
    private(set) var ticks = 0
    private var values = 0

    mutating func add(_ tick: Tick, _ containers: [SimulatedContainer]) {
        ticks += 1
        for sample in tick.samples {
            values += sample.values.count
            let key = Self.key(sample.incarnation.series)
            series[key, default: Series()].add(sample, of: tick)
        }
        for container in containers {
            series[Self.key(container.incarnation.series)]?.oomKills = container.oomKillsEver
        }
    }

    private static func key(_ series: SeriesIdentity) -> String {
        "\(series.service.service)-\(series.instance)"
    }

    /// The table, one line a container.
    func lines() -> [String] {
        let titles = [
            "mean", "p95", "sust", "max", "WS mean", "WS sust", "WS max", "throttled", "OOM",
            "runs", "limit",
        ]
        var lines = [left("container", 34) + titles.map { right($0, 9) }.joined() + "  expected"]
        for plan in Estate.services {
            for instance in plan.replicaShares.indices.map({ $0 + 1 }) {
                guard let one = series["\(plan.name)-\(instance)"] else { continue }
                lines.append(line(of: one, plan, name: "\(plan.name)-\(instance)"))
            }
        }
        lines.append("\(ticks) ticks, \(values) values")
        return lines
    }

    private func line(of one: Series, _ plan: ServicePlan, name: String) -> String {
        let sorted = one.cores.sorted()
        let cores = [
            mean(one.cores), sorted.isEmpty ? 0 : sorted[(sorted.count - 1) * 95 / 100],
            sustained(one.cores), sorted.last ?? 0,
        ]
        let memory = one.workingSets.map { Double($0) / 1_048_576 }
        let throttled = one.periods == 0 ? 0 : Double(one.throttledPeriods) / Double(one.periods)
        var cells = cores.map { fixed($0, digits: 3) }
        cells += [mean(memory), sustained(memory), memory.max() ?? 0].map { fixed($0, digits: 0) }
        cells += [fixed(throttled, digits: 3), String(one.oomKills), String(one.incarnations)]
        cells.append(plan.limit.name)
        return left(name, 34) + cells.map { right($0, 9) }.joined() + "  \(plan.expected)"
    }

    private func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    /// The largest value that three samples in a row reach.
    private func sustained(_ values: [Double]) -> Double {
        guard values.count >= 3 else { return 0 }
        return (2..<values.count).map { min(values[$0], values[$0 - 1], values[$0 - 2]) }.max()!
    }

    private func fixed(_ value: Double, digits: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((value * Double(scale)).rounded())
        guard digits > 0 else { return String(scaled) }
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: digits - fraction.utf8.count)
        return "\(scaled / scale).\(zeros)\(fraction)"
    }

    private func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.utf8.count))
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.utf8.count)) + text
    }
}
