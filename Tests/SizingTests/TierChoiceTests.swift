import Measures
import TestSupport
import Testing

@testable import Sizing

/// Which tier, whatever the ladder and the limits of today.
@Suite struct TierChoiceTests {
    private static func tier(_ name: String, _ cpu: Double, _ mebibytes: Int64) -> ResourceTier {
        ResourceTier(name: name, cpuLimit: Cores(cpu), memoryLimit: .mebibytes(mebibytes))
    }

    private func advice(
        _ evidence: ServiceEvidence, _ tiers: [ResourceTier] = ResourceTier.standard
    ) -> Recommendation {
        Sizer(policy: SizingPolicy(), tiers: tiers).recommend(evidence, limits: evidence.limits)
    }

    /// Without the confidence, which takes time over a grid.
    private static var quick: Sizer {
        var policy = SizingPolicy()
        policy.bootstrapRounds = 1
        return Sizer(policy: policy, tiers: ResourceTier.standard)
    }

    /// Too close to small is not too close to medium.
    @Test func loweredToTheNextLargerTier() {
        let close = advice(steadyService(cpu: 0.3, memory: 20, limits: limits(2, 2048)))
        #expect(close.verdict == .lower)
        #expect(close.tier?.name == "medium")
        #expect(close.binding == [.cpuMean])
        #expect(close.reason == "needs 0.49 CPU, 30.1 MiB: too close to small")
        #expect(close.confidence == 1)
        let memory = advice(steadyService(cpu: 0.1, memory: 330, limits: limits(2, 2048)))
        #expect(memory.tier?.name == "medium")
        #expect(memory.binding == [.memoryMean])
    }

    /// What holds on medium need not be lowered to small, and what small just holds is not raised.
    @Test func noTierIsLeftAndComeBackTo() throws {
        let sizer = Self.quick
        for cpu in stride(from: 0.01, through: 1.3, by: 0.041) {
            for memory in stride(from: 10.0, through: 1400, by: 97) {
                for start in ResourceTier.standard {
                    var now = start.limits
                    for round in 0..<3 {
                        let evidence = steadyService(cpu: cpu, memory: memory, limits: now)
                        let advice = sizer.recommend(evidence, limits: now)
                        guard [.raise, .lower].contains(advice.verdict), let tier = advice.tier
                        else { break }
                        try #require(round == 0, "\(cpu) \(memory) from \(start.name)")
                        now = tier.limits
                    }
                }
            }
        }
    }

    /// The smallest tier that holds what the rule asks for, over a grid.
    @Test func theTierIsTheSmallestThatHolds() throws {
        let (cpuFactor, memoryFactor) = (8.0 / 7, 59.0 / 56)
        let sizer = Self.quick
        for cpu in stride(from: 0.01, through: 1.5, by: 0.031) {
            for ratio in [1.0, 1.2, 2] {
                for memory in stride(from: 10.0, through: 1700, by: 71) {
                    var replica = replica(cpu: [], memory: [])
                    replica.cpu = alike(14, sustained: cpu * ratio, mean: cpu)
                    replica.memory = alike(
                        14, sustained: mebibytes(memory), mean: mebibytes(memory),
                        peak: mebibytes(memory * ratio))
                    func holds(_ tier: ResourceTier) -> Bool {
                        let limit = Double(tier.memoryLimit.rawValue) / 1_048_576
                        return cpu * cpuFactor <= 0.7 * tier.cpuLimit.rawValue
                            && cpu * ratio * cpuFactor <= 0.8 * tier.cpuLimit.rawValue
                            && memory * memoryFactor <= 0.7 * limit
                            && memory * ratio * 1.15 <= limit
                    }
                    let tight = limits(0.001, 1)
                    let advice = sizer.recommend(service([replica], limits: tight), limits: tight)
                    let expected = ResourceTier.standard.first(where: holds)
                    try #require(advice.tier == expected, "\(cpu) \(ratio) \(memory)")
                    try #require(advice.verdict == (expected == nil ? .noTierFits : .raise))
                }
            }
        }
    }

