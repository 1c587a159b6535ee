import Measures
import Testing

@testable import Compose

/// What is done a shorter way where that is enough must be what the long way does.
struct ShortcutTests {
    private static let spellings = [
        "512M", "'512M'", "\"1g\"", "1G", "300k", "0512M", "1.5g", "512MB", "'1073741824'", "1e3m",
        "999999999g", "9999999999g", "'${M:-512M}'", "null", "", "oops", "*m", "&n 512M",
        "!!str 1g",
    ]
    private static let counts = [
        "1.0", "'1.0'", "\"0.25\"", "2", "'2'", "010", "0.1234567", "123456.5", "1234567.5", "1.",
        ".5", "-1.5", "1_0.5", "'${C:-0.5}'", "~", "", "*c", "&d 0.5", "0.50",
    ]

    /// A `deploy:` of a service's own, with an anchor that nobody uses at the service, which bars the shorter way.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func plainAmountsAreReadAndEditedAlike(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let body = Self.deploy(&random)
        let head = "x-m: &m 256M\nx-c: &c '0.75'\nservices:\n  a: "
        let plain = try compose(head + body)
        let other = try compose(head + "&unused " + body)
        let (left, right) = (plain.services[0], other.services[0])
        #expect(left.resources == right.resources, "seed \(seed): \(body)")
        #expect(left.replicas == right.replicas && left.tier == right.tier, "seed \(seed): \(body)")
        #expect(plain.warnings == other.warnings, "seed \(seed): \(body)")
        #expect(plain.rejections.count == other.rejections.count, "seed \(seed): \(body)")
        let amounts = ResourceAmounts(
            cpuLimit: Bool.random(using: &random) ? Cores(0.5) : nil,
            memoryLimit: .mebibytes([512, 300].randomElement(using: &random) ?? 1),
            memoryReservation: Bool.random(using: &random) ? .mebibytes(100) : nil)
        let plans = [plain, other].map { $0.plan(["a": .amounts(amounts)]) }
        let shift = "&unused ".utf8.count
        #expect(plans[0].refusals.map(\.text) == plans[1].refusals.map(\.text), "seed \(seed)")
        #expect(
            plans[0].edits.map { [$0.range.lowerBound + shift, $0.range.upperBound + shift] }
                == plans[1].edits.map { [$0.range.lowerBound, $0.range.upperBound] },
            "seed \(seed): \(body)")
        #expect(plans[0].edits.map(\.new) == plans[1].edits.map(\.new), "seed \(seed): \(body)")
        #expect(plans[0].edits.map(\.reason) == plans[1].edits.map(\.reason), "seed \(seed)")
    }

    private static func deploy(_ random: inout SeededGenerator) -> String {
        func some(_ text: String?) -> String? {
            Bool.random(using: &random) || Bool.random(using: &random) ? text : nil
        }
        func group(_ name: String, _ entries: [String?]) -> String? {
            some("\(name): {\(entries.compactMap { $0 }.joined(separator: ", "))}")
        }
        let groups = [
            group(
                "limits",
                [
                    some("cpus: \(counts.randomElement(using: &random) ?? "")"),
                    some("memory: \(spellings.randomElement(using: &random) ?? "")"),
                    some("pids: 5"),
                ]),
            group("reservations", [some("memory: 64M")]),
        ]
        let entries = [
            group("resources", groups), some("replicas: 3"), some("foo: 1"),
        ]
        let parts = ["image: x", group("deploy", entries), some("container_name: n")]
        return "{\(parts.compactMap { $0 }.joined(separator: ", "))}\n"
    }

    @Test(arguments: spellings + counts)
    func commonAmountsAreWhatComposeReads(text: String) throws {
        let bytes = Array(text.utf8)
        if let memory = bytes.withUnsafeBytes(CommonAmount.memory) {
            #expect(Bytes(composeSize: text) == memory)
            #expect(ComposeScalar(text, isPlain: true) == .text(text))
        }
        if let cpus = bytes.withUnsafeBytes(CommonAmount.cpus) {
            #expect(Cores(composeCPUs: text) == cpus)
            #expect(ComposeScalar(text, isPlain: true) == .decimal(cpus.rawValue))
        }
    }

    /// Every thousandth of a core up to ten, and every size up to a thousand.
    @Test func commonAmountsAreExact() {
        for count in 0..<10_000 {
            let fraction = String(count % 1000 + 1000).dropFirst()
            let text = "\(count / 1000).\(fraction)"
            #expect(Array(text.utf8).withUnsafeBytes(CommonAmount.cpus)?.rawValue == Double(text))
        }
        for count in 1..<1000 {
            for unit in ["k", "K", "m", "M", "g", "G"] {
                let text = "\(count)\(unit)"
                #expect(
                    Array(text.utf8).withUnsafeBytes(CommonAmount.memory)
                        == Bytes(composeSize: text))
            }
        }
    }

    /// libyaml reads UTF-8 as it lies there, and what begins with a byte order mark through its own buffer.
    @Test(arguments: Fixtures.adversarial + Fixtures.golden)
    func textIsReadAlikeEitherWay(path: String) throws {
        let bytes = try Fixtures.bytes(path)
        let comment = Array("# é\n".utf8)
        guard bytes.allSatisfy({ $0 < 0x80 }), !bytes.starts(with: Array("%".utf8)) else { return }
        func nodes(_ bytes: [UInt8], _ shift: Int) throws -> [String]? {
            do throws(ComposeError) {
                let tree = try YAMLParser.parse(SourceText(bytes: bytes, path: path))
                return tree.nodes.map {
                    "\($0.kind) \(Int($0.start) - shift) \(Int($0.end) - shift) \($0.traits.rawValue) "
                        + ($0.kind == .scalar ? tree.text(of: $0) : "")
                }
            } catch {
                return [
                    "\(error.kind) \((error.position?.line ?? 0) - (shift == comment.count ? 1 : 0))"
                ]
            }
        }
        let plain = try nodes(bytes, 0)
        #expect(try plain == nodes(comment + bytes, comment.count))
        #expect(try plain == nodes([0xEF, 0xBB, 0xBF] + bytes, 3))
    }

    /// All of a plan at once, where services alike get one answer, and each service by itself.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func alikeServicesGetWhatEachWouldAlone(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let file = try compose(PropertyTests.estate(&random, services: 40))
        let tier = try #require(file.tiers.randomElement(using: &random)).tier
        let all = file.plan(ServiceWishes(file) { _ in .tier(tier) })
        var edits: [ByteEdit] = []
        var unchanged: [String] = []
        for service in file.services {
            let alone = file.plan([service.name: .tier(tier)])
            edits += alone.edits
            unchanged += alone.unchanged
        }
        #expect(unchanged == all.unchanged, "seed \(seed)")
        // Text that several share is edited once, and alone for none of them.
        for edit in all.edits where !edit.reason.description.contains(", with ") {
            #expect(edits.contains(edit) || edits.isEmpty, "seed \(seed): \(edit.reason)")
        }
        for edit in edits { #expect(all.edits.contains(edit), "seed \(seed): \(edit.reason)") }
    }
}
