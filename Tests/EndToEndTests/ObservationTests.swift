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

    /// A container that started in the window and in this boot had its counters at zero then.
    @Test func theFirstIntervalBeginsAtTheStart() throws {
        #expect(
            try rates([
                Moment(
                    seconds: 100, started: 1_000_060, values: [.cpuUsage: 20_000_000]),
                Moment(
                    seconds: 110, started: 1_000_060, values: [.cpuUsage: 21_000_000]),
            ]) == [0.5, 0.1])
        // Started before the machine, by the clock that nobody sets: the wall clock was set.
        #expect(
            try rates([
                Moment(seconds: 100, started: 999_900, values: [.cpuUsage: 20_000_000]),
                Moment(seconds: 110, started: 999_900, values: [.cpuUsage: 21_000_000]),
            ]) == [0.1])
    }

    @Test func countersThatResetEveryMinute() throws {
        let readings: [Int64] = [9_000_000, 6_000_000, 5_000_000, 3_000_000]
        func moments(started: Int64?) -> [Moment] {
            readings.enumerated().map { index, usage in
                Moment(
                    seconds: Int64(index) * 60, started: started, values: [.cpuUsage: usage])
            }
        }
        // The kernel's never do within a run: nothing is known.
        #expect(try rates(moments(started: 0)) == [])
        // Another program's may: what a counter holds was used since it began anew.
        #expect(try rates(moments(started: nil)) == [0.1, 5.0 / 60, 0.05])
    }

    /// A rate of another program holds for the time since the one before; what is no number is skipped.
    @Test func importedRatesThatAreNoNumbers() throws {
        let seen = try observe(
            [0.1, 0.2, .nan, 0.4, .infinity, -.infinity, 0.7].enumerated().map { index, cores in
                Moment(
                    seconds: Int64(index) * 60, started: nil,
                    values: [.cpuCores: cores.storedReal, .memoryWorkingSet: -5])
            })
        #expect(seen.cpu.cores == [0.2, 0.4, 0.7])
        #expect(Array(seen.cpu.seconds) == [60, 60, 60])
        #expect(seen.memory.workingSet == Array(repeating: 0, count: 7))
        let evidence = try ServiceEvidence(of: [seen], policy: SizingPolicy())
        #expect(evidence.cpu?.max == Cores(0.7))
    }

    /// The kernel's counters win over what another program derived from them.
    @Test func importedValuesOnlyWhereTheKernelsAreAbsent() throws {
        let seen = try observe([
            Moment(
                seconds: 0,
                values: [
                    .cpuUsage: 0, .cpuCores: 9.0.storedReal, .memoryCurrent: 100,
                    .memoryInactiveFile: 30, .memoryWorkingSet: 999,
                ]),
            Moment(
                seconds: 10,
                values: [
                    .cpuUsage: 5_000_000, .cpuCores: 9.0.storedReal, .memoryCurrent: 100,
                    .memoryWorkingSet: 80,
                ]),
        ])
        #expect(seen.cpu.cores == [0.5])
        #expect(seen.memory.workingSet == [70, 80])
    }

    @Test func memoryInPartsAndAtItsLimit() throws {
        let seen = try observe([
            Moment(
                seconds: 0,
                values: [
                    .memoryCurrent: 900, .memoryInactiveFile: 100, .memoryAnon: 500,
                    .memoryShmem: 50, .memoryActiveFile: 200, .memoryLimit: 1000,
                    .memoryRefaults: 5, .memoryPressureSome: 1_000_000,
                ]),
            Moment(
                seconds: 10,
                values: [
                    .memoryCurrent: 990, .memoryInactiveFile: 0, .memoryAnon: 600,
                    .memoryShmem: 10, .memoryActiveFile: 150, .memoryLimit: 1000,
                    .memoryRefaults: 12, .memoryPressureSome: 3_500_000,
                ]),
            // Both counters start again.
            Moment(
                seconds: 20,
                values: [
                    .memoryCurrent: 980, .memoryInactiveFile: 0, .memoryAnon: 100,
                    .memoryShmem: 10, .memoryActiveFile: 150, .memoryLimit: 1000,
                    .memoryRefaults: 1, .memoryPressureSome: 0,
                ]),
        ])
        #expect(seen.memory.workingSet == [800, 990, 980])
        #expect(seen.memory.samplesAtLimit == 2)
        #expect(seen.memory.parts.unreclaimableMax == Bytes(610))
        #expect(seen.memory.parts.activeCacheMax == Bytes(200))
        #expect(seen.memory.parts.refaults == 7)
        #expect(seen.memory.parts.stalledSeconds == 2.5)
    }

    /// What is used in the first ten minutes of a run, by its labels.
    @Test func startUpIsTheFirstMinutesOfARun() throws {
        let started: Int64 = 1_000_000
        let seen = try observe(
            [(60, 6), (300, 30), (600, 60), (900, 360)].map { seconds, usage in
                Moment(
                    seconds: seconds, started: started,
                    values: [
                        .cpuUsage: usage * 1_000_000, .memoryCurrent: usage * 10,
                        .memoryInactiveFile: 0,
                    ])
            })
        #expect(seen.cpu.cores == [0.1, 0.1, 0.1, 1])
        #expect(seen.startUp == StartUpUse(cpu: Cores(0.1), memory: Bytes(600)))
        #expect(
            try observe([Moment(seconds: 60, started: 990_000, values: [.memoryCurrent: 1])])
                .startUp == nil)
    }

    @Test func limitsThatChange() throws {
        let seen = try observe([
            Moment(seconds: 0, values: [.cpuLimit: 500]),
            Moment(seconds: 10, values: [.cpuLimit: 500, .memoryLimit: 1000]),
            Moment(seconds: 20, values: [.cpuLimit: 1000, .memoryLimit: 1000]),
            Moment(seconds: 30, values: [.memoryLimit: 1000]),
        ])
        func limits(_ cpu: Double) -> ResourceLimits {
            ResourceLimits(cpu: .bounded(Cores(cpu)), memory: .bounded(Bytes(1000)))
        }
        #expect(
            seen.limitHistory == [
                LimitChange(since: Timestamp(seconds: 1_000_000), limits: limits(0.5)),
                LimitChange(since: Timestamp(seconds: 1_000_020), limits: limits(1)),
            ])
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

    /// What killed is the limit of then, whatever came after it.
    @Test func theLimitThatKilled() throws {
        let seen = try observe([
            Moment(seconds: 0, values: [.memoryLimit: 700, .memoryOOMKills: 0]),
            Moment(seconds: 10, container: "c2", values: [.memoryLimit: 500, .memoryOOMKills: 0]),
            Moment(seconds: 20, container: "c2", values: [.memoryLimit: 500, .memoryOOMKills: 2]),
            Moment(seconds: 30, container: "c3", values: [.memoryLimit: 900, .memoryOOMKills: 0]),
        ])
        #expect(seen.oomKills == 2)
        #expect(seen.killedAt == Bytes(500))
        #expect(seen.oomKillTimes == [1_000_020_000])
        let evidence = try ServiceEvidence(of: [seen], policy: SizingPolicy())
        #expect(evidence.replicas.map(\.killedAt) == [Bytes(500)])
        #expect(evidence.limits.memory == .bounded(Bytes(900)))
    }

    /// A damaged store is no reason to stop.
    @Test func memoryBeyondAnyMachine() throws {
        let seen = try observe(
            (1...3).map {
                Moment(
                    seconds: $0 * 60, started: 1_000_000,
                    values: [
                        .cpuUsage: $0, .memoryCurrent: .max, .memoryInactiveFile: 0,
                        .memoryLimit: .max - 1,
                    ])
            })
        let evidence = try ServiceEvidence(of: [seen], policy: SizingPolicy())
        #expect(evidence.memory?.max == Bytes(9_000_000_000_000_000_000))
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
