import Measures
import Sizing
import Testing

@testable import Reporting

/// Everything that is known of one service, for people and for programs.
@Suite struct ReportDetailTests {
    private static func limits(_ cpu: Double, _ mebibytes: Int64) -> ResourceLimits {
        ResourceLimits(cpu: .bounded(Cores(cpu)), memory: .bounded(.mebibytes(mebibytes)))
    }

    private static func replica(_ instance: String, _ cpu: Double, _ mebibytes: Double)
        -> ReplicaEvidence
    {
        let bytes = mebibytes * 1_048_576
        return ReplicaEvidence(
            instance: instance,
            cpu: [PeriodSummary(age: 0, sustained: cpu, mean: cpu, peak: cpu, seconds: 86_400)],
            memory: [
                PeriodSummary(age: 0, sustained: bytes, mean: bytes, peak: bytes, seconds: 86_400)
            ])
    }

    private static var evidence: ServiceEvidence {
        var parts = MemoryParts()
        parts.unreclaimableMax = .mebibytes(300)
        parts.activeCacheMax = .mebibytes(180)
        parts.refaults = 1200
        parts.stalledSeconds = 95
        var replay = Replay(limits: limits(0.5, 512))
        replay.cpu.alerts = 3
        replay.cpu.alertSeconds = 5400
        replay.cpu.secondsOverLimit = 900
        replay.cpu.periodsAboveTarget = 2
        replay.cpu.periods = 14
        replay.memory.timesOverLimit = 1
        replay.memory.periods = 14
        var own = Replay(limits: limits(0.6, 512))
        own.cpu.periods = 14
        return ServiceEvidence(
            replicas: [replica("1", 0.25, 240), replica("2", 0.5, 480)],
            cpu: CPUEvidence(
                mean: Cores(0.25), p50: Cores(0.25), p95: Cores(0.48), p99: Cores(0.5),
                max: Cores(0.55), throttledShare: 0.081, censoredShare: 0.04,
                demandMean: Cores(0.3), demandP95: Cores(0.7),
                demandMedian: CensoredMedian(value: Cores(0.28), low: Cores(0.26), high: nil),
                startUpMax: Cores(0.55)),
            memory: MemoryEvidence(
                mean: .mebibytes(400), p50: .mebibytes(400), p95: .mebibytes(450),
                p99: .mebibytes(470), max: .mebibytes(480), peak: .mebibytes(510),
                censoredShare: 0.01, parts: parts, startUpMax: .mebibytes(350)),
            oomKills: 2, restarts: 3, limits: limits(0.6, 512),
            limitChanges: [
                LimitEffect(
                    at: Timestamp(seconds: 1_794_500_000), from: limits(1, 1024),
                    to: limits(0.6, 512),
                    before: LimitEffect.Span(
                        seconds: 500_000, throttledShare: 0, cpuMax: Cores(0.7),
                        memoryMax: .mebibytes(470)),
                    after: LimitEffect.Span(
                        seconds: 500_000, throttledShare: nil, cpuMax: Cores(0.55),
                        memoryMax: .mebibytes(480), oomKills: 2))
            ],
            coverage: Coverage(
                first: Timestamp(seconds: 1_794_000_000), last: Timestamp(seconds: 1_795_000_000),
                samples: 3998, seconds: 13 * 86_400 + 21 * 3600, stepSeconds: 300, gaps: 2,
                incarnations: 4), replays: [own, replay])
    }

    private static let advice: Recommendation = {
        var advice = Recommendation(
            verdict: .raise, tier: ResourceTier.standard[1],
            need: ResourceNeed(cpu: Cores(0.71), memory: .mebibytes(960)),
            exact: ResourceNeed(cpu: Cores(0.75), memory: .mebibytes(960)),
            reservation: ResourceNeed(cpu: Cores(0.3), memory: .mebibytes(416)), confidence: 0.93,
            split: Recommendation.Split(cpu: nil, memory: ResourceTier.standard[1]),
            binding: [.cpuThrottled, .oomKilled],
            reason: "2 OOM kills at 512 MiB needs 960 MiB, small has 512 MiB",
            warnings: ["its limits were lowered and it is worse off since"])
        advice.partialNeed = nil
        return advice
    }()

    private static func report(
        _ recommendation: Recommendation = advice, _ evidence: ServiceEvidence = evidence
    ) -> Report {
        Report(
            version: "1.2.3", generatedAt: Timestamp(seconds: 1_795_000_060), source: "store.db",
            window: Report.Window(
                from: Timestamp(seconds: 1_794_000_000), to: Timestamp(seconds: 1_795_000_000),
                ticks: 3998),
            host: HostCapacity(cpus: Cores(4), memory: .gibibytes(8)), hostEvidence: nil,
            policy: SizingPolicy(), tiers: ResourceTier.standard, tiersSource: nil,
            services: [
                ServiceReport(
                    id: ServiceID(project: "shop", service: "web"), kind: .service,
                    evidence: evidence, limits: evidence.limits, tier: nil,
                    recommendation: recommendation)
            ])
    }

