import Compose
import FoundationEssentials
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
                #expect(throws: ComposeError.self, "\(name)") { try ComposeFile(path: path) }
                continue
            }
            let file = try ComposeFile(path: path)
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
        case .inherited: break
        }
    }

    /// Tiers are put before a real file, each service asks for one: whatever is planned must verify, and
    /// lead back.
    @Test func plansVerifyOrRefuse() throws {
        var refused = 0
        for path in Shared.corpus {
            let bytes = Array(threeTiers.utf8) + (try Fixtures.bytes(path))
            guard let file = try? ComposeFile(bytes: bytes, path: path) else { continue }
            let wanted = Dictionary(
                file.services.map { ($0.name, "medium") }, uniquingKeysWith: { first, _ in first })
            let plan = file.plan(assigning: wanted)
            _ = try plan.patchedBytes()
            refused += plan.refusals.count
            for refusal in plan.refusals { #expect(!refusal.text.isEmpty) }
        }
        #expect(refused > 0)
    }
}
