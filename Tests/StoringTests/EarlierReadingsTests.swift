import Measures
import TestSupport
import Testing

@testable import Storing

/// What a store tells the next sampler of the last tick.
@Suite struct EarlierReadingsTests {
    private static func incarnation(_ number: Int64) -> Incarnation {
        Incarnation(
            series: SeriesIdentity(
                kind: .service, service: ServiceID(project: "shop", service: "s\(number)")),
            container: ContainerID(rawValue: "c\(number)"), name: "shop-s\(number)-1",
            startedAt: number == 3 ? nil : Timestamp(seconds: number))
    }

    private static func tick(_ second: Int64, _ numbers: [Int64]) -> Tick {
        Tick(
            time: Timestamp(seconds: 1_700_000_000 + second), boot: BootID(rawValue: "boot"),
            uptimeMilliseconds: second * 1000, host: HostCapacity(cpus: nil, memory: nil),
            samples: numbers.map { number in
                ContainerSample(
                    incarnation: incarnation(number),
                    values: [
                        .cpuUsage: number * 1000 + second, .memoryPeak: second,
                        .cpuLimit: .max,
                    ])
            })
    }

    /// The readings of containers 1 to 4.
    private static func told(_ store: SampleStore) throws -> [MetricValues?]? {
        guard var readings = try store.earlierReadings() else { return nil }
        #expect(readings.boot == BootID(rawValue: "boot"))
        return (1...4).map { readings.values(of: incarnation($0)) }
    }

    private static func values(_ tick: Tick) -> [MetricValues?] {
        (1...4).map { number in
            tick.samples.first { $0.incarnation == incarnation(number) }?.values
        }
    }

    @Test func theLastTickIsTold() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/s.db"
        let store = try SampleStore(path: path, access: .readWrite)
        #expect(try Self.told(store) == nil)
        // A key tick, rows told against it, in another order, with others.
        for (second, numbers) in [[2, 1, 3], [3, 1], [4, 3, 2, 1], [1]].enumerated() {
            let tick = Self.tick(Int64(second), numbers.map(Int64.init))
            try store.append(tick)
            #expect(try Self.told(store) == Self.values(tick))
            let other = try SampleStore(path: path, access: .readWrite)
            #expect(try Self.told(other) == Self.values(tick))
        }
        // What another process stored meanwhile.
        let last = Self.tick(9, [4])
        try SampleStore(path: path, access: .readWrite).append(last)
        #expect(try Self.told(store) == Self.values(last))
        try store.append(Self.tick(10, [4, 1]))
        #expect(try Self.told(store) == Self.values(Self.tick(10, [4, 1])))
        try store.compactEverything(withHotTail: true)
        #expect(try Self.told(store) == nil)
    }

    @Test func flooredCountersAreNotWhatWasRead() throws {
        let directory = try TemporaryDirectory()
        let store = try SampleStore(path: directory.path + "/s.db", access: .readWrite)
        var settings = try store.settings()
        settings.resolution = .millisecond
        try store.remember(settings)
        try store.append(Self.tick(1, [1]))
        #expect(try Self.told(store) == nil)
    }

    @Test(arguments: [
        "UPDATE tick SET samples = substr(samples, 1, length(samples) - 1) WHERE seq = 2",
        "UPDATE tick SET samples = x'' WHERE seq = 1", "DELETE FROM tick WHERE seq = 1",
        "DELETE FROM boot",
    ])
    func damageOnlyMeansReading(damage: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/s.db"
        let store = try SampleStore(path: path, access: .readWrite)
        for second in 1...2 { try store.append(Self.tick(Int64(second), [1])) }
        let database = try SQLiteDatabase(path: path, mode: .readWriteCreate)
        try database.execute(damage, while: "damaging")
        #expect(try Self.told(SampleStore(path: path, access: .readWrite)) == nil)
    }

    @Test func withoutARosterNothingIsTold() throws {
        let directory = try TemporaryDirectory()
        let store = try SampleStore(path: directory.path + "/s.db", access: .readWrite)
        try store.append(Self.tick(1, [1]))
        try store.dropRoster()
        #expect(try Self.told(store) == [nil, nil, nil, nil])
    }
}
