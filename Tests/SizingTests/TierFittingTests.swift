import Measures
import TestSupport
import Testing

@testable import Sizing

/// The ladder of N tiers that holds an estate at the least cost.
@Suite struct TierFittingTests {
    private static let even = TierFitting(host: HostCapacity(cpus: nil, memory: nil))

    private static func demand(
        _ cpu: Double, _ mebibytes: Int64, replicas: Int = 1
    ) -> TierFitting.Demand {
        TierFitting.Demand(
            need: ResourceNeed(cpu: Cores(cpu), memory: .mebibytes(mebibytes)), replicas: replicas)
    }

    private static func size(_ cpu: Double, _ mebibytes: Int64) -> ResourceNeed {
        ResourceNeed(cpu: Cores(cpu), memory: .mebibytes(mebibytes))
    }

    @Test func oneTierHoldsAll() {
        let ladder = Self.even.ladder(
            of: 1, for: [Self.demand(0.12, 500), Self.demand(0.5, 100, replicas: 3)])
        #expect(ladder.tiers == [Self.size(0.5, 512)])
        #expect(ladder.assignment == [0, 0])
        #expect(ladder.total == Self.size(2, 2048))
    }

    @Test func twoTiers() {
        let ladder = Self.even.ladder(
            of: 2,
            for: [
                Self.demand(0.1, 64), Self.demand(2, 2048), Self.demand(0.2, 128),
                Self.demand(0.15, 96),
            ])
        #expect(ladder.tiers == [Self.size(0.2, 128), Self.size(2, 2048)])
        #expect(ladder.assignment == [0, 1, 0, 0])
    }

    @Test func noMoreTiersThanAreTaken() {
        let same = Self.even.ladder(
            of: 4, for: [Self.demand(0.2, 128), Self.demand(0.2, 128, replicas: 5)])
        #expect(same.tiers == [Self.size(0.2, 128)])
        #expect(same.assignment == [0, 0])
    }

    /// A core weighs as much as its share of the host's memory.
    @Test func whatACoreWeighs() {
        let host = HostCapacity(cpus: Cores(4), memory: .gibibytes(64))
        #expect(TierFitting(host: host).bytesPerCore == 16 * 1_073_741_824)
        #expect(Self.even.bytesPerCore == 1_073_741_824)
        let none = HostCapacity(cpus: Cores(0), memory: .gibibytes(1))
        #expect(TierFitting(host: none).bytesPerCore == 1_073_741_824)
    }

    /// Against every ladder of the sizes that there are.
    @Test func noLadderIsBetter() throws {
        for seed in UInt64(0)..<60 {
            var random = SeededGenerator(seed: seed)
            let demands = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                Self.demand(
                    0.05 + 2 * random.unit(), Int64(16 + 2000 * random.unit()),
                    replicas: .random(in: 1...3, using: &random))
            }
            for count in 1...3 {
                let ladder = Self.even.ladder(of: count, for: demands)
                for (demand, tier) in zip(demands, ladder.assignment) {
                    try #require(ladder.tiers[tier].cpu >= demand.need.cpu, "seed \(seed)")
                    try #require(ladder.tiers[tier].memory >= demand.need.memory, "seed \(seed)")
                }
                try #require(ladder.tiers.count <= count)
                let found = Self.cost(ladder.total)
                let best = Self.leastCost(count, demands)
                try #require(abs(found - best) < 1e-9, "seed \(seed), \(count) tiers")
            }
        }
    }

    private static func cost(_ size: ResourceNeed) -> Double {
        size.cpu.rawValue + Double(size.memory.rawValue) / 1_073_741_824
    }

    /// Of all ladders whose tiers ascend in both.
    private static func leastCost(_ count: Int, _ demands: [TierFitting.Demand]) -> Double {
        let round = demands.map { RoundSizes.up($0.need) }
        let sizes = Set(round.map(\.cpu)).flatMap { cpu in
            Set(round.map(\.memory)).map { ResourceNeed(cpu: cpu, memory: $0) }
        }
        func holds(_ tier: ResourceNeed, _ need: ResourceNeed) -> Bool {
            tier.cpu >= need.cpu && tier.memory >= need.memory
        }
        var best = Double.infinity
        func extend(_ ladder: [ResourceNeed]) {
            if !ladder.isEmpty {
                var sum = 0.0
                for (need, demand) in zip(round, demands) {
                    let tier = ladder.first { holds($0, need) }
                    sum += tier.map { cost($0) * Double(demand.replicas) } ?? .infinity
                }
                best = min(best, sum)
            }
            guard ladder.count < count else { return }
            for size in sizes where ladder.last.map({ $0 != size && holds(size, $0) }) ?? true {
                extend(ladder + [size])
            }
        }
        extend([])
        return best
    }
}
