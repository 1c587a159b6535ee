import Measures
import TestSupport
import Testing

@testable import Sampling

/// What is kept of an earlier reading, and what is read whatever was.
@Suite struct EarlierReadingTests {
    /// What kept values hang on.
    private struct Facts {
        var hasRun: Bool
        var quiet: HostQuiet
        var isUnlimited: Bool
        var isLoop: Bool

        static let all: [Facts] = (0..<64 as Range<UInt8>).map { bits in
            let quiet = HostQuiet(rawValue: (bits >> 1) & 7)
            return Facts(
                hasRun: bits & 1 != 0, quiet: quiet, isUnlimited: bits & 16 != 0,
                isLoop: bits & 32 != 0)
        }
    }

    @Test func keptOnV1() throws {
        for facts in Facts.all {
            var kept: Set<Metric> = []
            if !facts.hasRun { kept.formUnion([.memoryPeak, .ioRead, .ioWrite]) }
            if facts.isUnlimited {
                kept.formUnion([.cpuPeriods, .cpuThrottledPeriods, .cpuThrottledTime])
            }
            try check(facts, kept, Self.v1)
        }
    }

    @Test func keptOnV2() throws {
        for facts in Facts.all {
            var kept: Set<Metric> = []
            if !facts.hasRun { kept.insert(.memoryPeak) }
            if facts.isUnlimited { kept.insert(.cpuThrottledTimeLocal) }
            try check(facts, kept, Self.v2)
        }
    }

    /// Every file but that of CPU time says something else at the second reading.
    private func check(
        _ facts: Facts, _ keptBesides: Set<Metric>, _ files: (Int, Facts) -> [String: String]
    ) throws {
        var kept = keptBesides
        if facts.quiet.contains(.memoryPressure) {
            kept.formUnion([.memoryPressureSome, .memoryPressureFull])
        }
        if facts.quiet.contains(.ioPressure) {
            kept.formUnion([.ioPressureSome, .ioPressureFull])
        }
        if facts.quiet.contains(.oomKills) { kept.insert(.memoryOOMKills) }

        let tree = try Tree(files(1, facts))
        let reader = CgroupReader(host: tree.host)
        let before = reader.read(tree.paths)
        if facts.isLoop {
            reader.finishTick()
            _ = reader.read(tree.paths)
            reader.finishTick()
        }
        try tree.write(files(2, facts))
        let values = reader.read(
            tree.paths, after: EarlierReading(values: before, host: facts.quiet))
        var expected = CgroupReader(host: tree.host).read(tree.paths)
        for metric in kept { expected[metric] = before[metric] }
        #expect(kept.isSubset(of: EarlierReadings.metrics))
        #expect(values == expected, "\(facts)")
        // Nothing is kept that was not read.
        let without = reader.read(
            tree.paths, after: EarlierReading(values: MetricValues(), host: facts.quiet))
        #expect(without == CgroupReader(host: tree.host).read(tree.paths), "\(facts)")
    }

    /// What others put into a group that rests.
    @Test func thePeakIsNeverBelowWhatThereIs() throws {
        let facts = Facts(hasRun: false, quiet: [], isUnlimited: true, isLoop: false)
        let tree = try Tree(Self.v2(1, facts))
        let reader = CgroupReader(host: tree.host)
        let before = reader.read(tree.paths)
        try tree.write(["v2/memory.current": "999000"])
        let values = reader.read(tree.paths, after: EarlierReading(values: before, host: []))
        #expect(values[.memoryPeak] == 999_000)
    }

    /// `memory.stat` of v1 tells the least limit of the group and those above it.
    @Test(
        arguments: [
            // (own limit, the least, the limit before, what is stored)
            (5000, 9_223_372_036_854_771_712, nil, .max),
            (5000, 5000, nil, 5000),
            (6000, 5000, nil, 6000),
            (6000, 5000, 6000, 6000),
            (6000, 5000, 5000, 5000),
            (5000, nil, 5000, 5000),
            (7000, nil, .max, 7000),
        ] as [(Int64, Int64?, Int64?, Int64)])
    func limitOnV1(own: Int64, least: Int64?, before: Int64?, stored: Int64) throws {
        let stat = least.map { "hierarchical_memory_limit \($0)\n" } ?? "cache 0\n"
        let tree = try Tree([
            "v1/memory.limit_in_bytes": "\(own)", "v1/memory.stat": stat + "total_rss 7",
        ])
        var values = MetricValues()
        values[.memoryLimit] = before
        let earlier = before == nil ? nil : EarlierReading(values: values, host: [])
        let read = CgroupReader(host: tree.host).read(tree.paths, after: earlier)
        #expect(read == [.memoryLimit: stored, .memoryAnon: 7])
    }

