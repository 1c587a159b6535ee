import Measures
import Testing

@testable import Sizing

@Suite struct SizerTests {
    private static let day = 86_400.0

    /// Evidence of a service whose CPU was always `cpu` cores and working set always `memory` MiB, but
    /// for what is given otherwise.
    private static func evidence(
        cpu: Double, p95: Double? = nil, memory: Double, memoryMax: Double? = nil,
        demandP95: Double? = nil, throttled: Double? = nil, oomKills: Int = 0,
        limits: ResourceLimits = limits(1, 1024), seconds: Double = 14 * day
    ) -> ServiceEvidence {
        let p95 = p95 ?? cpu
        let mebibytes = { (count: Double) in Bytes(Int64(count * 1_048_576)) }
        return ServiceEvidence(
            replicas: 1,
            cpu: CPUEvidence(
                mean: Cores(cpu), p50: Cores(cpu), p95: Cores(p95), p99: Cores(p95),
                max: Cores(p95), throttledShare: throttled, demandMean: Cores(cpu),
                demandP95: Cores(demandP95 ?? p95)),
            memory: MemoryEvidence(
                mean: mebibytes(memory), p50: mebibytes(memory), p95: mebibytes(memory),
                p99: mebibytes(memory), max: mebibytes(memoryMax ?? memory), peak: nil),
            oomKills: oomKills, restarts: 0, limits: limits,
            coverage: Coverage(
                first: Timestamp(seconds: 0), last: Timestamp(seconds: Int64(seconds)),
                samples: 1000, seconds: seconds, stepSeconds: 60, gaps: 0))
    }

    private static func limits(_ cpu: Double, _ mebibytes: Int64) -> ResourceLimits {
        ResourceLimits(cpu: .bounded(Cores(cpu)), memory: .bounded(.mebibytes(mebibytes)))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var evidence: ServiceEvidence
        var verdict: Verdict
        var tier: String?
        var binding: [Constraint]
        var reason: String
    }

