import Measures
import Sizing

/// One service of `ReportJSON`.
struct ServiceJSON: Encodable {
    var project: String?
    var service: String
    var kind: String
    var replicas: Int
    var current: Limits
    var running: Limits
    var cpu: CPU?
    var memory: Memory?
    var throttledRatio: Double?
    var oomKills: Int
    var restarts: Int
    var verdict: String
    var reason: String
    var recommended: TierJSON?
    var need: Need?
    var exact: Need?
    var reservation: Need?
    var confidence: Double?
    var warnings: [String]
    var binding: [String]
    var evidence: Evidence
    var earlier: Earlier?
    var replays: [ReplayJSON]?

    init(_ report: ServiceReport) {
        project = report.id.project
        service = report.id.service
        kind = report.kind.name
        replicas = report.evidence.replicas.count
        current = Limits(report.limits, tier: report.tier)
        running = Limits(report.evidence.limits, tier: nil)
        cpu = report.evidence.cpu.map { CPU($0, utilisation: report.cpuUtilisation) }
        memory = report.evidence.memory.map { Memory($0, utilisation: report.memoryUtilisation) }
        throttledRatio = report.evidence.cpu?.throttledShare
        oomKills = report.evidence.oomKills
        restarts = report.evidence.restarts
        verdict = report.recommendation.verdict.rawValue
        reason = report.recommendation.reason
        recommended = report.recommendation.tier.map(TierJSON.init)
        need = report.recommendation.need.map {
            Need(cpuCores: $0.cpu.rawValue, memoryBytes: $0.memory.rawValue)
        }
        exact = report.recommendation.exact.map {
            Need(cpuCores: $0.cpu.rawValue, memoryBytes: $0.memory.rawValue)
        }
        reservation = report.recommendation.reservation.map {
            Need(cpuCores: $0.cpu.rawValue, memoryBytes: $0.memory.rawValue)
        }
        confidence = report.recommendation.confidence
        warnings = report.recommendation.warnings
        binding = report.recommendation.binding.map(\.rawValue)
        evidence = Evidence(report.evidence)
        earlier = report.evidence.earlier.map(Earlier.init)
        let replayed = report.evidence.replays
        replays = replayed.isEmpty ? nil : replayed.map(ReplayJSON.init)
    }

    private enum CodingKeys: String, CodingKey {
        case project, service, kind, replicas, current, running, cpu, memory, restarts, verdict
        case reason, recommended, need, exact, reservation, confidence, warnings, binding, evidence
        case earlier, replays
        case throttledRatio = "throttled_ratio"
        case oomKills = "oom_kills"
    }

    struct Limits: Encodable {
        var tier: String?
        var cpuLimitCores: Double?
        var cpuUnlimited: Bool
        var memoryLimitBytes: Int64?
        var memoryUnlimited: Bool

        init(_ limits: ResourceLimits, tier: String?) {
            self.tier = tier
            cpuLimitCores = limits.cpu?.bound?.rawValue
            cpuUnlimited = limits.cpu == .unlimited
            memoryLimitBytes = limits.memory?.bound?.rawValue
            memoryUnlimited = limits.memory == .unlimited
        }

        private enum CodingKeys: String, CodingKey {
            case tier
            case cpuLimitCores = "cpu_limit_cores"
            case cpuUnlimited = "cpu_unlimited"
            case memoryLimitBytes = "memory_limit_bytes"
            case memoryUnlimited = "memory_unlimited"
        }
    }

    struct CPU: Encodable {
        var meanCores: Double
        var p50Cores: Double
        var p95Cores: Double
        var p99Cores: Double
        var maxCores: Double
        var startUpMaxCores: Double?
        var censoredRatio: Double
        var demandMedianCores: Double?
        var demandMeanCores: Double
        var demandP95Cores: Double
        var p95Utilisation: Double?

        init(_ cpu: CPUEvidence, utilisation: Double?) {
            meanCores = cpu.mean.rawValue
            p50Cores = cpu.p50.rawValue
            p95Cores = cpu.p95.rawValue
            p99Cores = cpu.p99.rawValue
            maxCores = cpu.max.rawValue
            startUpMaxCores = cpu.startUpMax?.rawValue
            censoredRatio = cpu.censoredShare
            demandMedianCores = cpu.demandMedian?.value.rawValue
            demandMeanCores = cpu.demandMean.rawValue
            demandP95Cores = cpu.demandP95.rawValue
            p95Utilisation = utilisation
        }

        private enum CodingKeys: String, CodingKey {
            case meanCores = "mean_cores"
            case p50Cores = "p50_cores"
            case p95Cores = "p95_cores"
            case p99Cores = "p99_cores"
            case maxCores = "max_cores"
            case startUpMaxCores = "start_up_max_cores"
            case censoredRatio = "censored_ratio"
            case demandMedianCores = "demand_median_cores"
            case demandMeanCores = "demand_mean_cores"
            case demandP95Cores = "demand_p95_cores"
            case p95Utilisation = "p95_utilisation"
        }
    }

    struct Memory: Encodable {
        var mean: Int64
        var p50: Int64
        var p95: Int64
        var p99: Int64
        var max: Int64
        var peak: Int64?
        var startUpMax: Int64?
        var unreclaimableMax: Int64?
        var activeCacheMax: Int64?
        var refaults: Int64?
        var stalledSeconds: Double?
        var atLimitRatio: Double
        var utilisation: Double?

