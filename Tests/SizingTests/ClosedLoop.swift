import Measures
import TestSupport

@testable import Sizing

/// Generated containers that run with what they are advised to, week after week.
struct ClosedLoop {
    enum Sizes { case tiers, exact }

    /// A week without advice, then one after each.
    static let weeks = 7

    var policy = SizingPolicy()
    var sizes: Sizes

    /// What became of one container.
    struct Outcome {
        var kind: SimulatedDemand.Kind
        var seed: UInt64
        /// Those that each week ran with, the first without advice.
        var limits: [(cpu: Double, memory: Double)] = []
        /// Days after the first advice.
        var killedDays = 0
        var violationDays = 0
        var days = 0
        /// What the last two weeks would have needed, in cores and MiB.
        var need = (cpu: 0.0, memory: 0.0)

        /// Of the weeks after the second, which ones began with other limits.
        var lateChanges: Int {
            (3..<limits.count).count { limits[$0] != limits[$0 - 1] }
        }

        /// How often a limit was lowered and raised again, or the other way round.
        var turns: Int {
            func turns(_ values: [Double]) -> Int {
                let steps = zip(values, values.dropFirst()).map { $1 - $0 }.filter { $0 != 0 }
                return zip(steps, steps.dropFirst()).count { $0 * $1 < 0 }
            }
            return max(turns(limits.map(\.cpu)), turns(limits.map(\.memory)))
        }

        var text: String {
            let limits = limits.map { "\(Cores($0.cpu).text)/\(fixedText($0.memory, decimals: 0))" }
            return "\(kind) \(seed): \(limits.joined(separator: " → ")) of need "
                + "\(Cores(need.cpu).text)/\(fixedText(need.memory, decimals: 0)), "
                + "\(killedDays) OOM days, \(violationDays) violations"
        }
    }

    /// - Parameter count: containers of each kind.
    func run(_ kinds: [SimulatedDemand.Kind], count: Int) throws -> [Outcome] {
        var policy = policy
        // The confidence in a tier moves no limit, and costs time.
        policy.bootstrapRounds = 1
        var outcomes: [Outcome] = []
        for kind in kinds {
            for seed in 0..<UInt64(count) {
                outcomes.append(try run(kind, seed, policy))
            }
        }
        return outcomes
    }

    private func run(
        _ kind: SimulatedDemand.Kind, _ seed: UInt64, _ policy: SizingPolicy
    ) throws -> Outcome {
        let demand = SimulatedDemand(kind, days: Self.weeks * 7, seed: seed)
        var container = SimulatedContainer(demand, limits: Self.firstLimits(demand, seed))
        var outcome = Outcome(kind: kind, seed: seed)
        for week in 0..<Self.weeks {
            outcome.limits.append(container.limits)
            container.runWeek()
            if week + 1 < Self.weeks {
                let evidence = try ServiceEvidence(
                    of: [container.observations(days: 14)], policy: policy)
                container.limits = advised(evidence, container.limits, policy)
            }
        }
        let advisedDays = container.days.dropFirst(7)
        outcome.days = advisedDays.count
        outcome.killedDays = advisedDays.count { $0.kills > 0 }
        outcome.violationDays = advisedDays.count { $0.isViolation }
        outcome.need = Self.need(demand, policy)
        return outcome
    }

    /// Of any tier, but where the kind says otherwise.
    private static func firstLimits(
        _ demand: SimulatedDemand, _ seed: UInt64
    ) -> (cpu: Double, memory: Double) {
        let tier = ResourceTier.standard[Int(seed % 3)]
        var limits = (
            cpu: tier.cpuLimit.rawValue, memory: Double(tier.memoryLimit.rawValue >> 20)
        )
        var random = SeededGenerator(seed: seed &+ 1000)
        switch demand.kind {
        case .throttled: limits.cpu = demand.base.cpu * (0.4 + 0.6 * random.unit())
        case .killed: limits.memory = demand.base.memory * (1.2 + 0.3 * random.unit())
        default: break
        }
        return limits
    }

    private func advised(
        _ evidence: ServiceEvidence, _ now: (cpu: Double, memory: Double), _ policy: SizingPolicy
    ) -> (cpu: Double, memory: Double) {
        let limits = evidence.limits
        var advice = Sizer(policy: policy, tiers: ResourceTier.standard).recommend(
            evidence, limits: limits)
        if sizes == .exact || advice.verdict == .noTierFits, let need = advice.need {
            // Tiers of its own: what it needs, and that with the clearance that lowering asks for.
            let roomy = RoundSizes.up(
                ResourceNeed(
                    cpu: Cores(need.cpu.rawValue / policy.lowerClearance),
                    memory: Bytes(
                        Int64(Double(need.memory.rawValue) / policy.lowerClearance))))
            let own = [RoundSizes.up(need), roomy].map {
                ResourceTier(name: "own", cpuLimit: $0.cpu, memoryLimit: $0.memory)
            }
            advice = Sizer(policy: policy, tiers: own).recommend(evidence, limits: limits)
        }
        guard [.raise, .lower, .assign].contains(advice.verdict), let tier = advice.tier else {
            return now
        }
        return (tier.cpuLimit.rawValue, Double(tier.memoryLimit.rawValue) / 1_048_576)
    }

    private static func need(
        _ demand: SimulatedDemand, _ policy: SizingPolicy
    ) -> (cpu: Double, memory: Double) {
        func need(_ values: [Double]) -> Double {
            let last = Array(values.suffix(14 * SimulatedDemand.stepsPerDay))
            var worst = 0.0
            for day in 0..<14 {
                let start = day * SimulatedDemand.stepsPerDay
                let today = last[start..<(start + SimulatedDemand.stepsPerDay)]
                let mean = today.reduce(0, +) / Double(today.count)
                var sustained = 0.0
                for index in today.indices.dropFirst(2) {
                    sustained = max(
                        sustained, min(today[index], today[index - 1], today[index - 2]))
                }
                worst = max(
                    worst, sustained / policy.alertUtilisation, mean / policy.targetUtilisation)
            }
            return worst
        }
        return (need(demand.cpu), max(need(demand.memory), demand.memory.max() ?? 0))
    }
}
