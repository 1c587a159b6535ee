import Measures
import Statistics

/// How sure the choice of a tier is: how often, over histories made of the same days drawn anew, the same
/// tier would have been chosen (block bootstrap by day; B. Efron, "Bootstrap methods", 1979; H. Künsch,
/// 1989). All replicas and both resources take the same days, since they share their load.
struct TierConfidence {
    private let sizer: Sizer
    private let estimator: NeedEstimator

    init(_ sizer: Sizer) {
        self.sizer = sizer
        estimator = NeedEstimator(policy: sizer.policy)
    }

    /// - Parameter clearance: how much of a tier the need may take.
    func share(
        of tier: ResourceTier, _ evidence: ServiceEvidence, _ limits: ResourceLimits,
        clearance: Double = 1
    ) -> Double? {
        let replicas = evidence.replicas.map { replica in
            let memory = estimator.counted(replica.memory, evidence.workload)
            return (
                cpu: estimator.counted(replica.cpu, evidence.workload), memory: memory,
                largest: largest(of: replica, beside: memory)
            )
        }
        let ages = Set(replicas.flatMap { $0.cpu.map(\.age) + $0.memory.map(\.age) }).sorted()
        guard ages.count > 1 else { return nil }
        let killed = Needs(evidence, limits, estimator).memory.filter {
            $0.constraint == .oomKilled
        }.map(\.bytes).max()
        var same = 0
        let bootstrap = DayBootstrap(
            dayCount: ages.count, resampleCount: sizer.policy.bootstrapRounds, seed: 1)
        bootstrap.forEachResample { days in
            var need = (cpu: 0.0, memory: killed ?? 0)
            for replica in replicas {
                let drawn = Self.drawn(replica.cpu, ages, days)
                if !drawn.isEmpty { need.cpu = max(need.cpu, estimator.cpu(drawn)) }
                let held = Self.drawn(replica.memory, ages, days)
                if !held.isEmpty {
                    need.memory = max(
                        need.memory, estimator.memoryByDay(held),
                        estimator.memoryByPeak(held, largest: replica.largest))
                }
            }
            let chosen = sizer.tiers.first {
                $0.cpuLimit.rawValue * clearance >= need.cpu
                    && Double($0.memoryLimit.rawValue) * clearance >= need.memory
            }
            if chosen == tier { same += 1 }
        }
        return Double(same) / Double(bootstrap.resampleCount)
    }

    /// What no counted day holds is part of every history: a burst between samples, the peak of a day
    /// hardly covered.
    private func largest(of replica: ReplicaEvidence, beside counted: [PeriodSummary]) -> Double {
        let ages = Set(counted.map(\.age))
        return replica.memory.reduce(Double(replica.memoryBurstMax?.rawValue ?? 0)) {
            $1.age < sizer.policy.daysMax && !ages.contains($1.age) ? max($0, $1.peak) : $0
        }
    }

    /// The periods of the drawn days, as often as each was drawn.
    private static func drawn(
        _ periods: [PeriodSummary], _ ages: [Int], _ days: [Int]
    ) -> [PeriodSummary] {
        days.compactMap { day in periods.first { $0.age == ages[day] } }
    }
}
