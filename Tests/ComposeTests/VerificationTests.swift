import Compose
import Testing

/// Edits that no planner would make: the proof must fail, with the reason.
struct VerificationTests {
    static let text =
        threeTiers + """
            services:
              a: {image: one, <<: *resources-small}
              b: {image: two, <<: [*default-security, *resources-medium]}
            volumes: {data: {}}
            """

    @Test(arguments: [
        // What is wished for is not what is edited.
        ("a", "*resources-medium]", "*resources-large]", "not get exactly what is wanted"),
        (
            "a", "one, <<: *resources-small", "one, <<: *resources-medium",
            "not get exactly what is wanted"
        ),
        // More is edited than was wished for.
        ("a", "one, <<: *resources-small", "two, <<: *resources-large", "more than its resources"),
        (
            "a", "one, <<: *resources-small", "one, cpuset: '0', <<: *resources-large",
            "more than its resources"
        ),
        (
            "a", "one, <<: *resources-small", "one, <<: [*resources-large, *default-security]",
            "more than its resources"
        ),
        (
            "b", "*default-security, *resources-medium", "*resources-large",
            "more than its resources"
        ),
        ("a", "volumes: {data: {}}", "volumes: {}", "not get exactly what is wanted"),
        // The file breaks.
        ("a", "  b: {image: two", "  b: [", "does not parse"),
        ("a", "<<: *resources-small}", "<<: *resources-huge}", "does not parse"),
        ("a", "  b: {image", "  c: {image", "list of services"),
        (
            "a", "<<: *resources-small}", "<<: *resources-large, deploy: }",
            "not get exactly what is wanted"
        ),
        (
            "a", "one, <<: *resources-small",
            "one, <<: *resources-large, mem_limit: 2g, cpus: 2, extends: b",
            "more than its resources"
        ),
    ])
    func catches(service: String, old: String, new: String, words: String) throws {
        let text = try #require(try Self.violation(service, [(old, new)]))
        #expect(text.contains(words), "\(text)")
    }

    /// A good edit with a bad companion.
    @Test(arguments: [
        ("{data: {}}", "{}", "outside `services:`"),
        ("'1.0', memory: 1G", "'1.5', memory: 1G", "service b would change as well"),
        ("image: two", "image: three", "service b would change in more"),
        ("cpus: '2.0'", "cpus: '3.0'", "not get exactly what is wanted"),
    ])
    func catchesCompanions(old: String, new: String, words: String) throws {
        let text = try #require(
            try Self.violation(
                "a", [(old, new), ("one, <<: *resources-small", "one, <<: *resources-large")]))
        #expect(text.contains(words), "\(text)")
    }

    @Test func acceptsTheHonestEdit() throws {
        #expect(try Self.violation("a", [("*resources-small", "*resources-large")]) == nil)
    }

    private static func violation(
        _ service: String, _ changes: [(old: String, new: String)]
    ) throws -> String? {
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
        let large = try #require(file.tier("large"))
        return file.violation(
            of: edits.sorted { $0.range.lowerBound < $1.range.lowerBound },
            giving: [service: .tier(large.tier)])
    }
}
