import Compose
import Measures
import Reporting

/// The resources in effect as JSON. What is not limited, or not known, is null.
struct ResourcesJSON: Encodable {
    var services: [String: Service] = [:]
    var warnings: [String] = []

    struct Service: Encodable {
        var limits, reservations: Amounts
        var replicas: Int?
        var tier: String?
        var profiles: [String]
        var provenance: [Source]

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(limits, forKey: .limits)
            try container.encode(reservations, forKey: .reservations)
            try container.encode(replicas, forKey: .replicas)
            try container.encode(tier, forKey: .tier)
            if !profiles.isEmpty { try container.encode(profiles, forKey: .profiles) }
            try container.encode(provenance, forKey: .provenance)
        }

        private enum CodingKeys: CodingKey {
            case limits, reservations, replicas, tier, profiles, provenance
        }
    }

    struct Amounts: Encodable {
        var cpus: Double?
        var memoryBytes: Int64?
        var pids: Int64?

        private enum CodingKeys: String, CodingKey {
            case cpus, pids
            case memoryBytes = "memory_bytes"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(cpus, forKey: .cpus)
            try container.encode(memoryBytes, forKey: .memoryBytes)
            try container.encode(pids, forKey: .pids)
        }
    }

    struct Source: Encodable {
        var value, text, file: String
        var line, column: Int
        var key: String
        var through: [String]
    }

    init(_ model: ComposeModel, _ tiers: TierChoice) {
        let profiles = model.profiles
        for service in model.services {
            services[service.name] = Service(
                limits: Amounts(
                    cpus: Self.amount(service.resources.cpuLimit.known),
                    memoryBytes: Self.amount(service.resources.memoryLimit.known),
                    pids: service.resources.pidsLimit.known.flatMap { $0 > 0 ? $0 : nil }),
                reservations: Amounts(
                    cpus: Self.amount(service.resources.cpuReservation.known),
                    memoryBytes: Self.amount(service.resources.memoryReservation.known), pids: nil),
                replicas: service.replicas, tier: tiers.present(of: service, in: model),
                profiles: profiles[service.name] ?? [],
                provenance: model.provenance(of: service).map { source in
                    Source(
                        value: source.name, text: source.text, file: source.path,
                        line: source.position.line, column: source.position.column,
                        key: source.key, through: source.chain)
                })
        }
        warnings = ResourcesCommand.warnings(of: model)
    }

    /// The engine takes 0 for "none".
    private static func amount(_ cores: Cores?) -> Double? {
        cores.flatMap { $0.rawValue > 0 ? $0.rawValue : nil }
    }

    private static func amount(_ bytes: Bytes?) -> Int64? {
        bytes.flatMap { $0.rawValue > 0 ? $0.rawValue : nil }
    }

    func text() throws -> String {
        return try jsonText() + "\n"
    }
}
