import Measures
package import Sizing

/// A ladder made for an estate, beside the one it has.
package struct TierFit: Sendable {
    package var ladder: TierFitting.Ladder
    /// The services it holds, in the order of its assignment.
    package var services: [ServiceReport]
    /// What those services take with the limits they have, and on the tiers of today as advised; where no
    /// tier fits, what they need.
    package var now: HostBudget.Sum
    package var advised: HostBudget.Sum

    /// - Parameter count: of tiers, at least 1.
    /// - Returns: nil where no service has a need that is known.
    package init?(_ report: Report, count: Int) {
        let sized = report.services.filter {
            $0.recommendation.need != nil && $0.recommendation.verdict != .ignore
        }
        guard !sized.isEmpty else { return nil }
        let demands = sized.map {
            TierFitting.Demand(
                need: $0.recommendation.need!, replicas: max(1, $0.evidence.replicas.count))
        }
        ladder = TierFitting(host: report.host).ladder(of: count, for: demands)
        services = sized
        (now, advised) = (HostBudget.Sum(), HostBudget.Sum())
        for service in sized {
            let replicas = max(1, service.evidence.replicas.count)
            let advice = service.recommendation
            now.add(service.limits, replicas: replicas)
            let tier = report.tiers.first {
                $0.cpuLimit >= advice.need!.cpu && $0.memoryLimit >= advice.need!.memory
            }
            advised.add(
                tier?.limits ?? advice.exact?.limits ?? service.limits, replicas: replicas)
        }
    }

    package func table() -> String {
        var lines: [String] = []
        for (index, tier) in ladder.tiers.enumerated() {
            let held = zip(services, ladder.assignment).filter { $1 == index }.map(\.0)
            lines.append(
                "\(Self.name(index, of: ladder.tiers.count)): \(tier.cpu.text) CPU, "
                    + "\(tier.memory.text)   \(held.count) service\(held.count == 1 ? "" : "s")")
            lines.append(
                "    " + held.map { $0.id.service.printable }.sorted().joined(separator: ", "))
        }
        lines.append("")
        lines.append(
            "Together: \(ladder.total.cpu.text) CPU, \(ladder.total.memory.text); on today's tiers as "
                + "advised: \(advised.cpu.text) CPU, \(advised.memory.text); "
                + "limits now: \(now.cpu.text) CPU, \(now.memory.text)"
                + (now.unlimited > 0 ? " and \(now.unlimited) without" : "") + ".")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Schema `rightsize.tiers/1`.
    package func json() throws -> String {
        let document = Document(
            tiers: ladder.tiers.enumerated().map { index, size in
                TierJSON(
                    ResourceTier(
                        name: Self.name(index, of: ladder.tiers.count), cpuLimit: size.cpu,
                        memoryLimit: size.memory))
            },
            assignment: zip(services, ladder.assignment).map { service, index in
                Assignment(
                    project: service.id.project, service: service.id.service,
                    tier: Self.name(index, of: ladder.tiers.count))
            },
            total: Sum(cpu: ladder.total.cpu, memory: ladder.total.memory),
            todaysTiers: Sum(cpu: advised.cpu, memory: advised.memory),
            now: Sum(cpu: now.cpu, memory: now.memory))
        return try document.jsonText()
    }

    /// The names of the standard ladder where they do.
    static func name(_ index: Int, of count: Int) -> String {
        let names: [[String]] = [
            ["all"], ["small", "large"], ["small", "medium", "large"],
            ["small", "medium", "large", "xlarge"],
        ]
        return count <= names.count ? names[count - 1][index] : "tier\(index + 1)"
    }

    private struct Document: Encodable {
        var schema = "rightsize.tiers/1"
        var tiers: [TierJSON]
        var assignment: [Assignment]
        var total: Sum
        var todaysTiers: Sum
        var now: Sum

        private enum CodingKeys: String, CodingKey {
            case schema, tiers, assignment, total, now
            case todaysTiers = "todays_tiers"
        }
    }

    private struct Assignment: Encodable {
        var project: String?
        var service: String
        var tier: String
    }

    private struct Sum: Encodable {
        var cpuCores: Double
        var memoryBytes: Int64

        init(cpu: Cores, memory: Bytes) {
            cpuCores = cpu.rawValue
            memoryBytes = memory.rawValue
        }

        private enum CodingKeys: String, CodingKey {
            case cpuCores = "cpu_cores"
            case memoryBytes = "memory_bytes"
        }
    }
}
