import Measures
import Sizing
import Storing
import TestSupport
import Testing

@testable import rightsize

/// From stored counters to what was observed, through a real store.
@Suite struct ObservationTests {
    private static let web = SeriesIdentity(
        kind: .service, service: ServiceID(project: "shop", service: "web"), instance: "1")

    private struct Moment {
        var seconds: Int64
        var boot = "b1"
        var uptime: Int64?
        var container = "c1"
        var started: Int64? = 0
        var values: MetricValues
    }

    private func observe(_ moments: [Moment]) throws -> ReplicaObservations {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            for moment in moments {
                let incarnation = Incarnation(
                    series: Self.web, container: ContainerID(rawValue: moment.container),
                    name: "shop-web-1", startedAt: moment.started.map(Timestamp.init(seconds:)))
                try store.append(
                    Tick(
                        time: Timestamp(seconds: 1_000_000 + moment.seconds),
                        boot: BootID(rawValue: moment.boot),
                        uptimeMilliseconds: (moment.uptime ?? moment.seconds) * 1000,
                        host: HostCapacity(cpus: nil, memory: nil),
                        samples: [ContainerSample(incarnation: incarnation, values: moment.values)])
                )
            }
            var collector = ObservationCollector()
            try store.forEachPiece(
                of: ObservationCollector.metrics,
                in: Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max),
                ticks: { collector.add($0) }, piece: { collector.add($0) })
            let observed = collector.observations()
            return try #require(observed[Self.web])
        }
    }

    private func rates(_ moments: [Moment]) throws -> [Double] {
        try observe(moments).cpu.cores
    }

    @Test func ratesComeFromTheClockNobodySets() throws {
        #expect(
            try rates([
                Moment(seconds: 0, values: [.cpuUsage: 1_000_000]),
                Moment(seconds: 10, values: [.cpuUsage: 6_000_000]),
                // The wall clock is set back by an hour; ten seconds pass all the same.
                Moment(seconds: -3580, uptime: 20, values: [.cpuUsage: 8_000_000]),
            ]) == [0.5, 0.2])
    }

    @Test func whatStartsCountersAnewIsNeverASample() throws {
        // A decrease.
        #expect(
            try rates([
                Moment(seconds: 0, values: [.cpuUsage: 9_000_000]),
                Moment(seconds: 10, values: [.cpuUsage: 2_000_000]),
                Moment(seconds: 20, values: [.cpuUsage: 7_000_000]),
            ]) == [0.5])
        // Another container, whose counter happens to be higher.
        #expect(
            try rates([
                Moment(seconds: 0, values: [.cpuUsage: 1_000_000]),
                Moment(seconds: 10, container: "c2", values: [.cpuUsage: 9_000_000]),
                Moment(seconds: 20, container: "c2", values: [.cpuUsage: 10_000_000]),
            ]) == [0.1])
        // The same container, started again.
        #expect(
            try rates([
                Moment(seconds: 0, values: [.cpuUsage: 1_000_000]),
                Moment(seconds: 10, started: 5, values: [.cpuUsage: 9_000_000]),
            ]) == [])
        // Another boot, whose uptime happens to be higher.
        #expect(
            try rates([
                Moment(seconds: 0, values: [.cpuUsage: 1_000_000]),
                Moment(seconds: 10, boot: "b2", uptime: 99, values: [.cpuUsage: 9_000_000]),
                Moment(seconds: 20, boot: "b2", uptime: 109, values: [.cpuUsage: 9_000_000]),
            ]) == [0])
    }

    @Test func missingIsNotZero() throws {
        let seen = try observe([
            Moment(seconds: 0, values: [.cpuUsage: 0, .memoryCurrent: 100]),
            Moment(seconds: 10, values: [.memoryCurrent: 100, .memoryInactiveFile: 30]),
            Moment(
                seconds: 20,
                values: [.cpuUsage: 4_000_000, .memoryCurrent: 20, .memoryInactiveFile: 30]),
        ])
        #expect(seen.cpu.cores == [0.2])
        #expect(seen.memory.workingSet == [70, 0])
        #expect(seen.cpu.throttlings.isEmpty)
        #expect(seen.cpu.countedSeconds == 0)
        #expect(seen.limits.cpu == nil)
    }

    @Test func throttlingAndLimitsAsTheyStood() throws {
        let seen = try observe([
            Moment(
                seconds: 0,
                values: [
                    .cpuUsage: 0, .cpuPeriods: 10, .cpuThrottledPeriods: 5, .cpuLimit: 500,
                    .memoryLimit: 1000,
                ]),
            Moment(
                seconds: 10,
                values: [
                    .cpuUsage: 0, .cpuPeriods: 110, .cpuThrottledPeriods: 30, .cpuLimit: 1000,
                    .memoryLimit: Limit<Bytes>.unlimited.wireValue,
                ]),
            // Idle: no period ran, so nothing is known of throttling.
            Moment(
                seconds: 20, values: [.cpuUsage: 0, .cpuPeriods: 110, .cpuThrottledPeriods: 30]),
        ])
        #expect(seen.cpu.throttlings == [.init(interval: 0, share: 0.25, limit: 1)])
        #expect(seen.cpu.countedSeconds == 10)
        #expect(seen.limits.cpu == .bounded(Cores(1)))
        #expect(seen.limits.memory == .unlimited)
    }

    struct Kills: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Kernel counter, engine flag, restart count, events; nil where not given.
        var readings:
            [(
                container: String, started: Int64, kernel: Int64?, flag: Int64?, restarts: Int64?,
                events: Int64?
            )]
        var kills: Int
        var restarts: Int
    }

    @Test(arguments: [
        Kills(
            testDescription: "killed children, seen by the kernel alone",
            readings: [
                ("c1", 0, 2, 0, 0, nil), ("c1", 0, 3, 0, 0, nil), ("c1", 0, 5, 0, 0, nil),
            ], kills: 3, restarts: 0),
        Kills(
            testDescription: "a run that began in the window starts from none",
            readings: [("c1", 1_000_000, 2, 0, 0, nil), ("c1", 1_000_000, 3, 0, 0, nil)],
            kills: 3, restarts: 0),
        Kills(
            testDescription: "a crash loop whose groups die: restarts count",
            readings: [
                ("c1", 0, 0, 0, 4, nil), ("c1", 10, 0, 1, 6, nil), ("c1", 20, 0, 1, 7, nil),
            ], kills: 3, restarts: 3),
        Kills(
            testDescription: "the same kills by kernel and engine count once",
            readings: [
                ("c1", 0, 0, 0, 0, nil), ("c1", 0, 1, 0, 0, nil), ("c1", 10, 0, 1, 1, nil),
                ("c1", 10, 1, 1, 1, nil), ("c1", 20, 0, 1, 2, nil),
            ], kills: 2, restarts: 2),
        Kills(
            testDescription: "stays dead",
            readings: [("c1", 0, 0, 0, 0, nil), ("c1", 0, nil, 1, 0, nil)], kills: 1, restarts: 0),
        Kills(
            testDescription: "heard by a loop's events",
            readings: [("c1", 0, 0, 0, 0, 2), ("c1", 0, 0, 0, 0, 1)], kills: 3, restarts: 0),
        Kills(
            testDescription: "restarts without kills",
            readings: [("c1", 0, 0, 0, 0, nil), ("c1", 9, 0, 0, 5, nil)], kills: 0, restarts: 5),
        Kills(
            testDescription: "a recreated container counts from its own start",
            readings: [
                ("c1", 0, 0, 0, 3, nil), ("c2", 9, 0, 0, 0, nil), ("c2", 12, 0, 1, 1, nil),
            ], kills: 1, restarts: 1),
    ])
    func killsAreCountedOnce(_ test: Kills) throws {
        let seen = try observe(
            test.readings.enumerated().map { index, reading in
                var values = MetricValues()
                values[.memoryOOMKills] = reading.kernel
                values[.oomKilled] = reading.flag
                values[.restarts] = reading.restarts
                values[.oomEvents] = reading.events
                return Moment(
                    seconds: Int64(index) * 10, container: reading.container,
                    started: reading.started, values: values)
            })
        #expect(seen.oomKills == test.kills)
        #expect(seen.restarts == test.restarts)
    }

    @Test func bestOfABurst() throws {
        let seen = try observe([
            Moment(seconds: 0, values: [.cpuBurstMax: 800, .memoryBurstMax: 5000]),
            Moment(seconds: 10, values: [.cpuBurstMax: 300, .memoryBurstMax: 9000]),
        ])
        #expect(seen.cpuBurstMax == Cores(0.8))
        #expect(seen.memoryBurstMax == Bytes(9000))
    }
}
