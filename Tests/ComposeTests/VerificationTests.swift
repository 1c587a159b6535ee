import Compose
import Testing

/// Plans that no planner would make: the proof must fail, with the reason.
struct VerificationTests {
    static let text =
        threeTiers + """
            services:
              a: {image: one, <<: *resources-small}
              b: {image: two, <<: [*default-security, *resources-medium]}
            volumes: {data: {}}
            """

    @Test(arguments: [
        // What is assigned is not what is edited.
        ("a", "*resources-medium]", "*resources-large]", "would not get tier large"),
        (
            "a", "one, <<: *resources-small", "one, <<: *resources-medium",
            "would not get tier large"
        ),
        // More is edited than was assigned.
        ("a", "one, <<: *resources-small", "two, <<: *resources-large", "more than its resources"),
        (
            "a", "one, <<: *resources-small", "one, cpuset: '0', <<: *resources-large",
            "more than its resources"
        ),
        (
            "b", "*default-security, *resources-medium", "*resources-large",
            "more than its resources"
        ),
        ("a", "volumes: {data: {}}", "volumes: {}", "would not get tier large"),
        // The file breaks.
        ("a", "  b: {image: two", "  b: [", "does not parse"),
        ("a", "<<: *resources-small}", "<<: *resources-huge}", "does not parse"),
        ("a", "  b: {image", "  c: {image", "list of services"),
    ])
    func catches(service: String, old: String, new: String, words: String) throws {
        let plan = try Self.forged(service, [(old, new)])
        let error = try #require(throws: ComposeError.self) { try plan.patchedBytes() }
        #expect(error.kind == .unverified)
        #expect(error.text.contains(words), "\(error.text)")
    }

    /// A good edit with a bad companion.
    @Test(arguments: [
        ("{data: {}}", "{}", "outside `services:`"),
        ("'1.0', memory: 1G", "'1.5', memory: 1G", "service b would change as well"),
        ("image: two", "image: three", "service b would change as well"),
        ("cpus: '2.0'", "cpus: '3.0'", "would not get tier large"),
    ])
    func catchesCompanions(old: String, new: String, words: String) throws {
        let plan = try Self.forged(
            "a", [(old, new), ("one, <<: *resources-small", "one, <<: *resources-large")])
        let error = try #require(throws: ComposeError.self) { try plan.patchedBytes() }
        #expect(error.text.contains(words), "\(error.text)")
    }

    @Test func acceptsTheHonestEdit() throws {
        let plan = try Self.forged("a", [("*resources-small", "*resources-large")])
        #expect(try plan.patchedBytes().count == Self.text.utf8.count)
    }

    private static func forged(
        _ service: String, _ changes: [(old: String, new: String)]
    ) throws -> PatchPlan {
        let file = try compose(text)
        let edits = try changes.map { change in
            // The last occurrence: the names stand in the tiers too.
            let parts = text.components(change.old)
            let start = text.utf8.count - (parts.last ?? "").utf8.count - change.old.utf8.count
            try #require(parts.count > 1)
            return ByteEdit(
                range: start..<start + change.old.utf8.count, old: Array(change.old.utf8),
                new: Array(change.new.utf8), line: 1, reason: "forged")
        }
        return PatchPlan(
            file: file, edits: edits.sorted { $0.range.lowerBound < $1.range.lowerBound },
            refusals: [], unchanged: [], assigned: [service: "large"])
    }
}
