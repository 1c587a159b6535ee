import Measures
import Testing

@testable import Sizing

/// What came of a change of limits.
@Suite struct LimitEffectTests {
    private static let small = limits(0.5, 512)
    private static let medium = limits(1, 1024)

    @Test func beforeAndAfter() throws {
        var sketch = ObservationSketch(limits: Self.medium)
        sketch.begin(memory: 400)
        sketch.step(0.6, memory: 500, throttled: 0)
        sketch.step(0.4, memory: 300, throttled: 0)
        sketch.step(0.5, memory: 350, throttled: 0.3)
        sketch.observations.oomKillTimes = [300_000, 1_200_000, 1_200_000]
        sketch.change(Self.small)
        // The interval that ends at the change is counted to what follows: its sample shows the limit.
        sketch.step(0.45, memory: 450, throttled: 0.1)
        let effects = try ServiceEvidence(
            of: [sketch.observations], policy: SizingPolicy()
        ).limitChanges
        let effect = try #require(effects.first)
        #expect(effects.count == 1)
        #expect(effect.at == Timestamp(seconds: 900))
        #expect(effect.from == Self.medium && effect.to == Self.small)
        #expect(
            effect.before
                == LimitEffect.Span(
                    seconds: 600, throttledShare: 0, cpuMax: Cores(0.6), memoryMax: Bytes(500),
                    oomKills: 1))
        #expect(effect.after.seconds == 600)
        #expect(abs((effect.after.throttledShare ?? 0) - 0.2) < 1e-12)
        #expect(effect.after.cpuMax == Cores(0.5))
        #expect(effect.after.memoryMax == Bytes(450))
        #expect(effect.after.oomKills == 2)
    }

    @Test func changesSplitTheHistory() throws {
        var sketch = ObservationSketch(limits: Self.small)
        sketch.begin()
        sketch.step(0.1)
        sketch.change(Self.medium)
        sketch.step(0.2)
        sketch.change(Self.medium)
        sketch.step(0.3)
        sketch.change(Self.small)
        sketch.step(0.4)
        let effects = try ServiceEvidence(
            of: [sketch.observations], policy: SizingPolicy()
        ).limitChanges
        #expect(effects.map(\.at) == [Timestamp(seconds: 300), Timestamp(seconds: 900)])
        #expect(effects.map(\.before.cpuMax) == [nil, Cores(0.2)])
        #expect(effects.map(\.after.cpuMax) == [Cores(0.2), Cores(0.4)])
        #expect(effects.map(\.after.throttledShare) == [nil, nil])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var from = medium
        var to = small
        var throttledBefore: Double? = 0
        var throttledAfter: Double? = 0
        var memoryAfter: Int64 = 100
        var killsBefore = 0
        var killsAfter = 0
        var hurts: Bool
    }

    @Test(arguments: [
        Case(testDescription: "lowered, and fine", hurts: false),
        Case(testDescription: "a hundredth throttled", throttledAfter: 0.01, hurts: false),
        Case(testDescription: "more than a hundredth", throttledAfter: 0.011, hurts: true),
        Case(
            testDescription: "as throttled as before", throttledBefore: 0.1,
            throttledAfter: 0.2, hurts: false),
        Case(
            testDescription: "more than twice as throttled", throttledBefore: 0.1,
            throttledAfter: 0.21, hurts: true),
        Case(
            testDescription: "throttled, unknown before", throttledBefore: nil,
            throttledAfter: 0.02, hurts: true),
        Case(testDescription: "nothing counted since", throttledAfter: nil, hurts: false),
        Case(
            testDescription: "throttled, but the CPU limit stayed", to: limits(1, 512),
            throttledAfter: 0.5, hurts: false),
        Case(testDescription: "memory at its limit", memoryAfter: 502, hurts: true),
        Case(testDescription: "memory below its limit", memoryAfter: 501, hurts: false),
        Case(testDescription: "killed since", killsAfter: 1, hurts: true),
        Case(
            testDescription: "killed as often as before", killsBefore: 2, killsAfter: 2,
            hurts: false),
        Case(
            testDescription: "killed, but the memory limit stayed", to: limits(0.5, 1024),
            killsAfter: 1, hurts: false),
        Case(
            testDescription: "at a memory limit that stayed", to: limits(0.5, 1024),
            memoryAfter: 1024, hurts: false),
        Case(
            testDescription: "raised", from: small, to: medium, throttledAfter: 0.5,
            memoryAfter: 1024, hurts: false),
        Case(
            testDescription: "a first limit", from: ResourceLimits(cpu: .unlimited, memory: nil),
            throttledAfter: 0.5, hurts: true),
        Case(
            testDescription: "limits taken away",
            to: ResourceLimits(cpu: .unlimited, memory: .unlimited), throttledAfter: 0.5,
            memoryAfter: 9999, hurts: false),
    ])
    func whetherItHurts(_ test: Case) {
        let effect = LimitEffect(
            at: Timestamp(seconds: 1_795_000_000), from: test.from, to: test.to,
            before: LimitEffect.Span(
                seconds: 600, throttledShare: test.throttledBefore, cpuMax: nil,
                memoryMax: .mebibytes(100), oomKills: test.killsBefore),
            after: LimitEffect.Span(
                seconds: 600, throttledShare: test.throttledAfter, cpuMax: nil,
                memoryMax: .mebibytes(test.memoryAfter), oomKills: test.killsAfter))
        #expect(effect.hurts(SizingPolicy()) == test.hurts)
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        let evidence = service(
            [replica(cpu: [0.1], memory: [100])], limitChanges: [effect])
        #expect(
            sizer.recommend(evidence, limits: evidence.limits).warnings
                == (test.hurts
                    ? [
                        "its limits were lowered on 2026-11-18 11:06Z and it is worse off since: "
                            + "consider going back to \(test.from.text)"
                    ] : []))
    }
}
