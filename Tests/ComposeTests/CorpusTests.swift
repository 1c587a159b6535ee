import Compose
import FoundationEssentials
import Glibc
import Measures
import Testing

/// Real files of other people, against what three programs said of them. Skipped where they are absent
/// (see `Shared`).
///
/// Left out, because it is not read at this scope: values that are interpolated or inherited by `extends`
/// are `unknown` here, and an unknown is only required to be something that the file really writes so.
@Suite(.enabled(if: Shared.folder != nil, "RIGHTSIZE_SHARED and ../shared do not have the corpus"))
struct CorpusTests {
    struct Oracle: Decodable {
        struct Answer: Decodable {
            var status: String
            var services: [String: Service?]?
            var docs: [[String: Service?]?]?

            private enum CodingKeys: CodingKey { case status, services, docs }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                status = try container.decode(String.self, forKey: .status)
                services = try container.decodeIfPresent([String: Service?].self, forKey: .services)
                // Of a file that is no Compose file, PyYAML's answer has other shapes.
                docs = try? container.decode([[String: Service?]?].self, forKey: .docs)
            }
        }
        struct Service: Decodable {
            struct Deploy: Decodable { var resources: Resources? }
            struct Resources: Decodable { var limits, reservations: Values? }
            struct Values: Decodable { var cpus, memory: Value? }
            var deploy: Deploy?
            var cpus, memoryLimit, memoryReservation, cpuQuota: Value?

            private enum CodingKeys: String, CodingKey {
                case deploy, cpus
                case memoryLimit = "mem_limit"
                case memoryReservation = "mem_reservation"
                case cpuQuota = "cpu_quota"
            }
        }
        /// A number or a text; both occur for the same key.
        struct Value: Decodable {
            var text: String

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Double.self) {
                    text = number == number.rounded() ? String(Int64(number)) : String(number)
                } else {
                    text = try container.decode(String.self)
                }
            }
        }
        var composeV2, composeV1, pyyaml: Answer

        private enum CodingKeys: String, CodingKey {
            case pyyaml
            case composeV2 = "compose_v2"
            case composeV1 = "compose_v1"
        }

        /// The best answer: v2's, else v1's, else what a plain YAML reader sees.
        var services: [String: Service?]? {
            if composeV2.status == "ok" { return composeV2.services }
            if composeV1.status == "ok" { return composeV1.services }
            return pyyaml.status == "ok" ? pyyaml.docs?.first ?? nil : nil
        }
    }

    static func oracle() throws -> [String: Oracle] {
        let path = try #require(Shared.folder) + "/compose/oracle.json"
        return try JSONDecoder().decode(
            [String: Oracle].self, from: Data(try Fixtures.bytes(path)))
    }

    @Test func resourcesAreTheOracles() throws {
        let oracle = try Self.oracle()
        var compared = 0
        for path in Shared.corpus {
            let name = Fixtures.name(path)
            let answer = try #require(oracle["corpus/\(name)"])
            guard let expected = answer.services else {
                #expect(throws: ComposeError.self, "\(name)") { try ComposeModel(path: path) }
                continue
            }
            let file = try ComposeModel(path: path)
            #expect(Set(file.services.map(\.name)) == Set(expected.keys), "\(name)")
            for service in file.services {
                guard let wanted = expected[service.name] ?? nil else { continue }
                compared += 1
                check(service, wanted, "\(name) \(service.name)")
            }
        }
        #expect(compared > 350)
    }

    private func check(_ service: ComposeService, _ wanted: Oracle.Service, _ place: Comment) {
        let limits = wanted.deploy?.resources?.limits
        let reservations = wanted.deploy?.resources?.reservations
        let have = service.resources
        check(
            have.memoryLimit, limits?.memory ?? wanted.memoryLimit, Bytes.init(composeSize:), place)
        check(
            have.memoryReservation, reservations?.memory ?? wanted.memoryReservation,
            Bytes.init(composeSize:), place)
        check(have.cpuReservation, reservations?.cpus, Cores.init(composeCPUs:), place)
        if wanted.cpuQuota == nil {
            check(have.cpuLimit, limits?.cpus ?? wanted.cpus, Cores.init(composeCPUs:), place)
        }
    }

    private func check<Quantity>(
        _ have: ComposeValue<Quantity>, _ wanted: Oracle.Value?,
        _ parse: (String) -> Quantity?, _ place: Comment
    ) {
        switch have {
        case .absent: #expect(wanted == nil, place)
        case .known(let quantity): #expect(wanted.flatMap { parse($0.text) } == quantity, place)
        case .unknown(let text): #expect(text.contains("$"), place)
        }
    }

    /// Tiers are put before a real file, and each service by itself asks for a tier, for amounts, and for
    /// amounts of a file without tiers: whatever is planned has been verified, and few are refused.
    @Test(.timeLimit(.minutes(5))) func plansVerifyOrRefuse() throws {
        var (asked, refused) = (0, 0)
        let amounts = ResourceWish.amounts(
            ResourceAmounts(cpuLimit: Cores(0.75), memoryLimit: .mebibytes(768)))
        for path in Shared.corpus {
            let bytes = try Fixtures.bytes(path)
            for (tiers, name) in [(threeTiers, "medium" as String?), (threeTiers, nil), ("", nil)] {
                guard let file = try? ComposeModel(bytes: Array(tiers.utf8) + bytes, path: path)
                else { continue }
                for service in file.services {
                    let plan =
                        name.map { file.plan(assigning: [service.name: $0]) }
                        ?? file.plan([service.name: amounts])
                    asked += 1
                    refused += plan.refusals.count
                    for refusal in plan.refusals {
                        #expect(!refusal.text.isEmpty)
                        if getenv("RIGHTSIZE_SAY_REFUSALS") != nil {
                            print(
                                "REFUSED \(name ?? "-") \(Fixtures.name(path)) \(refusal.reason) \(refusal)"
                            )
                        }
                    }
                    #expect(plan.decisions.count + plan.refusals.count + plan.unchanged.count == 1)
                }
            }
        }
        if getenv("RIGHTSIZE_SAY_REFUSALS") != nil { print("REFUSALS \(refused) of \(asked)") }
        #expect(refused * 20 <= asked, "\(refused) of \(asked)")
    }
}
