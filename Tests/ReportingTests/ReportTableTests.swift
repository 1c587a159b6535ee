import Measures
import Sizing
import Testing

@testable import Reporting

@Suite struct ReportTableTests {
    private static let day = 86_400.0

    private static func service(
        _ name: String, project: String? = "shop", replicas: Int = 1, tier: String?,
        limits: (cpu: Double, mebibytes: Int64)?, cpu: Double?, memory: Int64?,
        throttled: Double? = nil, oomKills: Int = 0, _ recommendation: Recommendation
    ) -> ServiceReport {
        let limits = limits.map {
            ResourceLimits(
                cpu: .bounded(Cores($0.cpu)), memory: .bounded(.mebibytes($0.mebibytes)))
        }
        return ServiceReport(
            id: ServiceID(project: project, service: name), kind: .service,
            evidence: ServiceEvidence(
                replicas: (1...replicas).map { number in
                    ReplicaEvidence(
                        instance: "\(number)", cpu: days(cpu.map { $0 / Double(number) }),
                        memory: days(memory.map { Double($0 << 20) / Double(number) }))
                },
                cpu: cpu.map {
                    CPUEvidence(
                        mean: Cores($0 / 2), p50: Cores($0 / 2), p95: Cores($0), p99: Cores($0),
                        max: Cores($0 * 1.5), throttledShare: throttled,
                        demandMean: Cores($0 / 2), demandP95: Cores($0))
                },
                memory: memory.map {
                    let size = Bytes.mebibytes($0)
                    return MemoryEvidence(
                        mean: size, p50: size, p95: size, p99: size, max: size,
                        peak: .mebibytes($0 * 2))
                },
                oomKills: oomKills, restarts: oomKills,
                limits: limits ?? ResourceLimits(cpu: nil, memory: nil),
                coverage: Coverage(
                    first: Timestamp(seconds: 1_794_000_000),
                    last: Timestamp(seconds: 1_795_000_000),
                    samples: 3998, seconds: 13 * day + 21 * 3600, stepSeconds: 300, gaps: 1)),
            limits: limits ?? ResourceLimits(cpu: .unlimited, memory: .unlimited), tier: tier,
            recommendation: recommendation)
    }

    /// A day of even use, or none.
    private static func days(_ value: Double?) -> [PeriodSummary] {
        value.map {
            [PeriodSummary(age: 0, sustained: $0, mean: $0, peak: $0, seconds: day)]
        } ?? []
    }

    private static func advice(
        _ verdict: Verdict, _ tier: Int? = nil, _ binding: [Constraint] = [], _ reason: String = ""
    ) -> Recommendation {
        Recommendation(
            verdict: verdict, tier: tier.map { ResourceTier.standard[$0] },
            need: ResourceNeed(cpu: Cores(0.7), memory: .mebibytes(700)), binding: binding,
            reason: reason)
    }

    private static func report(_ services: [ServiceReport]) -> Report {
        Report(
            version: "1.2.3", generatedAt: Timestamp(seconds: 1_795_000_060), source: "store.db",
            window: Report.Window(
                from: Timestamp(seconds: 1_794_000_000), to: Timestamp(seconds: 1_795_000_000),
                ticks: 3998),
            host: HostCapacity(cpus: Cores(4), memory: .gibibytes(8)), hostEvidence: nil,
            policy: SizingPolicy(), tiers: ResourceTier.standard, tiersSource: "compose.yml",
            services: services)
    }

    private static let estate = report([
        service(
            "payments", replicas: 2, tier: "small", limits: (0.5, 512), cpu: 0.5, memory: 480,
            throttled: 0.081, oomKills: 2, advice(.raise, 1, [.cpuThrottled, .oomKilled])),
        service(
            "search", tier: nil, limits: (3, 4096), cpu: 2.4, memory: 3000,
            advice(.noTierFits, nil, [.cpuSustained], "larger than large: needs 3.43 CPU, 3.66 GiB")
        ),
        service(
            "cron", tier: nil, limits: nil, cpu: 0.1, memory: 100,
            advice(.assign, 0, [.smallestTier])),
        service(
            "a-service-with-a-very-long-name", tier: "large", limits: (2, 2048), cpu: 0.02,
            memory: 90, advice(.lower, 0, [.smallestTier])),
        service(
            "new", tier: "medium", limits: (1, 1024), cpu: 0.1, memory: 100,
            advice(.wait, nil, [], "10 h of 1 d seen")),
        service(
            "gone", tier: "medium", limits: (1, 1024), cpu: nil, memory: nil,
            advice(.wait, nil, [], "no sample in the window")),
        service(
            "web", tier: "medium", limits: (1, 1024), cpu: 0.6, memory: 600,
            advice(.keep, 1, [.memoryMean])),
        service(
            "lab", tier: "large", limits: (2, 2048), cpu: 0.1, memory: 60,
            advice(.ignore, nil, [], "load test")),
    ])

