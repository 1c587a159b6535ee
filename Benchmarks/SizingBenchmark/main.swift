// A store of many services, for `rightsize recommend` to be measured on (../sizing.sh).
//
//     SizingBenchmark SERVICES DAYS SECONDS STORE
//
// Writes DAYS days of SERVICES made-up services, a sample every SECONDS: CPU time with a daily wave, noise
// and bursts, some of it throttled; memory that grows and is collected; limits. The same arguments make the
// same values.

import Glibc
import Measures
import Storing

func fail(_ text: String) -> Never {
    print("SizingBenchmark: \(text)")
    exit(2)
}

let arguments = CommandLine.arguments
guard arguments.count == 5, let services = Int(arguments[1]), services > 0,
    let days = Int(arguments[2]), days > 0, let step = Int(arguments[3]), step > 0,
    86_400 % step == 0
else { fail("usage: SizingBenchmark SERVICES DAYS SECONDS STORE") }

/// Evenly distributed numbers (Steele, Lea, Flood, "SplitMix", 2014).
struct Noise {
    var state: UInt64

    mutating func next() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
    }
}

/// A service under way.
struct Service {
    var noise: Noise
    let base: Double
    let limit: Double
    let memoryBase: Double
    let memoryLimit: Int64
    var usage: Int64 = 0
    var periods: Int64 = 0
    var throttled: Int64 = 0
    var grown = 0.0
    var burstLeft = 0

    init(_ number: Int) {
        noise = Noise(state: UInt64(number) &* 0x1234_5678_9ABC_DEF1)
        base = 0.01 + 0.8 * noise.next() * noise.next()
        limit = [0.5, 1, 2][number % 3]
        memoryBase = 5e7 + 8e8 * noise.next() * noise.next()
        memoryLimit = [512, 1024, 2048][number % 3] << 20
    }

    mutating func columns(_ times: [Int64], _ step: Int) -> [ImportedColumn] {
        var columns = [
            (Metric.cpuUsage, [Int64]()), (.cpuPeriods, []), (.cpuThrottledPeriods, []),
            (.cpuLimit, []), (.memoryCurrent, []), (.memoryInactiveFile, []), (.memoryLimit, []),
            (.memoryOOMKills, []),
        ]
        for time in times {
            let hour = Double(time / 1000 % 86_400) / 3600
            if burstLeft == 0, noise.next() < 0.0005 { burstLeft = 1 + Int(20 * noise.next()) }
            burstLeft = max(0, burstLeft - 1)
            let wave = 1 + 0.6 * sin((hour - 9) / 24 * 2 * .pi)
            let wanted = base * wave * (0.8 + 0.4 * noise.next()) * (burstLeft > 0 ? 3 : 1)
            usage += Int64(min(wanted, limit) * Double(step) * 1e6)
            periods += Int64(step * 10)
            throttled += wanted > limit ? Int64(step * 10) / 3 : 0
            grown = noise.next() < 0.002 ? 0 : grown + 3e4 * noise.next()
            let held = min(memoryBase + grown, Double(memoryLimit) * 0.9)
            let cache = 2e7 + 1e6 * (noise.next() * 8).rounded()
            let values: [Int64] = [
                usage, periods, throttled, Int64(limit * 1000), Int64((held + cache) / 4096) * 4096,
                Int64(cache / 4096) * 4096, memoryLimit, 0,
            ]
            for index in values.indices { columns[index].1.append(values[index]) }
        }
        let rows = times.indices.map { Int32($0) }
        return columns.map { ImportedColumn(metric: $0.0, rows: rows, values: $0.1) }
    }
}

do {
    let store = try SampleStore(path: arguments[4], access: .readWrite)
    let job = try StoreImport(into: store, as: BootID(rawValue: "benchmark"))
    var made = (0..<services).map { Service($0) }
    var ids: [Int64] = []
    for number in 0..<services {
        ids.append(
            try job.id(
                of: Incarnation(
                    series: SeriesIdentity(
                        kind: .service, service: ServiceID(project: "bench", service: "s\(number)"),
                        instance: "1"),
                    container: ContainerID(rawValue: "\(number)"), name: "s\(number)",
                    startedAt: nil)))
    }
    let perDay = 86_400 / step
    for day in 0..<days {
        let start = (1_790_000_000 / 86_400 + day) * 86_400
        let times = (1...perDay).map { Int64(start + $0 * step) * 1000 }
        for part in stride(from: 0, to: times.count, by: StoreImport.ticksMax) {
            let some = Array(times[part..<min(part + StoreImport.ticksMax, times.count)])
            try job.append(ticks: some)
            for first in stride(from: 0, to: services, by: StoreImport.membersMax) {
                let members = (first..<min(first + StoreImport.membersMax, services)).map {
                    ImportedMember(id: ids[$0], columns: made[$0].columns(some, step))
                }
                try job.append(members)
            }
        }
    }
    try job.commit()
} catch {
    fail("\(error)")
}
