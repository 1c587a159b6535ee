import Compose
import Measures
import Testing

struct TierTests {
    @Test func readsTheOwnersThreeInOrderOfSize() throws {
        let file = try compose(
            "x-resources-huge: &resources-huge {deploy: {resources: {limits: {cpus: 4, memory: 9g}}}}\n"
                + threeTiers + "services: {}\n")
        #expect(file.tiers.map(\.tier).prefix(3) == ResourceTier.standard[...])
        #expect(
            file.tiers.map(\.anchor)
                == ["resources-small", "resources-medium", "resources-large", "resources-huge"])
        #expect(file.tiers.map(\.line) == [2, 7, 12, 1])
        let large = try #require(file.tier("large"))
        let text = String(decoding: file.bytes[large.span], as: UTF8.self)
        #expect(text.hasPrefix("&resources-large\n"))
        #expect(text.hasSuffix("memory: 512M}"))
    }

    @Test(arguments: [
        // No anchor, one of the two limits, only reserved, or another's tier merged.
        ("x-r: {deploy: {resources: {limits: {cpus: 1, memory: 1g}}}}", [] as [String], 0),
        ("x-r: &r {deploy: {resources: {limits: {memory: 1g}}}}", [], 0),
        ("x-r: {s: &r {deploy: {resources: {limits: {cpus: 1, memory: 1g}}}}}", ["r"], 0),
        ("x-r: &r {limits: {cpus: 1, memory: 1g}}", ["r"], 0),
        ("x-r: &r {resources: {limits: {cpus: 1, memory: 1g}}}", ["r"], 0),
        ("x-r: &r {deploy: {resources: {reservations: {cpus: 1, memory: 1g}}}}", [], 0),
        (
            "x-r: &r {deploy: {resources: {limits: {cpus: 1, memory: 1g}}}}\nx-s: &s {<<: *r}",
            ["r"], 0
        ),
        // Values through aliases and merges count.
        ("x-l: &l {cpus: 1, memory: 1g}\nx-r: &r {deploy: {resources: {limits: *l}}}", ["r"], 0),
        (
            "x-l: &l {cpus: 1}\nx-r: &r {deploy: {resources: {limits: {<<: *l, memory: 1g}}}}",
            ["r"], 0
        ),
        // Not usable, and said so.
        ("x-r: &r {deploy: {resources: {limits: {cpus: \"${C}\", memory: 1g}}}}", [], 2),
        ("x-r: &r {deploy: {resources: {limits: {cpus: 1, memory: 1gig}}}}", [], 2),
        ("x-r: &r {deploy: {resources: {limits: {cpus: 0, memory: 1g}}}}", [], 1),
        (
            "x-a: &r {deploy: {resources: {limits: {cpus: 1, memory: 1g}}}}\n"
                + "x-b: &resources-r {deploy: {resources: {limits: {cpus: 2, memory: 1g}}}}",
            ["r"], 1
        ),
    ])
    func whatIsATier(text: String, names: [String], warnings: Int) throws {
        let file = try compose(text + "\nservices: {}\n")
        #expect(file.tiers.map(\.name) == names)
        #expect(file.warnings.count == warnings, "\(file.warnings)")
    }
}