    @Test func everyLine() {
        #expect(
            Self.report().details(TableStyle(width: 80, colour: false, unicode: true)) == """
                shop/web ×2: raise, own limits → medium
                  because       2 OOM kills at 512 MiB needs 960 MiB, small has 512 MiB
                  limits now    0.6 CPU, 512 MiB
                  needs         0.71 CPU, 960 MiB; round: 0.75 CPU, 960 MiB
                  reserve       0.3 CPU, 416 MiB: what it steadily uses
                  room          71 % of the CPU and 94 % of the memory of medium are needed, margin included
                  confidence    medium in 93 % of the histories drawn anew from the same days
                  split         CPU alone wants more than any tier, memory alone medium: a tier of its own (0.75 CPU, 960 MiB) would save 0.25 CPU, 64 MiB a container
                  note          its limits were lowered and it is worse off since
                  CPU           mean 0.25  p50 0.25  p95 0.48  p99 0.5  max 0.55 cores; p95 is 80 % of the limit
                  throttled     8.1 % of periods
                  hidden        demand known only from below in 4 % of the time; median 0.28 cores (Kaplan-Meier, 0.26 to ?)
                  working set   mean 400 MiB  p95 450 MiB  max 480 MiB; max is 94 % of the limit; peak with page cache 510 MiB
                  made of       300 MiB that cannot be dropped, 180 MiB cache in use; 1200 cache pages were read again; stalled for memory 1 min 35 s
                  start-up      up to 0.55 cores and 350 MiB in the first minutes
                  replicas      worst 10 minutes 0.25 to 0.5 cores, largest working set 240 MiB to 480 MiB; sized by the worst
                  OOM kills     2; restarts 3
                  evidence      3998 samples every 5 min, 2 gaps: 13 d 21 h seen, 2026-11-06 21:20Z to 2026-11-18 11:06Z
                  changed       2026-11-12 16:13Z from 1 CPU, 1 GiB to 0.6 CPU, 512 MiB; before: throttled 0 %, CPU up to 0.7, memory up to 470 MiB, 0 OOM kills; after: CPU up to 0.55, memory up to 480 MiB, 2 OOM kills
                  What this history would have done on other limits (replayed):
                    on             alerts  alert time   throttled  days ≥ 70 %   OOM
                    as it is            -           -           -      0 of 14     -
                    small               3  1 h 30 min      15 min      2 of 14     1

                """)
    }

    @Test func everyLineInASCII() {
        let text = Self.report().details(TableStyle(width: 80, colour: false, unicode: false))
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        #expect(text.contains("days >= 70 %"))
    }

    /// What is not known has no line.
    @Test func whatIsNotKnown() {
        var evidence = Self.evidence
        (evidence.cpu, evidence.memory) = (nil, nil)
        (evidence.replicas, evidence.replays, evidence.limitChanges) = ([], [], [])
        evidence.limits = ResourceLimits(cpu: nil, memory: .unlimited)
        evidence.coverage.stepSeconds = nil
        evidence.coverage.gaps = 0
        let advice = Recommendation(
            verdict: .wait, tier: nil, need: nil, binding: [], reason: "no sample in the window")
        #expect(
            Self.report(advice, evidence).details(
                TableStyle(width: 80, colour: false, unicode: true)) == """
                    shop/web: wait, keep own limits
                      because       no sample in the window
                      limits now    CPU limit unknown, no memory limit
                      OOM kills     2; restarts 3
                      evidence      3998 samples: 13 d 21 h seen, 2026-11-06 21:20Z to 2026-11-18 11:06Z

                    """)
    }

    @Test func aLineAService() {
        var report = Self.report()
        let web = report.services[0]
        func add(_ name: String, _ change: (inout Recommendation) -> Void) {
            var service = web
            service.id.service = name
            change(&service.recommendation)
            report.services.append(service)
        }
        add("big") {
            ($0.verdict, $0.tier, $0.confidence) = (.noTierFits, nil, nil)
            $0.need?.cpu = Cores(12)
        }
        add("new") {
            ($0.verdict, $0.tier, $0.need, $0.confidence) = (.wait, nil, nil, nil)
            $0.partialNeed = Recommendation.PartialNeed(cpu: Cores(0.2), memory: nil)
        }
        #expect(
            report.recommendationTable(TableStyle(width: 80, colour: false, unicode: true)) == """
                SERVICE    CPU   MEMORY  TIER       SURE  VERDICT
                shop/web  0.71  960 MiB  medium     93 %  raise
                shop/big    12  960 MiB  none fits        no tier fits
                shop/new   0.2                            wait

                """)
    }

    /// What a program reads of a recommendation.
    @Test func recommendationsForPrograms() throws {
        let text = try Self.report().recommendationsJSON()
        for part in [
            #""project" : "shop""#, #""service" : "web""#, #""cpu_limit_cores" : 0.71"#,
            #""memory_limit_bytes" : 1006632960"#, #""tier" : "medium""#, #""verdict" : "raise""#,
            #""confidence" : 0.93"#, #""throttled_ratio" : 0.081"#, #""oom_kills" : 2"#,
        ] {
            #expect(text.contains(part), "\(part)")
        }
        var none = Self.advice
        (none.verdict, none.tier) = (.noTierFits, nil)
        #expect(try Self.report(none).recommendationsJSON().contains(#""tier" : "none""#))
    }
}
