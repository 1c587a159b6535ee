import Measures

@testable import Sizing

let daySeconds = 86_400.0

func mebibytes(_ count: Double) -> Double { count * 1_048_576 }

func limits(_ cpu: Double, _ mebibytes: Int64) -> ResourceLimits {
    ResourceLimits(cpu: .bounded(Cores(cpu)), memory: .bounded(.mebibytes(mebibytes)))
}

/// Periods, newest first, in each of which use was the same all the time.
func even(_ uses: [Double], seconds: Double = daySeconds) -> [PeriodSummary] {
    uses.enumerated().map { age, use in
        PeriodSummary(age: age, sustained: use, mean: use, peak: use, seconds: seconds)
    }
}

/// The same period again and again.
func alike(
    _ count: Int, sustained: Double, mean: Double, peak: Double? = nil,
    seconds: Double = daySeconds
) -> [PeriodSummary] {
    (0..<count).map {
        PeriodSummary(
            age: $0, sustained: sustained, mean: mean, peak: peak ?? sustained, seconds: seconds)
    }
}

/// A replica with even days of so many cores and MiB.
func replica(
    cpu: [Double], memory: [Double], memoryBurstMax: Double? = nil, killedAt: Int64? = nil,
    instance: String = "1"
) -> ReplicaEvidence {
    ReplicaEvidence(
        instance: instance, cpu: even(cpu), memory: even(memory.map(mebibytes)),
        memoryBurstMax: memoryBurstMax.map { Bytes(Int64(mebibytes($0))) },
        killedAt: killedAt.map(Bytes.mebibytes))
}

/// What is known of a service beside its periods.
func service(
    _ replicas: [ReplicaEvidence], oomKills: Int = 0, throttled: Double? = nil,
    cpuCensored: Double = 0, memoryCensored: Double = 0,
    limits: ResourceLimits = limits(1, 1024), seconds: Double? = nil,
    workload: Workload = .steady, span: Double? = nil, limitChanges: [LimitEffect] = []
) -> ServiceEvidence {
    let covered = seconds ?? (replicas.map { $0.cpu.reduce(0) { $0 + $1.seconds } }.max() ?? 0)
    let (cpu, memory) = (Cores(0.1), Bytes.mebibytes(100))
    return ServiceEvidence(
        replicas: replicas,
        cpu: CPUEvidence(
            mean: cpu, p50: cpu, p95: cpu, p99: cpu, max: cpu, throttledShare: throttled,
            censoredShare: cpuCensored, demandMean: cpu, demandP95: cpu),
        memory: MemoryEvidence(
            mean: memory, p50: memory, p95: memory, p99: memory, max: memory, peak: nil,
            censoredShare: memoryCensored),
        oomKills: oomKills, restarts: 0, limits: limits, limitChanges: limitChanges,
        workload: workload,
        coverage: Coverage(
            first: Timestamp(seconds: 0), last: Timestamp(seconds: Int64(span ?? covered)),
            samples: 1000, seconds: covered, stepSeconds: 60, gaps: 0))
}

/// A service of one replica whose use was even on each of so many days.
func steadyService(
    cpu: Double, memory: Double, days: Int = 14, oomKills: Int = 0, killedAt: Int64? = nil,
    throttled: Double? = nil, cpuCensored: Double = 0, memoryCensored: Double = 0,
    limits: ResourceLimits = limits(1, 1024), seconds: Double? = nil
) -> ServiceEvidence {
    service(
        [
            replica(
                cpu: Array(repeating: cpu, count: days),
                memory: Array(repeating: memory, count: days), killedAt: killedAt)
        ], oomKills: oomKills, throttled: throttled, cpuCensored: cpuCensored,
        memoryCensored: memoryCensored, limits: limits, seconds: seconds)
}