        init(_ memory: MemoryEvidence, utilisation: Double?) {
            mean = memory.mean.rawValue
            p50 = memory.p50.rawValue
            p95 = memory.p95.rawValue
            p99 = memory.p99.rawValue
            max = memory.max.rawValue
            peak = memory.peak?.rawValue
            startUpMax = memory.startUpMax?.rawValue
            unreclaimableMax = memory.parts.unreclaimableMax?.rawValue
            activeCacheMax = memory.parts.activeCacheMax?.rawValue
            refaults = memory.parts.refaults
            stalledSeconds = memory.parts.stalledSeconds
            atLimitRatio = memory.censoredShare
            self.utilisation = utilisation
        }

        private enum CodingKeys: String, CodingKey {
            case mean = "working_set_mean_bytes"
            case p50 = "working_set_p50_bytes"
            case p95 = "working_set_p95_bytes"
            case p99 = "working_set_p99_bytes"
            case max = "working_set_max_bytes"
            case peak = "peak_bytes"
            case startUpMax = "start_up_max_bytes"
            case unreclaimableMax = "unreclaimable_max_bytes"
            case activeCacheMax = "active_cache_max_bytes"
            case refaults
            case stalledSeconds = "stalled_seconds"
            case atLimitRatio = "at_limit_ratio"
            case utilisation = "max_utilisation"
        }
    }

    struct Need: Encodable {
        var cpuCores: Double
        var memoryBytes: Int64
        private enum CodingKeys: String, CodingKey {
            case cpuCores = "cpu_cores"
            case memoryBytes = "memory_bytes"
        }
    }

    struct Evidence: Encodable {
        var first: String
        var last: String
        var samples: Int
        var coveredSeconds: Double
        var stepSeconds: Double?
        var gaps: Int
        var incarnations: Int
        var days: Int
        var weekendDays: Int
        /// `steady` or `batch`: sized by day or by run.
        var workload: String
        /// Days or runs, of the replica with the most.
        var periods: Int

        init(_ evidence: ServiceEvidence) {
            let coverage = evidence.coverage
            incarnations = coverage.incarnations
            days = coverage.days
            weekendDays = coverage.weekendDays
            workload = evidence.workload == .steady ? "steady" : "batch"
            periods = evidence.replicas.map(\.cpu.count).max() ?? 0
            first = coverage.first.iso8601
            last = coverage.last.iso8601
            samples = coverage.samples
            coveredSeconds = coverage.seconds
            stepSeconds = coverage.stepSeconds
            gaps = coverage.gaps
        }

        private enum CodingKeys: String, CodingKey {
            case first, last, samples, gaps, incarnations, workload, periods, days
            case weekendDays = "weekend_days"
            case coveredSeconds = "covered_seconds"
            case stepSeconds = "step_seconds"
        }
    }
}

extension ServiceJSON {
    /// What daily rollups tell of the days whose samples are deleted.
    struct Earlier: Encodable {
        var firstDay: String
        var lastDay: String
        var days: Int
        var cpuP99Cores: Double?
        var cpuMaxCores: Double?
        var workingSetP99Bytes: Int64?
        var workingSetMaxBytes: Int64?
        var oomKills: Int

        init(_ use: EarlierUse) {
            firstDay = use.first.dayText
            lastDay = use.last.dayText
            days = use.days
            cpuP99Cores = use.cpuP99?.rawValue
            cpuMaxCores = use.cpuMax?.rawValue
            workingSetP99Bytes = use.memoryP99?.rawValue
            workingSetMaxBytes = use.memoryMax?.rawValue
            oomKills = use.oomKills
        }

        private enum CodingKeys: String, CodingKey {
            case days
            case firstDay = "first_day"
            case lastDay = "last_day"
            case cpuP99Cores = "cpu_p99_cores"
            case cpuMaxCores = "cpu_max_cores"
            case workingSetP99Bytes = "working_set_p99_bytes"
            case workingSetMaxBytes = "working_set_max_bytes"
            case oomKills = "oom_kills"
        }
    }
}

/// What a history would have done under some limits.
struct ReplayJSON: Encodable {
    var cpuLimitCores: Double?
    var memoryLimitBytes: Int64?
    var cpu: Outcome
    var memory: Outcome

    init(_ replay: Replay) {
        cpuLimitCores = replay.limits.cpu?.bound?.rawValue
        memoryLimitBytes = replay.limits.memory?.bound?.rawValue
        cpu = Outcome(replay.cpu)
        memory = Outcome(replay.memory)
    }

    private enum CodingKeys: String, CodingKey {
        case cpu, memory
        case cpuLimitCores = "cpu_limit_cores"
        case memoryLimitBytes = "memory_limit_bytes"
    }

    struct Outcome: Encodable {
        var alerts: Int
        var alertSeconds: Double
        var secondsOverLimit: Double
        var timesOverLimit: Int
        var periodsAboveTarget: Int
        var periods: Int

        init(_ outcome: Replay.Outcome) {
            alerts = outcome.alerts
            alertSeconds = outcome.alertSeconds
            secondsOverLimit = outcome.secondsOverLimit
            timesOverLimit = outcome.timesOverLimit
            periodsAboveTarget = outcome.periodsAboveTarget
            periods = outcome.periods
        }

        private enum CodingKeys: String, CodingKey {
            case alerts, periods
            case alertSeconds = "alert_seconds"
            case secondsOverLimit = "seconds_over_limit"
            case timesOverLimit = "times_over_limit"
            case periodsAboveTarget = "periods_above_target"
        }
    }
}