    @Test(
        arguments: [
            ([:], [:], []),
            ([.memoryOOMKills: 1], [.memoryOOMKills: 1], [.oomKills]),
            ([.memoryOOMKills: 1], [.memoryOOMKills: 2], []),
            ([:], [.memoryOOMKills: 0], []),
            ([.memoryPressureSome: 1], [.memoryPressureSome: 1], []),
            (
                [.memoryPressureSome: 1, .memoryPressureFull: 0],
                [.memoryPressureSome: 1, .memoryPressureFull: 0], [.memoryPressure]
            ),
            (
                [.ioPressureSome: 3, .ioPressureFull: 2], [.ioPressureSome: 4, .ioPressureFull: 2],
                []
            ),
            (
                [.ioPressureSome: 3, .ioPressureFull: 2], [.ioPressureSome: 3, .ioPressureFull: 2],
                [.ioPressure]
            ),
        ] as [(MetricValues, MetricValues, HostQuiet)])
    func quiet(before: MetricValues, now: MetricValues, facts: HostQuiet) {
        #expect(HostQuiet(between: before, and: now) == facts)
    }

    // MARK: By the sampler

    private static let host: [String: String] = [
        "proc/self/mountinfo": "24 23 0:21 / /v2 rw - cgroup2 cgroup2 rw",
        "proc/sys/kernel/random/boot_id": "b1", "v2/web/cgroup.procs": "1",
        "proc/vmstat": "nr_free_pages 5\noom_kill 4", "v2/web/memory.events": "oom_kill 0",
        "v2/web/cpu.stat": "usage_usec 500", "v2/web/memory.current": "60",
        "v2/web/memory.peak": "80",
    ]