    @Test func eightyColumnsInUnicode() {
        let text = Self.estate.table(TableStyle(width: 80, colour: false, unicode: true))
        #expect(
            text == """
                rightsize 1.2.3 · shop · 8 services · 11 d 13 h to 2026-11-18 11:06Z

                2 services at risk; 1 holds 1.5 CPU and 1.5 GiB without use.

                   SERVICE          TIER  CPU P95       MEM MAX       THROT OOM BOUND BY
                ── Raise: at risk now (1) ──────────────────────────────────────────────────────
                 ▲ payments ×2      S → M ━━━━━┿━━ 100% ━━━━━┿━━  94%  8.1%   2 throttled + OOM…
                ── No tier fits: needs a person (1) ────────────────────────────────────────────
                 ✖ search           - → ! ━━━━━┿──  80% ━━━━━┿──  73%           CPU 10 min
                ── Set a limit: runs without one (1) ───────────────────────────────────────────
                 ◆ cron             - → S           0.1       100 MiB           smallest tier
                ── Lower: pays for idle limits (1) ─────────────────────────────────────────────
                 ▼ a-service-with-… L → S ─────┼──   1% ─────┼──   4%           smallest tier
                ── Wait: not enough evidence (2) ───────────────────────────────────────────────
                 ◌ new              M     ━────┼──  10% ━────┼──  10%           10 h of 1 d seen
                 ◌ gone             M                                           no sample in th…
                ── Keep: right size (1) ────────────────────────────────────────────────────────
                 ● web              M     ━━━━━┼──  60% ━━━━━┼──  59%           mem mean
                ── Left alone (1) ──────────────────────────────────────────────────────────────
                 ○ lab              L     ─────┼──   5% ─────┼──   3%           load test
                ────────────────────────────────────────────────────────────────────────────────
                 Bars: share of the limit now (CPU p95, largest working set); the tick is 70 %.
                 Raising 1 service takes 1 CPU and 1 GiB more.
                 All limits together: 11 → 11 of 4 cores (2.8 times),
                                      12 GiB → 12 GiB of 8 GiB (1.5 times).
                 Next: rightsize patch COMPOSE-FILE   or   rightsize explain SERVICE

                """)
    }

    @Test func asciiHasNoOtherCharacters() {
        let style = TableStyle(width: 80, colour: false, unicode: false)
        for text in [Self.estate.table(style), Self.estate.details(style)] {
            #expect(text.utf8.allSatisfy { $0 < 0x80 })
        }
        #expect(
            Self.estate.table(style).contains(
                " ^ payments x2     S -> M =====|== 100% =====|==  94%  8.1%   2 throttled + O"))
    }

    @Test(arguments: [0, 40, 80, 81, 93, 100, 120, 137, 150, 200, 500])
    func noLineIsWiderThanTheTerminal(width: Int) {
        for unicode in [true, false] {
            let text = Self.estate.table(TableStyle(width: width, colour: false, unicode: unicode))
            for line in text.split(separator: "\n") { #expect(line.count <= max(80, width)) }
        }
    }

    /// Colour repeats what glyph and heading say, and nothing else changes.
    @Test func colourOnlyAddsEscapes() {
        let plain = Self.estate.table(TableStyle(width: 100, colour: false, unicode: true))
        let painted = Self.estate.table(TableStyle(width: 100, colour: true, unicode: true))
        #expect(painted.contains("\u{1b}[31m▲\u{1b}[0m"))
        var stripped = ""
        var inEscape = false
        for character in painted {
            if character == "\u{1b}" { inEscape = true }
            if !inEscape { stripped.append(character) }
            if character == "m", inEscape { inEscape = false }
        }
        #expect(stripped == plain)
    }

    @Test func aWideTerminalShowsEveryNumber() {
        let text = Self.estate.table(TableStyle(width: 200, colour: false, unicode: true))
        let row = text.split(separator: "\n").first { $0.contains("payments") }.map(String.init)
        #expect(
            row == " ▲ payments ×2                     S → M ━━━━━┿━━ 100%  0.25   0.5   0.5  0.75 "
                + "/0.5  ━━━━━┿━━  94%  480M  480M /512M   8.1%   2 13d21h   throttled + OOM kill")
    }

    /// A number that is cut is another number.
    @Test(arguments: [
        (0.25, 1280, "/0.25", "/1.25G"), (0.333, 96, "/0.33", "/96M"),
        (12.5, 100, "/12.5", "/100M"),
    ])
    func limitsAreNeverCut(cpu: Double, mebibytes: Int64, cpuText: String, memoryText: String) {
        let report = Self.report([
            Self.service(
                "web", tier: nil, limits: (cpu, mebibytes), cpu: 0.1, memory: 60,
                Self.advice(.keep, 0, [.smallestTier]))
        ])
        let text = report.table(TableStyle(width: 200, colour: false, unicode: true))
        #expect(text.contains(" \(cpuText) "))
        #expect(text.contains(" \(memoryText) "))
    }

    @Test func nothingAtAll() {
        let text = Self.report([]).table(TableStyle(width: 80, colour: false, unicode: true))
        #expect(text.contains("0 services"))
        #expect(text.contains("Nothing to change."))
    }

    @Test func tiersWithTheSameInitialKeepTheirNames() {
        var report = Self.estate
        report.tiers = ["small", "standard"].map {
            ResourceTier(name: $0, cpuLimit: Cores(1), memoryLimit: .gibibytes(1))
        }
        report.services = [
            Self.service(
                "web", tier: "standard", limits: (1, 1024), cpu: 0.1, memory: 60,
                Recommendation(
                    verdict: .lower, tier: report.tiers[0], need: nil, binding: [], reason: ""))
        ]
        let text = report.table(TableStyle(width: 80, colour: false, unicode: true))
        #expect(text.contains("standard → small"))
    }

    @Test func projectsAreToldApart() {
        var report = Self.estate
        report.services.append(
            Self.service(
                "web", project: "blog", tier: "small", limits: (0.5, 512), cpu: 0.1, memory: 60,
                Self.advice(.keep, 0, [.smallestTier])))
        let text = report.table(TableStyle(width: 120, colour: false, unicode: true))
        #expect(text.contains("2 projects"))
        #expect(text.contains("shop/web"))
        #expect(text.contains("blog/web"))
    }

    @Test func everythingOfOneService() {
        var report = Self.estate
        report.services = [report.services[0]]
        report.services[0].recommendation.reason =
            "10-minute CPU of the worst day 0.5 needs 0.71 CPU, small has 0.5"
        #expect(
            report.details(TableStyle(width: 80, colour: false, unicode: true)) == """
                shop/payments ×2: raise, small → medium
                  because       10-minute CPU of the worst day 0.5 needs 0.71 CPU, small has 0.5
                  limits now    0.5 CPU, 512 MiB (small)
                  needs         0.7 CPU, 700 MiB
                  room          70 % of the CPU and 68 % of the memory of medium are needed, margin included
                  CPU           mean 0.25  p50 0.25  p95 0.5  p99 0.5  max 0.75 cores; p95 is 100 % of the limit
                  throttled     8.1 % of periods
                  working set   mean 480 MiB  p95 480 MiB  max 480 MiB; max is 94 % of the limit; peak with page cache 960 MiB
                  replicas      worst 10 minutes 0.25 to 0.5 cores, largest working set 240 MiB to 480 MiB; sized by the worst
                  OOM kills     2; restarts 2
                  evidence      3998 samples every 5 min, 1 gap: 13 d 21 h seen, 2026-11-06 21:20Z to 2026-11-18 11:06Z

                """)
    }

    @Test func changesOfLimitsCountReplicas() {
        let change = Self.estate.limitChange(of: .raise)
        #expect(change.services == 1)
        #expect(change.cpu == Cores(1))
        #expect(change.memory == .gibibytes(1))
    }
}
