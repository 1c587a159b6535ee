import Testing

@testable import Compose

/// What is read or compared once for many services must be what each has by itself.
struct SharedTextTests {
    private static let anchors = """
        x-a: &a {deploy: {replicas: 2, resources: {limits: {cpus: 1, memory: 1g}}}, container_name: n}
        x-b: &b {<<: *a, labels: {rightsize.ignore: because}}
        x-c: &c {mem_limit: 512m, cpus: 2, scale: 3}
        x-d: &d {cpu_quota: 50000, cpu_period: 25000, environment: {A: 1}}
        x-e: &e {mem_limit: oops}
        x-f: &f {image: y}

        """

    private static let own = [
        "", "image: x", "mem_limit: 2g", "scale: 4", "deploy: {replicas: 7}", "deploy: null",
        "labels: [rightsize.ignore]", "container_name: m", "environment: {B: 2}",
        "cpu_period: 50000",
    ]

    /// - Parameter resources: of every service, but for the line of a label.
    private func facts(_ service: ComposeService) -> String {
        let facts = service.facts
        return "\(facts.resources) \(facts.tier ?? "-") \(facts.replicas ?? -1) "
            + "\(facts.ignore?.reason ?? (facts.ignore == nil ? "-" : "")) "
            + "\(facts.containerName ?? "-") \(facts.hasConflictingFamilies)"
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func servicesAreTheSameAloneAndAmongOthers(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bodies = (0..<30).map { _ in
            let names = (0..<Int.random(in: 0...2, using: &random)).map { _ in
                "*" + (["a", "b", "c", "d", "e", "f"].randomElement(using: &random) ?? "a")
            }
            let merge =
                switch names.count {
                case 0: ""
                case 1: "<<: \(names[0])"
                default:
                    Bool.random(using: &random)
                        ? "<<: [\(names.joined(separator: ", "))]"
                        : "<<: \(names[0]), <<: \(names[1])"
                }
            let parts = [merge, Self.own.randomElement(using: &random) ?? ""].filter { !$0.isEmpty }
            return "{\(parts.shuffled(using: &random).joined(separator: ", "))}"
        }
        let all = try compose(
            Self.anchors + "services:\n"
                + bodies.enumerated().map { "  s\($0): \($1)\n" }.joined())
        for (service, body) in zip(all.services, bodies) {
            let alone = try compose(Self.anchors + "services:\n  \(service.name): \(body)\n")
            #expect(
                facts(service) == facts(alone.services[0]), "seed \(seed), \(service.name): \(body)"
            )
        }
    }

    /// Each key of the tables means what they say, and nothing that differs from one in a byte does.
    @Test func keysAreToldApart() {
        let ofService = Set(KeyPlace.service.keys)
        let known = Dictionary(
            uniqueKeysWithValues: ComposeKey.allCases.map { ($0.spelling, $0) })
        for name in ofService.union(known.keys) {
            let meaning = KeyTable.shared.meaning(of: name)
            #expect(meaning.isAllowed(in: .service) == ofService.contains(name), "\(name)")
            #expect(meaning.key == known[name], "\(name)")
            for place in name.utf8.indices {
                for byte in ["_", "a", "\0"] {
                    var other = name
                    other.replaceSubrange(place...place, with: byte)
                    guard !ofService.contains(other), known[other] == nil else { continue }
                    let meaning = KeyTable.shared.meaning(of: other)
                    #expect(!meaning.isAllowed(in: .service) && meaning.key == nil, "\(other)")
                }
            }
            #expect(!KeyTable.shared.meaning(of: name + "\0").isAllowed(in: .service))
        }
        #expect(KeyTable.shared.meaning(of: "x-anything").isAllowed(in: .service))
        #expect(!KeyTable.shared.meaning(of: "x").isAllowed(in: .service))
        #expect(!KeyTable.shared.meaning(of: "").isAllowed(in: .service))
    }

    /// Keys that are there twice, however the mappings lie in one another.
    @Test(arguments: [
        ("{k: {k: 1}, k: 2}", ["k"]), ("{k: {k: 1}, l: {k: 1}}", []),
        ("{k: {l: 1, l: 2}, m: {l: 1}}", ["l"]),
        ("{k: &v k, *v : 2}", ["k"]), ("{'k': 1, \"k\": 2}", ["k"]),
        ("{'': 1, '': 2}", [""]), ("{[k]: 1, [k]: 2}", []),
        ("{a12345678b12345678: 1, a12345678c12345678: 2}", []),
    ])
    func duplicateKeysAreFound(text: String, names: [String]) throws {
        let file = try compose("x-a: \(text)\nservices: {}\n")
        let again = file.warnings.map(\.text)
        #expect(again.count == names.count, "\(again)")
        for (text, name) in zip(again, names) {
            #expect(text.contains("has the key \(name) again"))
        }
    }

    /// Files of several documents are compared whole.
    @Test func theProofSeesEveryDocument() throws {
        let text =
            threeTiers + """
                services: {a: {image: x, <<: *resources-small}}
                ---
                services: {b: {image: y}}
                volumes: {data: {}}
                """
        for (old, new, words) in [
            ("{data: {}}", "{}", "outside `services:`"),
            ("image: y", "image: z", "service b would change in more"),
        ] {
            let good = "*resources-small}}"
            let file = try compose(text)
            let edits = try [(good, "*resources-large}}"), (old, new)].map { old, new in
                let range = try #require(text.range(of: old, in: file))
                return ByteEdit(
                    range: range, old: Array(old.utf8), new: Array(new.utf8), line: 1, reason: "")
            }
            let tier = try #require(file.tier("large"))
            let violation = file.violation(of: edits, giving: ["a": .tier(tier.tier)])
            #expect(violation?.contains(words) == true, "\(violation ?? "nothing")")
        }
    }
}

extension String {
    /// The bytes of the first place of `text` in a file that holds this.
    fileprivate func range(of text: String, in file: ComposeModel) -> Range<Int>? {
        let (bytes, wanted) = (file.bytes, Array(text.utf8))
        return bytes.indices.first { bytes[$0...].starts(with: wanted) }.map {
            $0..<$0 + wanted.count
        }
    }
}