    private static func values(_ sampler: Sampler) throws -> [Metric: Int64] {
        let sample = try #require(try sampler.tick().containers.first)
        let metrics: [Metric] = [.cpuUsage, .memoryPeak, .memoryOOMKills]
        return Dictionary(
            uniqueKeysWithValues: try metrics.map { ($0, try #require(sample.values[$0])) })
    }

    @Test func aSamplerGoesOnFromItsLastTick() throws {
        let tree = try Tree(Self.host)
        let sampler = Sampler(host: tree.host, engine: .none)
        #expect(
            try Self.values(sampler) == [.cpuUsage: 500, .memoryPeak: 80, .memoryOOMKills: 0])
        try tree.write(["v2/web/memory.peak": "90", "v2/web/memory.events": "oom_kill 1"])
        #expect(
            try Self.values(sampler) == [.cpuUsage: 500, .memoryPeak: 80, .memoryOOMKills: 0])
        try tree.write(["proc/vmstat": "nr_free_pages 5\noom_kill 5"])
        #expect(
            try Self.values(sampler) == [.cpuUsage: 500, .memoryPeak: 80, .memoryOOMKills: 1])
        try tree.write(["v2/web/cpu.stat": "usage_usec 501"])
        #expect(
            try Self.values(sampler) == [.cpuUsage: 501, .memoryPeak: 90, .memoryOOMKills: 1])
    }

    @Test(arguments: [("b1", 80), ("b2", 90)])
    func aSamplerGoesOnFromAnothersTickOfThisBoot(boot: String, peak: Int64) throws {
        let tree = try Tree(Self.host)
        let first = try Sampler(host: tree.host, engine: .none).tick().tick
        var earlier = EarlierReadings(boot: BootID(rawValue: boot), count: 2)
        for sample in first.samples.reversed() {
            earlier.append(sample.incarnation.container, startedAt: nil, sample.values)
        }
        try tree.write(["v2/web/memory.peak": "90"])
        let second = Sampler(host: tree.host, engine: .none, after: earlier)
        #expect(
            try Self.values(second) == [.cpuUsage: 500, .memoryPeak: peak, .memoryOOMKills: 0])
    }

    @Test func readingsAreWhatTheyWereBefore() {
        var all = MetricValues()
        for (index, metric) in Metric.allCases.enumerated() where index % 3 != 1 {
            all[metric] = Int64(index) - 5
        }
        var readings = EarlierReadings(boot: BootID(rawValue: "b"), count: 1)
        let incarnation = Incarnation(
            series: .host, container: ContainerID(rawValue: "a"), name: "x")
        readings.append(incarnation.container, startedAt: nil, all)
        var expected = MetricValues()
        for metric in EarlierReadings.metrics { expected[metric] = all[metric] }
        #expect(readings.values(of: incarnation) == expected)
        #expect(expected.count > 5)
    }

    @Test func aRunIsToldByItsContainerAndItsStart() {
        func incarnation(_ container: String, _ start: Int64?) -> Incarnation {
            Incarnation(
                series: .host, container: ContainerID(rawValue: container), name: "x",
                startedAt: start.map(Timestamp.init(seconds:)))
        }
        var readings = EarlierReadings(boot: BootID(rawValue: "b"), count: 2)
        readings.append(ContainerID(rawValue: "a"), startedAt: Timestamp(seconds: 1), [.ioRead: 1])
        readings.append(ContainerID(rawValue: "b"), startedAt: nil, [.ioRead: 2])
        let asked: [(String, Int64?)] = [
            ("b", nil), ("a", 1), ("a", 2), ("a", nil), ("b", 1), ("c", nil), ("b", nil),
        ]
        #expect(
            asked.map { readings.values(of: incarnation($0.0, $0.1))?[.ioRead] }
                == [2, 1, nil, nil, nil, nil, 2] as [Int64?])
    }

    // MARK: Trees

    private struct Tree {
        let captured: CapturedHost
        var host: HostFiles { captured.host }
        let paths: CgroupPaths

        init(_ files: [String: String]) throws {
            captured = try CapturedHost([:])
            let hasV1 = files.keys.contains { $0.hasPrefix("v1/") }
            let v1: String? = hasV1 ? "/v1" : nil
            paths = CgroupPaths(
                cpu: v1, cpuacct: v1, memory: v1, blkio: v1, pids: v1, unified: "/v2")
            try write(files)
        }

        func write(_ files: [String: String]) throws {
            for (name, text) in files {
                try captured.directory.write("/" + name, Array((text + "\n").utf8))
            }
        }
    }

    private static func pressure(_ round: Int) -> [String: String] {
        var files: [String: String] = [:]
        for (number, kind) in ["cpu", "memory", "io"].enumerated() {
            let total = round * 100 + number
            files["v2/\(kind).pressure"] =
                "some avg10=0.00 avg60=0.00 avg300=0.00 total=\(total)\n"
                + "full avg10=0.00 avg60=0.00 avg300=0.00 total=\(total - 50)"
        }
        return files
    }

    /// Hybrid: the pressures are in the v2 tree.
    private static func v1(_ round: Int, _ facts: Facts) -> [String: String] {
        let usage = facts.hasRun ? round * 1000 : 5000
        let files = [
            // Less than a microsecond more.
            "v1/cpuacct.usage": "\(usage + round)",
            "v1/cpu.stat": "nr_periods \(round)\nnr_throttled \(round)\nthrottled_time \(round)000",
            "v1/cpu.cfs_quota_us": facts.isUnlimited ? "-1" : "50000",
            "v1/cpu.cfs_period_us": "100000",
            "v1/memory.usage_in_bytes": "\(round)000",
            "v1/memory.stat": """
            hierarchical_memory_limit \(round)00000
            total_rss \(round)
            total_inactive_file \(round)1
            """,
            "v1/memory.max_usage_in_bytes": "\(round)0000",
            "v1/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill \(round)",
            "v1/memory.limit_in_bytes": "\(round)00000",
            "v1/blkio.throttle.io_service_bytes_recursive":
                "8:0 Read \(round)\n8:0 Write \(round)\nTotal \(round)",
            "v1/pids.current": "\(round)",
        ]
        return files.merging(pressure(round)) { first, _ in first }
    }

    private static func v2(_ round: Int, _ facts: Facts) -> [String: String] {
        let usage = facts.hasRun ? round * 1000 : 5000
        let files = [
            "v2/cpu.stat": """
            usage_usec \(usage)
            nr_periods \(round)
            nr_throttled \(round)
            throttled_usec \(round)
            """,
            "v2/cpu.stat.local": "throttled_usec \(round)",
            "v2/cpu.max": facts.isUnlimited ? "max 100000" : "50000 100000",
            "v2/memory.current": "\(round)000",
            "v2/memory.stat": "anon \(round)\ninactive_file \(round)1\nshmem \(round)2",
            "v2/memory.peak": "\(round)0000",
            "v2/memory.events": "oom 0\noom_kill \(round)",
            "v2/memory.swap.current": "\(round)", "v2/memory.swap.peak": "\(round)",
            "v2/memory.max": "\(round)00000",
            "v2/io.stat": "8:0 rbytes=\(round) wbytes=\(round)", "v2/pids.current": "\(round)",
        ]
        return files.merging(pressure(round)) { first, _ in first }
    }
}