    /// CPU is short after ten hours: memory, or CPU of its own size, is not lowered on so little.
    @Test func aRaiseLowersNothing() {
        func short(_ limits: ResourceLimits) -> Recommendation {
            advice(
                steadyService(
                    cpu: 0.45, memory: 100, days: 1, limits: limits, seconds: 36_000))
        }
        let some = short(limits(0.5, 2048))
        #expect(some.verdict == .raise)
        #expect(some.tier?.name == "large")
        #expect(
            some.reason == "mean CPU of the worst day 0.45 needs 0.64 CPU, small has 0.5; "
                + "medium is less than it has now")
        #expect(some.warnings.isEmpty)
        let none = short(limits(0.5, 4096))
        #expect(none.verdict == .raise)
        #expect(none.tier?.name == "medium")
        #expect(
            none.warnings == [
                "medium has less of the other resource than it runs with, and too little is known to "
                    + "lower that"
            ])
        // A week is enough for both.
        let week = advice(steadyService(cpu: 0.45, memory: 100, limits: limits(0.5, 2048)))
        #expect(week.tier?.name == "medium")
        // … unless the limit hides what memory needs.
        let hidden = advice(
            steadyService(cpu: 0.45, memory: 100, memoryCensored: 0.1, limits: limits(0.5, 2048)))
        #expect(hidden.tier?.name == "large")
    }

    /// A first CPU limit does not lower the memory limit on a day's evidence.
    @Test func anAssignmentLowersNothing() {
        let bound = ResourceLimits(cpu: .unlimited, memory: .bounded(.gibibytes(1)))
        let day = advice(steadyService(cpu: 0.05, memory: 100, days: 1, limits: bound))
        #expect(day.verdict == .assign)
        #expect(day.tier?.name == "medium")
        let week = advice(steadyService(cpu: 0.05, memory: 100, limits: bound))
        #expect(week.verdict == .assign)
        #expect(week.tier?.name == "small")
    }

    @Test(
        arguments: [
            (0.1, 600, "medium", "small", "medium"), (0.5, 20, "medium", "medium", "small"),
            (0.1, 2000, nil, "small", nil), (1.5, 20, nil, nil, "small"),
        ] as [(Double, Double, String?, String?, String?)])
    func whatEachResourceAloneWants(
        cpu: Double, memory: Double, tier: String?, cpuTier: String?, memoryTier: String?
    ) {
        let advice = advice(steadyService(cpu: cpu, memory: memory, limits: limits(2, 2048)))
        #expect(advice.tier?.name == tier)
        #expect(advice.split != nil)
        #expect(advice.split?.cpu?.name == cpuTier)
        #expect(advice.split?.memory?.name == memoryTier)
    }

    @Test func noSplitWhereBothWantTheSame() {
        #expect(advice(steadyService(cpu: 0.1, memory: 100)).split == nil)
        #expect(advice(steadyService(cpu: 1.5, memory: 2000)).split == nil)
    }

    @Test(
        arguments: [
            // Even use, in round sizes.
            (0.14, 0.14, 448.0, 0.15, 448),
            // What comes and goes is not reserved.
            (0.4, 0.03, 448, 0.03, 448),
            // The least that Docker takes.
            (0, 0, 0, 0.01, 8),
        ] as [(Double, Double, Double, Double, Int64)])
    func reservations(
        sustained: Double, mean: Double, memory: Double, cpu: Double, mebibytes: Int64
    ) {
        var replica = replica(cpu: [], memory: Array(repeating: memory, count: 14))
        replica.cpu = alike(14, sustained: sustained, mean: mean)
        let reservation = advice(service([replica])).reservation
        #expect(
            reservation
                == (memory > 0
                    ? ResourceNeed(cpu: Cores(cpu), memory: .mebibytes(mebibytes)) : nil))
    }

    /// A job is sized by its runs, and lowered after seven of them in a week.
    @Test(
        arguments: [
            (7, 7.0, Verdict.lower, "small"), (7, 6.2, .keep, "medium"), (6, 14, .keep, "medium"),
            (20, 14, .lower, "small"),
        ] as [(Int, Double, Verdict, String)])
    func jobs(runs: Int, days: Double, verdict: Verdict, tier: String) {
        var job = replica(cpu: [], memory: [])
        job.cpu = alike(runs, sustained: 0.2, mean: 0.2, seconds: 600)
        job.memory = alike(runs, sustained: mebibytes(100), mean: mebibytes(100), seconds: 600)
        let evidence = service(
            [job], workload: .batch(runs: runs), span: days * daySeconds)
        let advice = advice(evidence)
        #expect(advice.verdict == verdict)
        #expect(advice.tier?.name == tier)
        if verdict == .keep {
            #expect(
                advice.reason
                    == "small would do for the \(runs) runs seen; lowered after 7 d at the earliest"
            )
        }
        // By run: 1 / 0.7 · (1 + 2/n), of the newest 14.
        let need = 0.2 / 0.7 * (1 + 2 / Double(min(runs, 14)))
        #expect(abs((advice.need?.cpu.rawValue ?? 0) - need) < 1e-9)
    }

    /// A hair above the limits is met by them: Compose passes CPUs through 32-bit floats.
    @Test func aThousandthIsNoReason() {
        let use = 0.5 * 0.7 / (8.0 / 7)
        let now = limits(0.5, 512)
        let hair = advice(steadyService(cpu: use * 1.0009, memory: 100, limits: now))
        #expect(hair.verdict == .keep && hair.tier?.name == "small")
        let more = advice(steadyService(cpu: use * 1.0011, memory: 100, limits: now))
        #expect(more.verdict == .raise && more.tier?.name == "medium")
    }

    /// Less than a day is no history to draw days from, even where it lies on two of them.
    @Test func noConfidenceInHours() {
        var replica = replica(cpu: [0.45, 0.45], memory: [100, 100])
        for age in 0...1 {
            replica.cpu[age].seconds = 36_000
            replica.memory[age].seconds = 36_000
        }
        let short = advice(service([replica], limits: limits(0.5, 512)))
        #expect(short.verdict == .raise && short.tier?.name == "medium")
        #expect(short.confidence == nil)
    }

    @Test func oneTier() {
        let only = [Self.tier("only", 1, 1024)]
        let low = advice(steadyService(cpu: 0.1, memory: 100, limits: limits(2, 2048)), only)
        #expect(low.verdict == .lower && low.tier == only[0])
        #expect(advice(steadyService(cpu: 0.1, memory: 100), only).verdict == .keep)
        #expect(advice(steadyService(cpu: 0.9, memory: 100), only).verdict == .noTierFits)
    }

    @Test func noTier() {
        let none = advice(steadyService(cpu: 0.1, memory: 100), [])
        #expect(none.verdict == .noTierFits)
        #expect(none.reason == "larger than any tier: needs 0.16 CPU, 151 MiB")
        #expect(none.exact == ResourceNeed(cpu: Cores(0.2), memory: .mebibytes(160)))
        #expect(none.binding.isEmpty && none.split == nil && none.confidence == nil)
    }

    @Test func equalTiers() {
        let twins = [
            Self.tier("a", 0.5, 512), Self.tier("b", 0.5, 512), Self.tier("c", 1, 1024),
        ]
        let low = advice(steadyService(cpu: 0.1, memory: 100), twins)
        #expect(low.verdict == .lower && low.tier?.name == "a" && low.split == nil)
        let high = advice(
            steadyService(cpu: 0.5, memory: 100, limits: limits(0.5, 512)), twins)
        #expect(high.verdict == .raise && high.tier?.name == "c")
        #expect(
            advice(steadyService(cpu: 0.1, memory: 100, limits: limits(0.5, 512)), twins).verdict
                == .keep)
    }

    /// The order of the file does not matter, and tiers need not be ordered at all.
    @Test func tiersOutOfOrder() {
        let standard = ResourceTier.standard
        let tiers = [standard[2], standard[0], standard[1]]
        for (cpu, memory) in [(0.1, 100.0), (0.5, 100), (0.1, 1000), (0.9, 900), (3, 100)] {
            let evidence = steadyService(cpu: cpu, memory: memory)
            #expect(advice(evidence, tiers) == advice(evidence))
        }
        let shapes = [Self.tier("compute", 2, 512), Self.tier("memory", 1, 4096)]
        #expect(advice(steadyService(cpu: 1, memory: 100), shapes).tier?.name == "compute")
        #expect(advice(steadyService(cpu: 0.1, memory: 1000), shapes).tier?.name == "memory")
        #expect(advice(steadyService(cpu: 1, memory: 1000), shapes).verdict == .noTierFits)
    }
}
