import Measures
import Sizing

extension Report {
    /// The report as JSON, schema `rightsize.report/1`: cores as numbers, memory in whole bytes, times in
    /// UTC. What is not known is left out, and so is a limit that does not exist: `cpu_unlimited` and
    /// `memory_unlimited` tell which. Additions keep the schema's name, changes get another.
    package func json() throws -> String {
        return try ReportJSON(self).jsonText()
    }
}

private struct ReportJSON: Encodable {
    var schema = "rightsize.report/1"
    var version: String
    var generatedAt: String
    var store: String
    var window: Window
    var host: Host
    var policy: Policy
    var tiers: [TierJSON]
    var tiersFrom: String?
    var services: [ServiceJSON]
    var budget: Budget?

    private enum CodingKeys: String, CodingKey {
        case schema, version, store, window, host, policy, tiers, services, budget
        case generatedAt = "generated_at"
        case tiersFrom = "tiers_from"
    }

    init(_ report: Report) {
        version = report.version
        generatedAt = report.generatedAt.iso8601
        store = report.source
        window = Window(
            from: report.window.from.iso8601, to: report.window.to.iso8601,
            ticks: report.window.ticks)
        host = Host(
            cpuCores: report.host.cpus?.rawValue, memoryBytes: report.host.memory?.rawValue,
            cpu: report.hostEvidence?.cpu.map { ServiceJSON.CPU($0, utilisation: nil) },
            memory: report.hostEvidence?.memory.map { ServiceJSON.Memory($0, utilisation: nil) })
        policy = Policy(report.policy)
        tiers = report.tiers.map(TierJSON.init)
        tiersFrom = report.tiersSource
        services = report.services.map(ServiceJSON.init)
        budget = report.budget.map {
            Budget(
                limitsNow: Budget.Sum($0.limitsNow), limitsAdvised: Budget.Sum($0.limitsAdvised),
                reservationsNow: Budget.Sum($0.reservationsNow),
                reservationsAdvised: Budget.Sum($0.reservationsAdvised))
        }
    }

    /// Sums over all containers, to be compared with the host.
    struct Budget: Encodable {
        var limitsNow: Sum
        var limitsAdvised: Sum
        var reservationsNow: Sum
        var reservationsAdvised: Sum

        private enum CodingKeys: String, CodingKey {
            case limitsNow = "limits_now"
            case limitsAdvised = "limits_advised"
            case reservationsNow = "reservations_now"
            case reservationsAdvised = "reservations_advised"
        }

        struct Sum: Encodable {
            var cpuCores: Double
            var memoryBytes: Int64
            var unlimitedContainers: Int

            init(_ sum: HostBudget.Sum) {
                cpuCores = sum.cpu.rawValue
                memoryBytes = sum.memory.rawValue
                unlimitedContainers = sum.unlimited
            }

            private enum CodingKeys: String, CodingKey {
                case cpuCores = "cpu_cores"
                case memoryBytes = "memory_bytes"
                case unlimitedContainers = "unlimited_containers"
            }
        }
    }

    struct Window: Encodable {
        var from: String
        var to: String
        var ticks: Int
    }

    struct Host: Encodable {
        var cpuCores: Double?
        var memoryBytes: Int64?
        var cpu: ServiceJSON.CPU?
        var memory: ServiceJSON.Memory?
        private enum CodingKeys: String, CodingKey {
            case cpu, memory
            case cpuCores = "cpu_cores"
            case memoryBytes = "memory_bytes"
        }
    }

    struct Policy: Encodable {
        var caution: String
        var targetUtilisation: Double
        var alertUtilisation: Double
        var alertSeconds: Double
        var cpuMargin: Double
        var memoryMargin: Double
        var peakHeadroom: Double
        var evidenceSecondsMin: Double
        var lowerEvidenceSecondsMin: Double

        init(_ policy: SizingPolicy) {
            caution = policy.caution.rawValue
            targetUtilisation = policy.targetUtilisation
            alertUtilisation = policy.alertUtilisation
            alertSeconds = policy.alertSeconds
            cpuMargin = policy.cpuMargin
            memoryMargin = policy.memoryMargin
            peakHeadroom = policy.peakHeadroom
            evidenceSecondsMin = policy.evidenceSecondsMin
            lowerEvidenceSecondsMin = policy.lowerEvidenceSecondsMin
        }

        private enum CodingKeys: String, CodingKey {
            case caution
            case targetUtilisation = "target_utilisation"
            case alertUtilisation = "alert_utilisation"
            case alertSeconds = "alert_seconds"
            case cpuMargin = "cpu_margin"
            case memoryMargin = "memory_margin"
            case peakHeadroom = "peak_headroom"
            case evidenceSecondsMin = "evidence_seconds_min"
            case lowerEvidenceSecondsMin = "lower_evidence_seconds_min"
        }
    }
}

struct TierJSON: Encodable {
    var name: String
    var cpuLimitCores: Double
    var memoryLimitBytes: Int64

    init(_ tier: ResourceTier) {
        name = tier.name
        cpuLimitCores = tier.cpuLimit.rawValue
        memoryLimitBytes = tier.memoryLimit.rawValue
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case cpuLimitCores = "cpu_limit_cores"
        case memoryLimitBytes = "memory_limit_bytes"
    }
}
