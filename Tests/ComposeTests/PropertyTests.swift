import Compose
import Testing

/// Seeded: the seed is part of every failure's text.
struct PropertyTests {
    /// A file of many services in all the forms that can be swapped and some that cannot.
    static func estate(_ random: inout SeededGenerator, services count: Int) -> String {
        let tiers = ["small", "medium", "large"]
        var text = threeTiers + "x-app: &app\n  <<: *resources-small\nservices:\n"
        for index in 0..<count {
            let tier = "*resources-\(tiers.randomElement(using: &random) ?? "small")"
            let body =
                [
                    "{image: 'é', <<: \(tier)}", "\n    <<: \(tier)  # t",
                    "\n    <<: [*default-security, \(tier)]",
                    "\n    <<: *default-security\n    image: 'x'\n    <<: \(tier)",
                    "\n    <<:\n      - \(tier)\n      - *default-security",
                    "{<<: *app}", "{<<: \(tier), deploy: {}}", "{mem_limit: 1g}", "{image: x}",
                ].randomElement(using: &random) ?? ""
            text += "  s\(index): \(body)\n"
            if Bool.random(using: &random) { text += "\n  # ä comment\n" }
        }
        let lineEnd = ["\n", "\r\n", "\r"].randomElement(using: &random) ?? "\n"
        let mark = Bool.random(using: &random) ? "\u{FEFF}" : ""
        return mark + text.replacing("\n", with: lineEnd)
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func retierAndBack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let file = try compose(Self.estate(&random, services: 12))
        var wanted: [String: String] = [:]
        for service in file.services {
            wanted[service.name] = file.tiers.randomElement(using: &random)?.name
        }
        let plan = file.plan(assigning: wanted)
        #expect(
            plan.assigned.count + plan.refusals.count + plan.unchanged.count == wanted.count,
            "seed \(seed)")
        let patched = try ComposeModel(bytes: plan.patchedBytes(), path: "compose.yml")
        for decision in plan.decisions {
            let resources = patched.service(decision.service)?.resources
            #expect(resources?.isEquivalent(to: decision.after) == true, "seed \(seed)")
        }
        let back = plan.edits.inverted.applied(to: plan.patchedBytes())
        #expect(back == file.bytes, "seed \(seed)")
    }

    /// The fixtures, and estates, with bytes changed, removed, repeated and moved: never a crash, and
    /// never an unverified patch.
    @Test(.timeLimit(.minutes(3)), arguments: 0..<8 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: 1000 + seed)
        var texts = try (Fixtures.adversarial + Fixtures.golden).map(Fixtures.bytes)
            .filter { $0.count < 10_000 }
        texts.append(Array(Self.estate(&random, services: 10).utf8))
        for round in 0..<600 {
            var bytes = texts.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) { Self.mutate(&bytes, &random) }
            do throws(ComposeError) {
                let file = try ComposeModel(bytes: bytes, path: "compose.yml")
                var wanted: [String: String] = [:]
                for service in file.services {
                    wanted[service.name] = file.tiers.randomElement(using: &random)?.name ?? "none"
                }
                let plan = file.plan(assigning: wanted)
                let patched = plan.patchedBytes()
                let diff = UnifiedDiff.text(original: bytes, edits: plan.edits, path: "compose.yml")
                #expect(diff.isEmpty == (patched == file.bytes))
            } catch {
                #expect(error.kind != .unverified, "seed \(seed) round \(round): \(error)")
            }
        }
    }

    private static let fragments = [
        "<<: *resources-small", "&resources-small ", "*resources-large", "deploy:", "{", "}", "[",
        "]", ":", "\n", "  ", "services:", "- ", "'", "\"", "\u{2028}", "é", "\u{FEFF}", "---\n",
        "!a ",
        "extends: a",
    ].map { Array($0.utf8) }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...20, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(place..<end)
        case 2: bytes.insert(contentsOf: fragments.randomElement(using: &random) ?? [], at: place)
        case 3:
            let piece = bytes[place..<end]
            bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &random))
        default:
            bytes.replaceSubrange(place..<end, with: fragments.randomElement(using: &random) ?? [])
        }
    }
}
