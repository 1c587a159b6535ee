import Measures
import Statistics

/// What one replica showed, ready to be sized: gaps left out, throttling undone.
struct ReplicaHistory {
    var observations: ReplicaObservations
    /// Without gaps.
    var cpu: CPUUse
    /// The length of all its intervals.
    var cpuSeconds: Double
    /// What it would have used without its limit; as many as `cpu` has intervals.
    var demand: [Double]
    var held: HoldTiming
    /// Longer steps are gaps, in milliseconds.
    var cpuGap: Int64
    var memoryGap: Int64
    var spacing: Spacing

    init(
        _ observations: ReplicaObservations, _ timings: inout SampleTimings, _ policy: SizingPolicy
    ) throws(StatisticsError) {
        let timing = try timings.timing(of: observations.cpu)
        self.observations = observations
        cpu = observations.cpu.without(gapsOf: timing)
        cpuSeconds = timing.total
        spacing = try timings.spacing(of: observations.sampleTimes)
        demand = cpu.throttlings.isEmpty ? cpu.cores : cpu.demand(policy)
        func gap(_ step: Double?) -> Int64 {
            Int64(policy.gapSeconds(usual: step ?? 60) * 1000)
        }
        cpuGap = gap(timing.usualSeconds)
        memoryGap = gap(spacing.usualSeconds)
        held = timings.timing(
            of: observations.memory,
            usualSeconds: min(
                spacing.usualSeconds ?? timing.usualSeconds ?? 60, policy.gapSecondsMax),
            gap: memoryGap)
    }

    func withDemand<Result>(_ body: (Track) -> Result) -> Result {
        demand.withUnsafeBufferPointer { values in
            cpu.seconds.withUnsafeBufferPointer { seconds in
                cpu.ends.withUnsafeBufferPointer { ends in
                    body(Track(values: values, seconds: seconds, ends: ends, gap: cpuGap))
                }
            }
        }
    }

    func withWorkingSet<Result>(_ body: (Track) -> Result) -> Result {
        observations.memory.workingSet.withUnsafeBufferPointer { values in
            held.seconds.withUnsafeBufferPointer { seconds in
                held.times.withUnsafeBufferPointer { ends in
                    body(Track(values: values, seconds: seconds, ends: ends, gap: memoryGap))
                }
            }
        }
    }

    func evidence(
        _ workload: Workload, end: Timestamp, _ policy: SizingPolicy
    ) -> ReplicaEvidence {
        let longerThan = policy.alertSeconds * policy.alertTolerance
        func periods(_ runStarts: [Int]) -> Periods {
            workload == .steady ? .days(end: end.milliseconds) : .runs(starts: runStarts)
        }
        let limit =
            observations.limitHistory.last { $0.limits.memory?.bound != nil }?.limits.memory?.bound
        return ReplicaEvidence(
            instance: observations.instance,
            cpu: withDemand {
                $0.summaries(by: periods(cpu.runStarts), longerThan: longerThan)
            },
            memory: withWorkingSet {
                $0.summaries(
                    by: periods(observations.memory.runStarts), longerThan: longerThan)
            },
            memoryBurstMax: observations.memoryBurstMax,
            killedAt: observations.oomKills > 0 ? observations.killedAt ?? limit : nil)
    }
}

/// What all replicas of a service showed.
struct ServiceHistory {
    /// At least one.
    var replicas: [ReplicaHistory]
    var workload: Workload
    var coverage: Coverage

    init(_ replicas: [ReplicaHistory], _ policy: SizingPolicy) {
        self.replicas = replicas
        var coverage = replicas.map { Coverage($0) }.max { $0.seconds < $1.seconds }!
        coverage.incarnations = replicas.reduce(0) { $0 + $1.observations.incarnations }
        self.coverage = coverage
        workload = Self.workload(replicas, coverage, policy)
    }

    /// The replica seen last, which runs with the limits that a change of today would replace.
    var newest: ReplicaHistory {
        replicas.max { $0.observations.sampleTimes.last! < $1.observations.sampleTimes.last! }!
    }

    /// A job comes, works and goes: most of the time it is not there, and it came several times.
    private static func workload(
        _ replicas: [ReplicaHistory], _ coverage: Coverage, _ policy: SizingPolicy
    ) -> Workload {
        let span = Double(coverage.last.milliseconds - coverage.first.milliseconds) / 1000
        guard let runs = replicas.map(\.cpu.runStarts.count).max(), runs >= policy.batchRunsMin,
            coverage.seconds < policy.batchCoverageMax * span,
            // Gaps of the sampler are no ends of jobs.
            coverage.gaps < runs
        else { return .steady }
        return .batch(runs: runs)
    }
}

extension Coverage {
    fileprivate init(_ replica: ReplicaHistory) {
        let times = replica.observations.sampleTimes
        self.init(
            first: times.first!, last: times.last!, samples: times.count,
            seconds: replica.cpuSeconds, stepSeconds: replica.spacing.usualSeconds,
            gaps: replica.spacing.gaps, incarnations: replica.observations.incarnations)
    }
}
