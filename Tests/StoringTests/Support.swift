import Measures
import TestSupport

@testable import Storing

/// A host whose containers come, go, restart and lack metrics at random.
struct RandomHost {
    private var random: SeededGenerator
    private var time = Timestamp(seconds: 1_700_000_000)
    private var uptime: Int64 = 1_000_000
    private var boot = 0
    private var counters: [String: Int64] = [:]

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func ticks(_ count: Int) -> [Tick] { (0..<count).map { _ in tick() } }

    private mutating func tick() -> Tick {
        switch Int.random(in: 0..<40, using: &random) {
        case 0:  // The wall clock is set back.
            time = time.advanced(byMilliseconds: -Int64.random(in: 1...90_000, using: &random))
        case 1:  // The host boots.
            boot += 1
            uptime = Int64.random(in: 1...9000, using: &random)
            counters.removeAll()
        default: break
        }
        let step = Int64.random(in: 900...61_000, using: &random)
        time = time.advanced(byMilliseconds: step)
        uptime += step
        var samples: [ContainerSample] = []
        for number in 0..<5 where Int.random(in: 0..<6, using: &random) > 0 {
            samples.append(sample(number))
        }
        return Tick(
            time: time, boot: BootID(rawValue: "boot-\(boot)"), uptimeMilliseconds: uptime,
            host: HostCapacity(
                cpus: boot % 2 == 0 ? Cores(4) : nil, memory: boot % 3 == 0 ? .gibibytes(8) : nil),
            samples: samples)
    }

    private mutating func sample(_ number: Int) -> ContainerSample {
        let generation = uptime / 400_000
        let id = "\(number)-\(boot)-\(generation)"
        counters[id, default: 0] += Int64.random(in: 0...60_000_000, using: &random)
        var values = MetricValues()
        values[.cpuUsage] = counters[id]
        values[.memoryCurrent] = 4096 * Int64.random(in: 0...500_000, using: &random)
        values[.cpuLimit] = number == 0 ? Limit<Cores>.unlimited.wireValue : 500
        if Int.random(in: 0..<4, using: &random) == 0 {
            values[.memoryOOMKills] = Int64.random(in: .min ... .max, using: &random)
        }
        return ContainerSample(
            incarnation: Incarnation(
                series: SeriesIdentity(
                    kind: number == 4 ? .cgroup : .service,
                    service: ServiceID(project: number == 4 ? nil : "shop", service: "s\(number)"),
                    instance: "1"),
                container: ContainerID(rawValue: id), name: "shop-s\(number)-1",
                startedAt: number == 3 ? nil : Timestamp(seconds: generation)),
            values: values)
    }
}

/// What a store must give back for `ticks`: every value under its incarnation and tick.
func flattened(_ ticks: [Tick]) -> [String] {
    ticks.flatMap { tick in
        tick.samples.map { sample in
            line(tick.time, tick.uptimeMilliseconds, tick.host, sample.incarnation, sample.values)
        }
    }.sorted()
}

func flattened(_ history: History) -> [String] {
    var lines: [String] = []
    for run in history.incarnations {
        for (index, row) in run.rows.enumerated() {
            var values = MetricValues()
            for (metric, column) in run.columns { values[metric] = column[index] }
            let tick = history.ticks[row]
            lines.append(
                line(tick.time, tick.uptimeMilliseconds, tick.host, run.incarnation, values))
        }
    }
    return lines.sorted()
}

private func line(
    _ time: Timestamp, _ uptime: Int64, _ host: HostCapacity, _ run: Incarnation,
    _ values: MetricValues
) -> String {
    "\(time.rawValue) \(uptime) \(host.cpus?.millicores ?? -1) \(host.memory?.rawValue ?? -1) "
        + "\(run.series.service) \(run.series.kind) \(run.container.rawValue) "
        + "\(run.startedAt?.rawValue ?? -1) \(values)"
}

let allTime = Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max)
