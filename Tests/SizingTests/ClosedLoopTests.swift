import Measures
import Testing

@testable import Sizing

/// Containers that run with what they are advised to: where advice runs away, turns around again and
/// again, or believes what a limit hides, it shows here. Each figure is of generated demand, with
/// seeds; more seeds give the same to a hundredth.
@Suite struct ClosedLoopTests {
    private static let each = 6

    private func expectNoneIsKilledTwice(_ outcomes: [ClosedLoop.Outcome]) {
        for outcome in outcomes { #expect(outcome.killedDays < 2, "\(outcome.text)") }
    }

    private func violationShare(_ outcomes: [ClosedLoop.Outcome]) -> Double {
        Double(outcomes.reduce(0) { $0 + $1.violationDays })
            / Double(outcomes.reduce(0) { $0 + $1.days })
    }

    @Test func onTiers() throws {
        let outcomes = try ClosedLoop(sizes: .tiers).run(
            SimulatedDemand.Kind.allCases.filter { $0 != .caching }, count: Self.each)
        expectNoneIsKilledTwice(outcomes)
        #expect(violationShare(outcomes) <= 0.01)
        // Four weeks after the second advice.
        let changes = outcomes.reduce(0) { $0 + $1.lateChanges }
        #expect(Double(changes) <= 0.2 * Double(4 * outcomes.count))
        for outcome in outcomes {
            #expect(outcome.turns <= 3, "\(outcome.text)")
            // In the end, no tier more than the next one to what holds twice the need.
            let ample = ResourceTier.standard.first {
                $0.cpuLimit.rawValue >= 2 * outcome.need.cpu
                    && Double($0.memoryLimit.rawValue) >= 2 * mebibytes(outcome.need.memory)
            }
            if let ample, let last = outcome.limits.last {
                #expect(last.cpu <= ample.cpuLimit.rawValue, "\(outcome.text)")
                #expect(
                    mebibytes(last.memory) <= Double(ample.memoryLimit.rawValue),
                    "\(outcome.text)")
            }
        }
    }

    @Test(arguments: SimulatedDemand.Kind.allCases.filter { $0 != .caching })
    func withSizesOfTheirOwn(kind: SimulatedDemand.Kind) throws {
        let outcomes = try ClosedLoop(sizes: .exact).run([kind], count: Self.each)
        expectNoneIsKilledTwice(outcomes)
        #expect(violationShare(outcomes) <= 0.01)
        for outcome in outcomes {
            let (need, advised) = (outcome.need, outcome.limits.dropFirst())
            #expect(outcome.turns <= 3, "\(outcome.text)")
            // While throttling hides the demand, up to three times what was used is assumed.
            #expect(advised.allSatisfy { $0.cpu <= 4 * need.cpu }, "\(outcome.text)")
            #expect(advised.allSatisfy { $0.memory <= 2 * need.memory }, "\(outcome.text)")
            #expect(advised.last.map { $0.cpu <= 2.5 * need.cpu } == true, "\(outcome.text)")
            #expect(advised.last.map { $0.memory <= 1.5 * need.memory } == true, "\(outcome.text)")
        }
    }

    /// Page cache in use fills three quarters of what a limit leaves, whatever the limit, and gives way: no
    /// refaults, no pressure. A larger limit is filled again.
    @Test func cacheThatFillsAnyLimit() throws {
        let outcomes = try ClosedLoop(sizes: .exact).run([.caching], count: Self.each)
        expectNoneIsKilledTwice(outcomes)
        for outcome in outcomes {
            #expect(
                outcome.limits.dropFirst().allSatisfy { $0.memory <= 4 * outcome.need.memory },
                "\(outcome.text)")
        }
    }

    /// Services that are throttled from the start, with what throttling hides and without.
    @Test(arguments: [ClosedLoop.Sizes.tiers, .exact])
    func throttlingUndone(sizes: ClosedLoop.Sizes) throws {
        var naive = SizingPolicy()
        (naive.unthrottledShareMin, naive.throttledShareCertain) = (1, 1)
        let undone = try ClosedLoop(sizes: sizes).run([.throttled], count: Self.each)
        let left = try ClosedLoop(policy: naive, sizes: sizes).run([.throttled], count: Self.each)
        #expect(violationShare(left) > 0)
        #expect(violationShare(undone) <= violationShare(left) / 3)
    }
}
