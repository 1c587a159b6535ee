import Measures
import Testing

@testable import Sizing

/// How often the same tier would have been chosen from the same days drawn anew.
@Suite struct TierConfidenceTests {
    private let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)

    private func confidence(_ evidence: ServiceEvidence) -> Double? {
        sizer.recommend(evidence, limits: evidence.limits).confidence
    }

    @Test(arguments: [2, 7, 14])
    func alikeDaysLeaveNoDoubt(days: Int) {
        #expect(
            confidence(
                steadyService(cpu: 0.6, memory: 300, days: days, limits: limits(0.5, 512))) == 1)
    }

    @Test func oneDayIsNoHistory() {
        #expect(
            confidence(steadyService(cpu: 0.4, memory: 300, days: 1, limits: limits(0.5, 512)))
                == nil)
    }

    @Test func noTierNoConfidence() {
        #expect(confidence(steadyService(cpu: 5, memory: 300)) == nil)
    }

    /// One day of 14 asks for more: it is drawn in 1 − (13/14)¹⁴ = 65 % of the histories.
    @Test func oneFreakDay() throws {
        var cpu = Array(repeating: 0.2, count: 14)
        cpu[5] = 0.45
        let evidence = service([replica(cpu: cpu, memory: Array(repeating: 100, count: 14))])
        let advice = sizer.recommend(evidence, limits: evidence.limits)
        #expect(advice.tier?.name == "medium")
        let share = try #require(advice.confidence)
        #expect(share > 0.5 && share < 0.8)
        #expect(share == confidence(evidence))
    }

    /// What is certain of the history as a whole is certain of each drawn one: a burst, a kill, the peak of a
    /// day that is hardly covered.
    @Test func whatNoDayHoldsHoldsForAll() {
        let cpu = Array(repeating: 0.1, count: 14)
        let memory = Array(repeating: 100.0, count: 14)
        let bursty = service([replica(cpu: cpu, memory: memory, memoryBurstMax: 600)])
        #expect(confidence(bursty) == 1)
        var gappy = replica(cpu: cpu, memory: memory)
        gappy.memory[3].seconds = 3600
        gappy.memory[3].peak = mebibytes(600)
        #expect(confidence(service([gappy])) == 1)
        let killed = service(
            [replica(cpu: cpu, memory: memory, killedAt: 512)], oomKills: 1,
            limits: limits(0.5, 512))
        #expect(confidence(killed) == 1)
        // A kill of which no replica is known to have had it.
        let unknown = service(
            [replica(cpu: cpu, memory: memory)], oomKills: 1, limits: limits(0.5, 512))
        #expect(confidence(unknown) == 1)
    }
}
