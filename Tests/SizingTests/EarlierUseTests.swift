import Measures
import Testing

@testable import Sizing

/// What rollups of deleted days change: nothing is lowered below what they saw.
@Suite struct EarlierUseTests {
    private static let day = Timestamp(seconds: 1_767_225_600)  // 2026-01-01

    private static func use(
        cpuP99: Double? = nil, cpuMax: Double? = nil, memoryMax: Int64? = nil, days: Int = 31
    ) -> EarlierUse {
        EarlierUse(
            first: day, last: day.advanced(byMilliseconds: Int64(days - 1) * 86_400_000),
            days: days, cpuP99: cpuP99.map { Cores($0) }, cpuMax: cpuMax.map { Cores($0) },
            memoryP99: memoryMax.map { Bytes($0 << 19) },
            memoryMax: memoryMax.map { Bytes($0 << 20) })
    }

    @Test(
        arguments: [
            (use(cpuP99: 0.5, cpuMax: 4, memoryMax: 512), nil),
            (
                use(cpuP99: 0.6, memoryMax: 512),
                "used 0.6 CPU for 1 % of the time between 2026-01-01 and 2026-01-31"
            ),
            (
                use(memoryMax: 513),
                "used 513 MiB of memory between 2026-01-01 and 2026-01-31"
            ),
            (
                use(cpuP99: 0.6, memoryMax: 700, days: 1),
                "used 0.6 CPU for 1 % of the time and 700 MiB of memory on 2026-01-01"
            ),
            (use(), nil),
        ] as [(EarlierUse, String?)])
    func whatLimitsWouldNotHaveHeld(use: EarlierUse, excess: String?) {
        let small = ResourceLimits(cpu: .bounded(Cores(0.5)), memory: .bounded(.mebibytes(512)))
        #expect(use.excess(over: small) == excess)
        #expect(use.excess(over: ResourceLimits(cpu: .unlimited, memory: nil)) == nil)
    }

    private static func recommend(_ earlier: EarlierUse?) -> Recommendation {
        var evidence = steadyService(cpu: 0.01, memory: 20)
        evidence.earlier = earlier
        return Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard).recommend(
            evidence, limits: ResourceTier.standard[1].limits)
    }

    @Test func aServiceThatOnceUsedMoreIsNotLowered() {
        #expect(Self.recommend(nil).verdict == .lower)
        #expect(Self.recommend(Self.use(cpuP99: 0.4, memoryMax: 400)).verdict == .lower)
        let kept = Self.recommend(Self.use(cpuP99: 0.4, memoryMax: 700))
        #expect(kept.verdict == .keep)
        #expect(kept.tier?.name == "medium")
        #expect(
            kept.reason
                == "used 700 MiB of memory between 2026-01-01 and 2026-01-31, more than small holds"
        )
        #expect(kept.warnings == [])
    }

    @Test func aLimitThatOnceWasTooSmallIsWarnedOf() {
        let kept = Self.recommend(Self.use(memoryMax: 1500))
        #expect(kept.verdict == .keep)
        #expect(
            kept.warnings == [
                "it used 1.46 GiB of memory between 2026-01-01 and 2026-01-31, before these samples"
            ])
    }
}
