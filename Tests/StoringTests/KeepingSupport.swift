import Measures

@testable import Storing

/// Ticks of some containers at even distances, with known values: container k's counter grows by k times a
/// millisecond of CPU a second, its memory is k times 10 MiB and a little more each tick.
func evenTicks(
    _ count: Int, everySeconds step: Int64 = 60, from start: Int64 = 1_700_000_000,
    boot: String = "b1", containers: Int = 3, first: Int = 0
) -> [Tick] {
    (first..<(first + count)).map { number in
        let seconds = Int64(number) * step
        return Tick(
            time: Timestamp(seconds: start + seconds), boot: BootID(rawValue: boot),
            uptimeMilliseconds: 1000 * (100 + seconds),
            host: HostCapacity(cpus: Cores(4), memory: .gibibytes(8)),
            samples: (1...containers).map { container in
                let id = Int64(container)
                return ContainerSample(
                    incarnation: evenIncarnation(container),
                    values: [
                        .cpuUsage: 7 + id * 1000 * seconds,
                        .memoryCurrent: id * 10_485_760 + 4096 * Int64(number % 7),
                        .memoryInactiveFile: 4096 * Int64(number % 7),
                        .memoryOOMKills: Int64(number / 500),
                        .cpuLimit: Limit<Cores>.unlimited.wireValue,
                    ])
            })
    }
}

func evenIncarnation(_ container: Int) -> Incarnation {
    Incarnation(
        series: SeriesIdentity(
            kind: .service, service: ServiceID(project: "shop", service: "s\(container)"),
            instance: "1"),
        container: ContainerID(rawValue: "c\(container)"), name: "shop-s\(container)-1",
        image: "web:1", startedAt: Timestamp(seconds: 1_600_000_000))
}

extension SampleStore {
    /// Everything it gives back.
    func everything() throws(StoreError) -> [String] {
        flattened(try history(of: Set(Metric.allCases), in: allTime))
    }
}

func execute(_ sql: String, _ path: String) throws {
    let database = try SQLiteDatabase(path: path, mode: .readWriteCreate)
    try database.execute(sql, while: "testing")
}
