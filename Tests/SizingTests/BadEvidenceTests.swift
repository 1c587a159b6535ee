import Measures
import TestSupport
import Testing

@testable import Sizing

/// Evidence that is short, thin, torn or wrong: each has a stated outcome, and none an absurd number.
@Suite struct BadEvidenceTests {
    private static let medium = limits(1, 1024)

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var observations: ReplicaObservations
        var verdict: Verdict
        var tier: String?
        var reason: String
    }

    /// So many days of samples every five minutes.
    private static func days(
        _ cores: [Double], memory: Double = 100, limits: ResourceLimits = medium
    ) -> ReplicaObservations {
        var sketch = ObservationSketch(limits: limits)
        sketch.begin(memory: mebibytes(memory))
        for cores in cores {
            for _ in 0..<288 { sketch.step(cores, memory: mebibytes(memory)) }
        }
        return sketch.observations
    }

    private static func sketch(
        limits: ResourceLimits = medium, _ body: (inout ObservationSketch) -> Void
    ) -> ReplicaObservations {
        var sketch = ObservationSketch(limits: limits)
        sketch.begin(memory: mebibytes(100))
        body(&sketch)
        return sketch.observations
    }

    static let cases = [
        Case(
            testDescription: "one sample", observations: sketch { _ in }, verdict: .wait,
            reason: "its CPU use was never read twice"),
        Case(
            testDescription: "one interval",
            observations: sketch { $0.step(0.1, memory: mebibytes(100)) }, verdict: .wait,
            reason: "5 min of 1 d seen"),
        Case(
            testDescription: "one day", observations: days([0.1]), verdict: .keep, tier: "medium",
            reason: "small would do for the 1 d seen; lowered after 7 d at the earliest"),
        Case(
            testDescription: "only gaps: two samples, ten days apart",
            observations: sketch { $0.step(0.1, seconds: 10 * daySeconds, memory: 1) },
            verdict: .wait, reason: "its samples lie too far apart"),
        Case(
            testDescription: "only gaps: a sample a day for two weeks",
            observations: sketch {
                for _ in 0..<14 { $0.step(0.1, seconds: daySeconds, memory: 1) }
            }, verdict: .wait, reason: "its samples lie too far apart"),
        Case(
            testDescription: "only gaps: each longer than the last",
            observations: sketch {
                for hours in 3..<20 { $0.step(0.1, seconds: Double(hours) * 3600, memory: 1) }
            }, verdict: .wait, reason: "its samples lie too far apart"),
        Case(
            testDescription: "an hour between samples is thin, but no gap",
            observations: sketch {
                for _ in 0..<(14 * 24) { $0.step(0.1, seconds: 3600, memory: mebibytes(100)) }
            }, verdict: .lower, tier: "small",
            reason: "needs 0.16 CPU, 151 MiB; there is no smaller tier"),
        Case(
            testDescription: "constant zero",
            observations: days(Array(repeating: 0, count: 14), memory: 0), verdict: .lower,
            tier: "small", reason: "needs 0 CPU, 0 B; there is no smaller tier"),
        Case(
            testDescription: "counters that reset every minute, so that no two readings serve",
            observations: sketch {
                for _ in 0..<1000 { $0.step(nil, seconds: 60, memory: mebibytes(100)) }
            }, verdict: .wait, reason: "its CPU use was never read twice"),
        Case(
            testDescription: "a limit below use",
            observations: days(Array(repeating: 0.3, count: 14), limits: limits(0.1, 64)),
            verdict: .raise, tier: "small",
            reason: "needs 0.49 CPU, 151 MiB; there is no smaller tier"),
        Case(
            testDescription: "a limit of none",
            observations: days(
                Array(repeating: 0.1, count: 14),
                limits: ResourceLimits(cpu: .unlimited, memory: .unlimited)), verdict: .assign,
            tier: "small", reason: "needs 0.16 CPU, 151 MiB; there is no smaller tier"),
        Case(
            testDescription: "a limit of zero",
            observations: days(Array(repeating: 0.1, count: 14), limits: limits(0, 0)),
            verdict: .raise, tier: "small",
            reason: "needs 0.16 CPU, 151 MiB; there is no smaller tier"),
        Case(
            testDescription: "a tenth of each of 14 days",
            observations: sketch {
                for _ in 0..<14 {
                    for _ in 0..<29 { $0.step(0.1, memory: mebibytes(100)) }
                    $0.step(nil, seconds: 0.9 * daySeconds)
                }
            }, verdict: .keep, tier: "medium",
            reason: "small would do for the 1 d 9 h seen; lowered after 7 d at the earliest"),
        Case(
            testDescription: "a tenth of each of 14 days, short of CPU",
            observations: sketch(limits: limits(0.1, 1024)) {
                for _ in 0..<14 {
                    for _ in 0..<29 { $0.step(0.1, memory: mebibytes(100)) }
                    $0.step(nil, seconds: 0.9 * daySeconds)
                }
            }, verdict: .raise, tier: "medium",
            reason:
                "needs 0.16 CPU, 151 MiB; there is no smaller tier; small is less than it has now"
        ),
        Case(
            testDescription: "doubled yesterday",
            observations: days(Array(repeating: 0.2, count: 13) + [0.4], limits: limits(0.5, 512)),
            verdict: .raise, tier: "medium",
            reason: "mean CPU of the worst day 0.4 needs 0.62 CPU, small has 0.5"),
        Case(
            testDescription: "doubled yesterday, with room",
            observations: days(Array(repeating: 0.2, count: 13) + [0.4], limits: limits(2, 2048)),
            verdict: .lower, tier: "medium",
            reason: "mean CPU of the worst day 0.4 needs 0.62 CPU, small has 0.5"),
        Case(
            testDescription: "halved yesterday: the days before count",
            observations: days(Array(repeating: 0.4, count: 13) + [0.2]), verdict: .keep,
            tier: "medium",
            reason: "mean CPU of the worst day 0.4 needs 0.65 CPU, small has 0.5"),
        Case(
            testDescription: "the clock leapt back an hour each day",
            observations: sketch {
                for _ in 0..<14 {
                    for _ in 0..<287 { $0.step(0.1, memory: mebibytes(100)) }
                    $0.step(0.1, label: -3600, memory: mebibytes(100))
                }
            }, verdict: .lower, tier: "small",
            reason: "needs 0.16 CPU, 151 MiB; there is no smaller tier"),
    ]

    @Test(arguments: cases)
    func theOutcome(_ test: Case) throws {
        let evidence = try ServiceEvidence(of: [test.observations], policy: SizingPolicy())
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        let advice = sizer.recommend(evidence, limits: evidence.limits)
        #expect(advice.verdict == test.verdict)
        #expect(advice.tier?.name == test.tier)
        #expect(advice.reason == test.reason)
    }

    /// A clock that leaps ahead leaves what it leapt over out of the window; nothing is lowered on the hour
    /// since.
    @Test func aLeapAhead() throws {
        let observations = Self.sketch { sketch in
            for _ in 0..<(13 * 288) { sketch.step(0.6, memory: mebibytes(600)) }
            sketch.step(0.01, label: 400 * daySeconds, memory: mebibytes(10))
            for _ in 0..<12 { sketch.step(0.01, memory: mebibytes(10)) }
        }
        let evidence = try ServiceEvidence(of: [observations], policy: SizingPolicy())
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        let advice = sizer.recommend(evidence, limits: evidence.limits)
        #expect(advice.verdict == .wait)
        #expect(advice.reason == "1 h 5 min of 1 d seen")
    }

    /// Quantities as large as a damaged store can hold end in a number, not in a stop.
    @Test(arguments: [1e15, 9.2e18, 0x1p63])
    func memoryBeyondAnyMachine(bytes: Double) throws {
        var sketch = ObservationSketch(limits: Self.medium)
        sketch.begin(memory: bytes)
        for _ in 0..<600 { sketch.step(1e9, memory: bytes) }
        sketch.change(limits(0.5, 512))
        sketch.step(1e9, memory: bytes)
        let evidence = try ServiceEvidence(of: [sketch.observations], policy: SizingPolicy())
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        let advice = sizer.recommend(evidence, limits: evidence.limits)
        #expect(advice.verdict == .noTierFits)
        #expect(advice.need.map { $0.memory.rawValue > 0 } == true)
    }

    /// Whatever was seen, the need is a few times of it at most: 3 / 0.7 on a single day, that thrice where
    /// all periods were throttled, and 1.25 · 1.5 times the limit that killed.
    @Test func noAbsurdNumber() throws {
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            let limit = limits(0.01 + 3 * random.unit(), Int64(8 + 2000 * random.unit()))
            var sketch = ObservationSketch(limits: limit)
            sketch.begin(memory: mebibytes(1))
            let usual = [60.0, 300, 3600].randomElement(using: &random)!
            let (cpuScale, memoryScale) = (3 * random.unit(), 2000 * random.unit())
            var (cpuMax, memoryMax) = (0.0, mebibytes(1))
            for _ in 0..<Int.random(in: 1...400, using: &random) {
                if random.unit() < 0.02 { sketch.beginRun() }
                let cores = cpuScale * random.unit()
                let memory = mebibytes(memoryScale * random.unit())
                let leap = [-90_000.0, -3600, 3600, 90_000, 1e9].randomElement(using: &random)!
                sketch.step(
                    random.unit() < 0.1 ? nil : cores,
                    seconds: usual * (random.unit() < 0.1 ? 10 * random.unit() + 0.1 : 1),
                    label: random.unit() < 0.02 ? leap : nil, memory: memory,
                    throttled: random.unit() < 0.3 ? random.unit() : 0)
                (cpuMax, memoryMax) = (max(cpuMax, cores), max(memoryMax, memory))
            }
            if random.unit() < 0.2 { sketch.observations.oomKills = 1 }
            let evidence = try ServiceEvidence(of: [sketch.observations], policy: SizingPolicy())
            let advice = sizer.recommend(evidence, limits: evidence.limits)
            guard let need = advice.need else { continue }
            let cpuBound = max(cpuMax * 3, 1.25 * (limit.cpu?.bound?.rawValue ?? 0)) * 3 / 0.7
            let limitBound = 1.875 * Double(limit.memory?.bound?.rawValue ?? 0)
            let memoryBound = max(memoryMax * 2.5, limitBound)
            try #require(need.cpu.rawValue <= max(cpuBound, 0.01) + 1e-9, "seed \(seed)")
            try #require(
                Double(need.memory.rawValue) <= max(memoryBound, mebibytes(6)) + 1,
                "seed \(seed)")
            try #require(advice.confidence.map { $0 >= 0 && $0 <= 1 } ?? true, "seed \(seed)")
        }
    }
}
