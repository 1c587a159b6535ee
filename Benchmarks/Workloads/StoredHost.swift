import Measures
import Storing

/// A host with containers of every temper: idle, busy, throttled, with growing memory.
struct StoredHost {
    static let metrics: [Metric] = [
        .cpuUsage, .cpuPeriods, .cpuThrottledPeriods, .cpuThrottledTime, .cpuLimit, .memoryCurrent,
        .memoryInactiveFile, .memoryAnon, .memoryOOMKills, .memoryLimit, .cpuPressureSome, .ioRead,
        .pids,
    ]

    private static let start: Int64 = 1_790_035_200
    private static let step: Int64 = 60

    private let incarnations: [Incarnation]

    init(containers: Int) {
        incarnations = (0..<containers).map { number in
            let digits = String(number)
            return Incarnation(
                series: SeriesIdentity(
                    kind: .service, service: ServiceID(project: "shop", service: "s\(number)"),
                    instance: "1"),
                container: ContainerID(
                    rawValue: String(repeating: "0", count: 64 - digits.utf8.count) + digits),
                name: "shop-s\(number)-1", startedAt: Timestamp(seconds: 1))
        }
    }

    /// As a sampler appends them.
    func ticks(_ count: Int) -> [Tick] {
        let columns = incarnations.indices.map { self.columns(of: $0, rows: count) }
        return (0..<count).map { row in
            let time = (Self.start + Int64(row) * Self.step) * 1000
            let samples = incarnations.indices.map { number in
                var values = MetricValues()
                for (metric, column) in zip(Self.metrics, columns[number]) {
                    values[metric] = column[row]
                }
                return ContainerSample(incarnation: incarnations[number], values: values)
            }
            return Tick(
                time: Timestamp(milliseconds: time), boot: BootID(rawValue: "workload"),
                uptimeMilliseconds: time, host: HostCapacity(cpus: Cores(2), memory: .gibibytes(4)),
                samples: samples)
        }
    }

    /// A day as an import takes it.
    struct Day {
        var times: [Int64]
        /// By container.
        var columns: [[ImportedColumn]]
    }

    func day(_ number: Int64) -> Day {
        let perDay = 86_400 / Self.step
        let rows = (0..<Int32(perDay)).map { $0 }
        return Day(
            times: (0..<perDay).map { (Self.start + (number * perDay + $0) * Self.step) * 1000 },
            columns: incarnations.indices.map { number in
                zip(Self.metrics, columns(of: number, rows: rows.count)).map {
                    ImportedColumn(metric: $0, rows: rows, values: $1)
                }
            })
    }

    func write(_ day: Day, to store: SampleStore) throws {
        let job = try StoreImport(into: store, as: BootID(rawValue: "workload"))
        let ids = try incarnations.map { try job.id(of: $0) }
        try job.append(ticks: day.times)
        try job.append(zip(ids, day.columns).map { ImportedMember(id: $0, columns: $1) })
        try job.commit()
    }

    /// A container's values, in the order of `metrics`.
    private func columns(of container: Int, rows: Int) -> [[Int64]] {
        var noise = Noise(seed: UInt64(container) + 1)
        var columns = [[Int64]](repeating: [], count: Self.metrics.count)
        let limit: Int64 = [500, 1000, 2000][container % 3]
        var usage: Int64 = 0
        var (periods, throttled, throttledTime) = (Int64(0), Int64(0), Int64(0))
        var (stalled, read) = (Int64(0), Int64(0))
        var anon: Int64 = (40 << 20) + noise.next(below: 200 << 20)
        for _ in 0..<rows {
            // A third is idle, the others are sometimes at their limit.
            let load = container % 3 == 0 ? 0.01 : noise.next() * noise.next() * 1.6
            let used = Int64(min(load, 1) * Double(limit * Self.step) * 1000)
            usage += used
            periods += Self.step * 10
            if load > 1 {
                throttled += noise.next(below: Self.step * 10)
                throttledTime += noise.next(below: Self.step * 1_000_000)
            }
            stalled += used / 50
            read += noise.next() < 0.1 ? 4096 * noise.next(below: 1000) : 0
            anon = noise.next() < 0.01 ? 40 << 20 : anon + 4096 * noise.next(below: 20)
            let cache = 4096 * (2000 + noise.next(below: 50))
            let row: [Int64] = [
                usage, periods, throttled, throttledTime, limit, anon + cache, cache, anon, 0,
                1 << 30, stalled, read, 5 + noise.next(below: 3),
            ]
            for index in row.indices { columns[index].append(row[index]) }
        }
        return columns
    }
}