    @Test(arguments: [
        Case(
            testDescription: "idle on medium",
            evidence: evidence(cpu: 0.01, memory: 20), verdict: .lower, tier: "small",
            binding: [.smallestTier],
            reason: "needs 0.014 CPU, 28.6 MiB; there is no smaller tier"),
        Case(
            testDescription: "mean CPU exactly at the target of small",
            evidence: evidence(cpu: 0.35, memory: 20), verdict: .lower, tier: "small",
            binding: [.smallestTier],
            reason: "needs 0.5 CPU, 28.6 MiB; there is no smaller tier"),
        Case(
            testDescription: "p95 CPU above the target of small",
            evidence: evidence(cpu: 0.1, p95: 0.36, memory: 20), verdict: .keep, tier: "medium",
            binding: [.cpuP95], reason: "p95 CPU 0.36 needs 0.51 CPU, small has 0.5"),
        Case(
            testDescription: "mean memory above the target of small",
            evidence: evidence(cpu: 0.1, memory: 380), verdict: .keep, tier: "medium",
            binding: [.memoryMean], reason: "mean memory 380 MiB needs 543 MiB, small has 512 MiB"),
        Case(
            testDescription: "largest working set without headroom on small",
            evidence: evidence(cpu: 0.1, memory: 100, memoryMax: 412), verdict: .keep,
            tier: "medium", binding: [.memoryMax],
            reason: "largest working set 412 MiB needs 515 MiB, small has 512 MiB"),
        Case(
            testDescription: "CPU and memory both bind",
            evidence: evidence(cpu: 0.6, memory: 600, limits: limits(2, 2048)), verdict: .lower,
            tier: "medium", binding: [.cpuMean, .memoryMean],
            reason: "mean CPU 0.6 needs 0.86 CPU, small has 0.5; "
                + "mean memory 600 MiB needs 857 MiB, small has 512 MiB"),
        Case(
            testDescription: "throttled below its real demand",
            evidence: evidence(
                cpu: 0.3, p95: 0.48, memory: 20, demandP95: 0.63, throttled: 0.3,
                limits: limits(0.5, 512)),
            verdict: .raise, tier: "medium", binding: [.cpuThrottled],
            reason: "p95 CPU 0.48 under 30 % throttling, 0.63 wanted needs 0.9 CPU, small has 0.5"),
        Case(
            testDescription: "killed at its limit",
            evidence: evidence(
                cpu: 0.1, memory: 100, oomKills: 2, limits: limits(0.5, 512)),
            verdict: .raise, tier: "medium", binding: [.oomKilled],
            reason: "2 OOM kills at 512 MiB needs 960 MiB, small has 512 MiB"),
        Case(
            testDescription: "killed at large",
            evidence: evidence(
                cpu: 0.1, memory: 100, oomKills: 1, limits: limits(2, 2048)),
            verdict: .noTierFits, tier: nil, binding: [.oomKilled],
            reason: "larger than large: needs 0.14 CPU, 3.75 GiB"),
        Case(
            testDescription: "more than large",
            evidence: evidence(cpu: 1.5, memory: 100), verdict: .noTierFits, tier: nil,
            binding: [.cpuMean], reason: "larger than large: needs 2.14 CPU, 143 MiB"),
        Case(
            testDescription: "runs without limits",
            evidence: evidence(
                cpu: 0.1, memory: 100, limits: ResourceLimits(cpu: .unlimited, memory: .unlimited)),
            verdict: .assign, tier: "small", binding: [.smallestTier],
            reason: "needs 0.14 CPU, 143 MiB; there is no smaller tier"),
        Case(
            testDescription: "limits never read",
            evidence: evidence(
                cpu: 0.1, memory: 100, limits: ResourceLimits(cpu: nil, memory: nil)),
            verdict: .assign, tier: "small", binding: [.smallestTier],
            reason: "needs 0.14 CPU, 143 MiB; there is no smaller tier"),
        Case(
            testDescription: "killed, at a limit nobody knows",
            evidence: evidence(
                cpu: 0.1, memory: 100, oomKills: 1, limits: ResourceLimits(cpu: nil, memory: nil)),
            verdict: .assign, tier: "small", binding: [.smallestTier],
            reason: "needs 0.14 CPU, 143 MiB; there is no smaller tier"),
        Case(
            testDescription: "own limits: less CPU than its tier but enough, more memory",
            evidence: evidence(cpu: 0.5, memory: 100, limits: limits(0.8, 4096)), verdict: .lower,
            tier: "medium", binding: [.cpuMean],
            reason: "mean CPU 0.5 needs 0.71 CPU, small has 0.5"),
        Case(
            testDescription: "own limits: less CPU than it needs, more memory",
            evidence: evidence(cpu: 0.5, memory: 100, limits: limits(0.7, 4096)), verdict: .raise,
            tier: "medium", binding: [.cpuMean],
            reason: "mean CPU 0.5 needs 0.71 CPU, small has 0.5"),
        Case(
            testDescription: "own limits below the smallest tier, and they are enough",
            evidence: evidence(cpu: 0.01, memory: 20, limits: limits(0.1, 64)), verdict: .keep,
            tier: "small", binding: [.smallestTier],
            reason: "needs 0.014 CPU, 28.6 MiB; there is no smaller tier"),
        Case(
            testDescription: "own limits below the smallest tier, and too small",
            evidence: evidence(cpu: 0.09, memory: 20, limits: limits(0.1, 64)), verdict: .raise,
            tier: "small", binding: [.smallestTier],
            reason: "needs 0.13 CPU, 28.6 MiB; there is no smaller tier"),
        Case(
            testDescription: "CPU that went through a 32-bit float",
            evidence: evidence(cpu: 0.1, memory: 100, limits: limits(0.5000000298, 512)),
            verdict: .keep, tier: "small", binding: [.smallestTier],
            reason: "needs 0.14 CPU, 143 MiB; there is no smaller tier"),
        Case(
            testDescription: "seen for ten hours",
            evidence: evidence(cpu: 1.9, memory: 100, seconds: 36_000), verdict: .wait, tier: nil,
            binding: [], reason: "10 h of 1 d seen"),
    ])
    func theTierRule(_ test: Case) {
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard.reversed())
        let advice = sizer.recommend(test.evidence, limits: test.evidence.limits)
        #expect(advice.verdict == test.verdict)
        #expect(advice.tier?.name == test.tier)
        #expect(advice.binding == test.binding)
        #expect(advice.reason == test.reason)
    }

    @Test func withoutAnyRateOrMemoryThereIsNothingToSay() {
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        var evidence = Self.evidence(cpu: 1, memory: 100)
        evidence.memory = nil
        #expect(
            sizer.recommend(evidence, limits: evidence.limits).reason == "no memory reading yet")
        (evidence.memory, evidence.cpu) = (Self.evidence(cpu: 1, memory: 100).memory, nil)
        #expect(
            sizer.recommend(evidence, limits: evidence.limits).reason
                == "its CPU use was never read twice")
        evidence.memory = nil
        let advice = sizer.recommend(evidence, limits: evidence.limits)
        #expect(advice.verdict == .wait)
        #expect(advice.reason == "not seen running at two samples in a row")
        evidence.coverage.samples = 0
        #expect(
            sizer.recommend(evidence, limits: evidence.limits).reason == "no sample in the window")
    }

    @Test func theOwnersWordWins() {
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        let evidence = Self.evidence(cpu: 5, memory: 9000)
        let advice = sizer.recommend(
            evidence, limits: evidence.limits, ignoreReason: "load test until June")
        #expect(advice.verdict == .ignore)
        #expect(advice.reason == "load test until June")
        #expect(
            sizer.recommend(evidence, limits: evidence.limits, ignoreReason: "").reason
                == "left alone by its label")
    }

    @Test func withoutTiersNothingFits() {
        let sizer = Sizer(policy: SizingPolicy(), tiers: [])
        let evidence = Self.evidence(cpu: 0.1, memory: 100)
        let advice = sizer.recommend(evidence, limits: evidence.limits)
        #expect(advice.verdict == .noTierFits)
        #expect(advice.reason == "larger than any tier: needs 0.14 CPU, 143 MiB")
    }

    /// The rule itself, over a grid: the tier meets every bound, and the next smaller one does not.
    @Test func theTierIsTheSmallestThatHolds() throws {
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        for cpu in stride(from: 0.01, through: 2.2, by: 0.03) {
            for peak in stride(from: 1.0, through: 3, by: 0.5) {
                for memory in stride(from: 10.0, through: 2200, by: 70) {
                    let evidence = Self.evidence(
                        cpu: cpu, p95: cpu * peak, memory: memory, memoryMax: memory * peak)
                    func holds(_ tier: ResourceTier) -> Bool {
                        let limit = Double(tier.memoryLimit.rawValue)
                        return cpu / tier.cpuLimit.rawValue <= 0.7 + 1e-12
                            && cpu * peak / tier.cpuLimit.rawValue <= 0.7 + 1e-12
                            && memory * 1_048_576 / limit <= 0.7 + 1e-8
                            && memory * peak * 1_048_576 * 1.25 <= limit + 1
                    }
                    let advice = sizer.recommend(evidence, limits: evidence.limits)
                    let expected = ResourceTier.standard.first(where: holds)
                    try #require(advice.tier == expected, "\(cpu) \(peak) \(memory)")
                    try #require((advice.verdict == .noTierFits) == (expected == nil))
                }
            }
        }
    }
}
