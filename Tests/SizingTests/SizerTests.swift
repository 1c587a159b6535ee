import Measures
import Testing

@testable import Sizing

/// Which verdict, tier and words what evidence gets. Even use for 14 days needs 1/0.7 · (1 + 2/14) =
/// 1.633 times its CPU and 1/0.7 · (1 + ¾/14) = 1.505 times its memory.
@Suite struct SizerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var evidence: ServiceEvidence
        var verdict: Verdict
        var tier: String?
        var binding: [Constraint]
        var reason: String
    }

    private static func cpuAlike(_ sustained: Double, _ mean: Double) -> ReplicaEvidence {
        var replica = replica(cpu: [], memory: Array(repeating: 20, count: 14))
        replica.cpu = alike(14, sustained: sustained, mean: mean)
        return replica
    }

    private static func memoryAlike(
        _ sustained: Double, _ mean: Double, _ peak: Double
    ) -> ReplicaEvidence {
        var replica = replica(cpu: Array(repeating: 0.1, count: 14), memory: [])
        replica.memory = alike(
            14, sustained: mebibytes(sustained), mean: mebibytes(mean), peak: mebibytes(peak))
        return replica
    }

    private static let unlimited = ResourceLimits(cpu: .unlimited, memory: .unlimited)
    private static let unread = ResourceLimits(cpu: nil, memory: nil)

    static let week = [
        Case(
            testDescription: "idle on medium",
            evidence: steadyService(cpu: 0.01, memory: 20), verdict: .lower, tier: "small",
            binding: [.smallestTier],
            reason: "needs 0.016 CPU, 30.1 MiB; there is no smaller tier"),
        Case(
            testDescription: "constant zero",
            evidence: steadyService(cpu: 0, memory: 0), verdict: .lower, tier: "small",
            binding: [.smallestTier], reason: "needs 0 CPU, 0 B; there is no smaller tier"),
        Case(
            testDescription: "needs 95 % of small and no more",
            evidence: steadyService(cpu: 0.2909, memory: 20), verdict: .lower, tier: "small",
            binding: [.smallestTier],
            reason: "needs 0.47 CPU, 30.1 MiB; there is no smaller tier"),
        Case(
            testDescription: "needs 98 % of small, runs on medium",
            evidence: steadyService(cpu: 0.3, memory: 20), verdict: .keep, tier: "medium",
            binding: [.smallestTier],
            reason: "needs 0.49 CPU, 30.1 MiB: too close to small to be lowered"),
        Case(
            testDescription: "what CPU stays above for ten minutes",
            evidence: service([cpuAlike(0.36, 0.1)]), verdict: .keep, tier: "medium",
            binding: [.cpuSustained],
            reason: "10-minute CPU of the worst day 0.36 needs 0.51 CPU, small has 0.5"),
        Case(
            testDescription: "mean memory",
            evidence: steadyService(cpu: 0.1, memory: 345), verdict: .keep, tier: "medium",
            binding: [.memoryMean],
            reason: "mean memory of the worst day 345 MiB needs 519 MiB, small has 512 MiB"),
        Case(
            testDescription: "what memory stays above for ten minutes",
            evidence: service([memoryAlike(400, 300, 400)]), verdict: .keep, tier: "medium",
            binding: [.memorySustained],
            reason: "10-minute memory of the worst day 400 MiB needs 527 MiB, small has 512 MiB"),
        Case(
            testDescription: "largest working set",
            evidence: service([memoryAlike(100, 100, 460)]), verdict: .keep, tier: "medium",
            binding: [.memoryPeak],
            reason: "largest working set 460 MiB needs 529 MiB, small has 512 MiB"),
        Case(
            testDescription: "CPU and memory both bind",
            evidence: steadyService(cpu: 0.5, memory: 600, limits: limits(2, 2048)),
            verdict: .lower, tier: "medium", binding: [.cpuMean, .memoryMean],
            reason: "mean CPU of the worst day 0.5 needs 0.82 CPU, small has 0.5; "
                + "mean memory of the worst day 600 MiB needs 903 MiB, small has 512 MiB"),
        Case(
            testDescription: "more than large",
            evidence: steadyService(cpu: 1.5, memory: 100), verdict: .noTierFits, tier: nil,
            binding: [.cpuMean], reason: "larger than large: needs 2.45 CPU, 151 MiB"),
        Case(
            testDescription: "CPU that went through a 32-bit float",
            evidence: steadyService(cpu: 0.1, memory: 100, limits: limits(0.500_000_029_8, 512)),
            verdict: .keep, tier: "small", binding: [.smallestTier],
            reason: "needs 0.16 CPU, 151 MiB; there is no smaller tier"),
    ]

    static let ownLimits = [
        Case(
            testDescription: "less CPU than its tier but enough, more memory",
            evidence: steadyService(cpu: 0.5, memory: 100, limits: limits(0.9, 4096)),
            verdict: .lower, tier: "medium", binding: [.cpuMean],
            reason: "mean CPU of the worst day 0.5 needs 0.82 CPU, small has 0.5"),
        Case(
            testDescription: "less CPU than it needs, more memory",
            evidence: steadyService(cpu: 0.5, memory: 100, limits: limits(0.8, 4096)),
            verdict: .raise, tier: "medium", binding: [.cpuMean],
            reason: "mean CPU of the worst day 0.5 needs 0.82 CPU, small has 0.5"),
        Case(
            testDescription: "below the smallest tier, and enough",
            evidence: steadyService(cpu: 0.01, memory: 20, limits: limits(0.1, 64)),
            verdict: .keep, tier: "small", binding: [.smallestTier],
            reason: "needs 0.016 CPU, 30.1 MiB; there is no smaller tier"),
        Case(
            testDescription: "below the smallest tier, and too small",
            evidence: steadyService(cpu: 0.09, memory: 20, limits: limits(0.1, 64)),
            verdict: .raise, tier: "small", binding: [.smallestTier],
            reason: "needs 0.15 CPU, 30.1 MiB; there is no smaller tier"),
        Case(
            testDescription: "none",
            evidence: steadyService(cpu: 0.1, memory: 100, limits: unlimited), verdict: .assign,
            tier: "small", binding: [.smallestTier],
            reason: "needs 0.16 CPU, 151 MiB; there is no smaller tier"),
        Case(
            testDescription: "never read",
            evidence: steadyService(cpu: 0.1, memory: 100, limits: unread), verdict: .assign,
            tier: "small", binding: [.smallestTier],
            reason: "needs 0.16 CPU, 151 MiB; there is no smaller tier"),
    ]

    static let hidden = [
        Case(
            testDescription: "throttled below its demand",
            evidence: service(
                [cpuAlike(0.45, 0.2)], throttled: 0.3, cpuCensored: 0.3, limits: limits(0.5, 512)),
            verdict: .raise, tier: "medium", binding: [.cpuThrottled],
            reason: "10-minute CPU of the worst day 0.45, as far as 30 % throttling lets it be "
                + "seen, needs 0.64 CPU, small has 0.5"),
        Case(
            testDescription: "throttled hard in 2 % of the time, would fit a smaller tier",
            evidence: steadyService(cpu: 0.1, memory: 100, throttled: 0.01, cpuCensored: 0.02),
            verdict: .keep, tier: "medium", binding: [.smallestTier],
            reason: "throttled so hard in 2 % of the time that its CPU demand is not known"),
        Case(
            testDescription: "throttled hard in half a per cent of the time",
            evidence: steadyService(cpu: 0.1, memory: 100, throttled: 0.01, cpuCensored: 0.005),
            verdict: .lower, tier: "small", binding: [.smallestTier],
            reason: "needs 0.16 CPU, 151 MiB; there is no smaller tier"),
        Case(
            testDescription: "killed at its limit",
            evidence: steadyService(
                cpu: 0.1, memory: 100, oomKills: 2, killedAt: 512, limits: limits(0.5, 512)),
            verdict: .raise, tier: "medium", binding: [.oomKilled],
            reason: "2 OOM kills at 512 MiB needs 960 MiB, small has 512 MiB"),
        Case(
            testDescription: "killed at large",
            evidence: steadyService(
                cpu: 0.1, memory: 100, oomKills: 1, killedAt: 2048, limits: limits(2, 2048)),
            verdict: .noTierFits, tier: nil, binding: [.oomKilled],
            reason: "larger than large: needs 0.16 CPU, 3.75 GiB"),
        Case(
            testDescription: "killed at a limit that small would now hold",
            evidence: steadyService(cpu: 0.1, memory: 100, oomKills: 1, killedAt: 200),
            verdict: .keep, tier: "medium", binding: [.smallestTier],
            reason: "was OOM-killed: what it needs is not known to be less than its limit"),
        Case(
            testDescription: "killed, at a limit nobody knows",
            evidence: steadyService(cpu: 0.1, memory: 100, oomKills: 1, limits: unread),
            verdict: .assign, tier: "small", binding: [.smallestTier],
            reason: "needs 0.16 CPU, 151 MiB; there is no smaller tier"),
        Case(
            testDescription: "at its memory limit now and then",
            evidence: steadyService(cpu: 0.1, memory: 100, memoryCensored: 0.02),
            verdict: .keep, tier: "medium", binding: [.smallestTier],
            reason: "its memory was at its limit in 2 % of the samples: more may have been wanted"),
    ]

    static let little = [
        Case(
            testDescription: "ten hours, calm",
            evidence: steadyService(cpu: 0.1, memory: 100, days: 1, seconds: 36_000),
            verdict: .wait, tier: nil, binding: [], reason: "10 h of 1 d seen"),
        Case(
            testDescription: "ten hours, too small a limit: no margin yet",
            evidence: steadyService(
                cpu: 0.45, memory: 100, days: 1, limits: limits(0.5, 512), seconds: 36_000),
            verdict: .raise, tier: "medium", binding: [.cpuMean],
            reason: "mean CPU of the worst day 0.45 needs 0.64 CPU, small has 0.5"),
        Case(
            testDescription: "ten hours, killed: half as much again",
            evidence: steadyService(
                cpu: 0.1, memory: 100, days: 1, oomKills: 1, killedAt: 512,
                limits: limits(0.5, 512), seconds: 36_000), verdict: .raise, tier: "medium",
            binding: [.oomKilled], reason: "1 OOM kill at 512 MiB needs 768 MiB, small has 512 MiB"),
        Case(
            testDescription: "half an hour, too small a limit",
            evidence: steadyService(
                cpu: 0.45, memory: 100, days: 1, limits: limits(0.5, 512), seconds: 1800),
            verdict: .wait, tier: nil, binding: [], reason: "30 min of 1 d seen"),
        Case(
            testDescription: "a day with a tenth missing is a day",
            evidence: steadyService(cpu: 0.1, memory: 100, days: 1, seconds: 0.9 * daySeconds),
            verdict: .keep, tier: "medium", binding: [.smallestTier],
            reason: "small would do for the 21 h 36 min seen; lowered after 7 d at the earliest"),
        Case(
            testDescription: "two days, only the margin exceeds the limit",
            evidence: steadyService(cpu: 0.2, memory: 100, days: 2, limits: limits(0.5, 512)),
            verdict: .keep, tier: "small", binding: [.cpuMean],
            reason: "mean CPU of the worst day 0.2 needs 0.57 CPU, small has 0.5; "
                + "what the 2 d seen showed fits its limits: wait for a week"),
        Case(
            testDescription: "two days, what was seen exceeds the limit",
            evidence: steadyService(cpu: 0.4, memory: 100, days: 2, limits: limits(0.5, 512)),
            verdict: .raise, tier: "large", binding: [.cpuMean],
            reason: "mean CPU of the worst day 0.4 needs 1.14 CPU, medium has 1"),
        Case(
            testDescription: "six days are no week",
            evidence: steadyService(cpu: 0.1, memory: 100, days: 6), verdict: .keep,
            tier: "medium", binding: [.smallestTier],
            reason: "small would do for the 6 d seen; lowered after 7 d at the earliest"),
        Case(
            testDescription: "a week with a tenth missing is a week",
            evidence: steadyService(
                cpu: 0.1, memory: 100, days: 7, seconds: 6.3 * daySeconds), verdict: .lower,
            tier: "small", binding: [.smallestTier],
            reason: "needs 0.18 CPU, 158 MiB; there is no smaller tier"),
    ]

    @Test(arguments: week + ownLimits + hidden + little)
    func theVerdict(_ test: Case) {
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard.reversed())
        let advice = sizer.recommend(test.evidence, limits: test.evidence.limits)
        #expect(advice.verdict == test.verdict)
        #expect(advice.tier?.name == test.tier)
        #expect(advice.binding == test.binding)
        #expect(advice.reason == test.reason)
    }

    @Test func withoutAnyRateOrMemoryThereIsNothingToSay() {
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        func reason(_ change: (inout ServiceEvidence) -> Void) -> String {
            var evidence = steadyService(cpu: 1, memory: 100)
            change(&evidence)
            let advice = sizer.recommend(evidence, limits: evidence.limits)
            #expect(advice.verdict == .wait && advice.tier == nil && advice.need == nil)
            return advice.reason
        }
        func forgetCPU(_ evidence: inout ServiceEvidence) {
            (evidence.cpu, evidence.replicas[0].cpu) = (nil, [])
        }
        func forgetMemory(_ evidence: inout ServiceEvidence) {
            (evidence.memory, evidence.replicas[0].memory) = (nil, [])
        }
        #expect(reason(forgetMemory) == "no memory reading yet")
        #expect(reason(forgetCPU) == "its CPU use was never read twice")
        #expect(
            reason {
                forgetCPU(&$0)
                forgetMemory(&$0)
            } == "not seen running at two samples in a row")
        #expect(
            reason {
                forgetCPU(&$0)
                forgetMemory(&$0)
                $0.coverage.samples = 0
            } == "no sample in the window")
    }

    /// What one resource alone showed is told all the same.
    @Test func oneResourceAlone() {
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        var evidence = steadyService(cpu: 0.35, memory: 70)
        (evidence.memory, evidence.replicas[0].memory) = (nil, [])
        let need = sizer.recommend(evidence, limits: evidence.limits).partialNeed
        #expect(need?.memory == nil)
        #expect(abs((need?.cpu?.rawValue ?? 0) - 0.5 * 8 / 7) < 1e-12)
    }

    @Test func theOwnersWordWins() {
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        let evidence = steadyService(cpu: 5, memory: 9000)
        #expect(
            sizer.recommend(evidence, limits: evidence.limits, ignoreReason: "load test until June")
                == Recommendation(
                    verdict: .ignore, tier: nil, need: nil, binding: [],
                    reason: "load test until June"))
        #expect(
            sizer.recommend(evidence, limits: evidence.limits, ignoreReason: "").reason
                == "left alone by its label")
    }

    /// Everything that a recommendation says, of one service.
    @Test func theWholeRecommendation() {
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        let evidence = steadyService(cpu: 0.14, memory: 448, limits: limits(2, 2048))
        #expect(
            sizer.recommend(evidence, limits: evidence.limits)
                == Recommendation(
                    verdict: .lower, tier: ResourceTier.standard[1],
                    // 0.14 / 0.7 · 8/7 and 448 / 0.7 · 59/56 = 674.29 MiB.
                    need: ResourceNeed(
                        cpu: Cores(0.14 / 0.7 * (1 + 2.0 / 14)), memory: Bytes(707_039_818)),
                    exact: ResourceNeed(cpu: Cores(0.25), memory: .mebibytes(704)),
                    reservation: ResourceNeed(cpu: Cores(0.15), memory: .mebibytes(448)),
                    confidence: 1,
                    split: Recommendation.Split(
                        cpu: ResourceTier.standard[0], memory: ResourceTier.standard[1]),
                    binding: [.memoryMean],
                    reason: "mean memory of the worst day 448 MiB needs 674 MiB, small has 512 MiB")
        )
    }
}
