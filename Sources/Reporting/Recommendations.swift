import Measures
import Sizing

extension Report {
    /// A JSON array, an object a service: `project`, `service`, `cpu_limit_cores`, `memory_limit_bytes`,
    /// `tier` and the evidence. A resource that was never measured has no limit here, and a service that
    /// no tier holds has the tier `none`.
    package func recommendationsJSON() throws -> String {
        let list = services.map(RecommendationJSON.init)
        return try list.jsonText()
    }

    /// A line a service.
    package func recommendationTable(_ style: TableStyle) -> String {
        let services = printable.services
        let rows = services.map { service -> [String] in
            let advice = service.recommendation
            return [
                service.id.description,
                (advice.need?.cpu ?? advice.partialNeed?.cpu).map(\.text) ?? "",
                (advice.need?.memory ?? advice.partialNeed?.memory).map(\.text) ?? "",
                advice.tier?.name ?? (advice.verdict == .noTierFits ? "none fits" : ""),
                advice.confidence.map(percentText) ?? "",
                advice.verdict.rawValue.replacing("_", with: " "),
            ]
        }
        let header = ["SERVICE", "CPU", "MEMORY", "TIER", "SURE", "VERDICT"]
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([header] + rows).map { row in
            let cells = row.enumerated().map { column, text in
                [1, 2, 4].contains(column)
                    ? text.rightAligned(widths[column]) : text.fitted(widths[column], ellipsis: "")
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

private struct RecommendationJSON: Encodable {
    var project: String?
    var service: String
    var cpuLimitCores: Double?
    var memoryLimitBytes: Int64?
    /// `none` where none fits; nil where nothing is recommended.
    var tier: String?
    var verdict: String
    var confidence: Double?
    var evidence: ServiceJSON

    init(_ report: ServiceReport) {
        let advice = report.recommendation
        project = report.id.project
        service = report.id.service
        cpuLimitCores = (advice.need?.cpu ?? advice.partialNeed?.cpu)?.rawValue
        memoryLimitBytes = (advice.need?.memory ?? advice.partialNeed?.memory)?.rawValue
        tier = advice.verdict == .noTierFits ? "none" : advice.tier?.name
        verdict = advice.verdict.rawValue
        confidence = advice.confidence
        evidence = ServiceJSON(report)
    }

    private enum CodingKeys: String, CodingKey {
        case project, service, tier, verdict, confidence, evidence
        case cpuLimitCores = "cpu_limit_cores"
        case memoryLimitBytes = "memory_limit_bytes"
    }
}
