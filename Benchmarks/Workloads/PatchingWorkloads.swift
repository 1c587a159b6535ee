import Compose
import Measures

extension Workload {
    static var patching: [Workload] {
        [
            Workload("a Compose file of 200 services read") {
                let bytes = composeFile(services: 200)
                return { (try? model(bytes)).map { Double($0.services.count) } ?? .nan }
            },
            Workload("200 services planned, verified and patched") {
                let model = try model(composeFile(services: 200))
                let wishes = wishes(model)
                return {
                    let plan = model.plan(wishes)
                    return Double(plan.patchedBytes().count + plan.decisions.count)
                        + Double(plan.unifiedDiff().count)
                }
            },
        ]
    }

    private static func model(_ bytes: [UInt8]) throws -> ComposeModel {
        try ComposeModel(bytes: bytes, path: "compose.yml")
    }

    /// The next tier for each service, amounts for some.
    private static func wishes(_ model: ComposeModel) -> [String: ResourceWish] {
        var wishes: [String: ResourceWish] = [:]
        for (number, service) in model.services.enumerated() {
            wishes[service.name] =
                number % 5 == 4
                ? .amounts(ResourceAmounts(cpuLimit: Cores(0.75), memoryLimit: .mebibytes(640)))
                : .tier(model.tiers[(number + 1) % model.tiers.count].tier)
        }
        return wishes
    }

    /// Most services with a tier by merging or by alias, some with amounts of their own, of either family.
    private static func composeFile(services count: Int) -> [UInt8] {
        var text = ""
        for tier in ResourceTier.standard {
            text += """
                x-resources-\(tier.name): &resources-\(tier.name)
                  deploy:
                    resources:
                      limits:
                        cpus: '\(tier.cpuLimit.rawValue)'
                        memory: \(tier.memoryLimit.rawValue >> 20)M


                """
        }
        text += "services:\n"
        for number in 0..<count {
            let tier = ResourceTier.standard[number % 3].name
            text += """
                  service-\(number):
                    image: registry.example.org/team/app-\(number % 97):1.\(number % 13).0
                    restart: unless-stopped
                    environment: {A: "1", MODE: prod, REGION: somewhere}
                    labels:
                      - after=service-\((number - 1) / 2)  # started first

                """
            switch number % 10 {
            case 8: text += "    mem_limit: 700m\n    cpus: 0.6\n"
            case 9:
                text += "    deploy:\n      resources:\n        limits:\n"
                text += "          cpus: '0.6'\n          memory: 700M\n"
            default: text += "    <<: *resources-\(tier)\n"
            }
        }
        return Array(text.utf8)
    }
}
