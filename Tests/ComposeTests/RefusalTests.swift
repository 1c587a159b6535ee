import Compose
import Testing

/// Every reason not to touch a service, with its line and its advice.
struct RefusalTests {
    @Test func unknownTierAndService() throws {
        let input = "services:\n  a: {<<: *resources-small}\n"
        try expectRefusal(
            input: input, assign: ["a": "huge"], .unknownTier, line: nil,
            ["no tier huge", "it has small, medium, large", "&resources-huge"])
        try expectRefusal(
            input: input, assign: ["b": "small"], .unknownService, line: nil, ["no service"])
        try expectRefusal(
            tiers: """
                x-resources-small: &resources-small
                  deploy: {resources: {limits: {cpus: "${C}", memory: 1G}}}

                """,
            input: input, assign: ["a": "small"], .unknownTier, line: nil, ["interpolated"])
    }

    @Test func valuesThatAVariableDecides() throws {
        try expectRefusal(
            input: "services:\n  a:\n    mem_limit: ${M:?set it}\n", assign: ["a": "large"],
            .interpolated, line: 3, ["${M:?set it}", ".env"])
        try expectRefusal(
            input: "services:\n  a:\n    mem_limit: ${M:-1}g\n", assign: ["a": "large"],
            .interpolated, line: 3, ["only a part"])
    }

    /// Text that others use, and that cannot be left to them.
    @Test func sharedText() throws {
        let input = """
            services:
              a: &svc
                <<: *resources-small
              b:
                <<: *svc
              c: *svc
            """
        try expectRefusal(
            input: input, assign: ["a": "large"], .shared, line: 2, ["b, c", "--override"])
        try expectRefusal(
            input: "services:\n  base:\n    <<: *resources-small\n  heir: {extends: base}\n",
            assign: ["base": "large"], .shared, line: 2, ["heir"])
        try expectRefusal(
            input: "services: &all\n  a: {<<: *resources-small}\nx-list: *all\n",
            assign: ["b": "large"], .unknownService, line: nil)
    }

    @Test func textThatCannotBeCopied() throws {
        try expectRefusal(
            input: """
                x-policy: &policy
                  deploy:
                    labels:
                      text: |
                        several
                        lines
                services:
                  a:
                    <<: *policy
                """,
            assign: ["a": "large"], .notMovable, line: 4, ["hide `labels`"])
    }

    /// UTF-16 is YAML, and can be read; but offsets of its text are not those of the file.
    @Test func utf16IsReadAndNotEdited() throws {
        let text = threeTiers + "services:\n  a: {<<: *resources-small}\n"
        for isLittle in [true, false] {
            let bytes = ("\u{FEFF}" + text).utf16.flatMap { unit in
                isLittle
                    ? [UInt8(unit & 0xFF), UInt8(unit >> 8)]
                    : [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            }
            let file = try ComposeModel(bytes: bytes, path: "compose.yml")
            #expect(file.service("a")?.tier == "small")
            let plan = file.plan(assigning: ["a": "large"])
            #expect(plan.edits == [])
            #expect(plan.refusals.map(\.reason) == [.notUTF8])
        }
    }

    @Test func noMapping() throws {
        try expectRefusal(
            input: "services:\n  a:\n", assign: ["a": "large"], .unverified, line: 2)
        try expectRefusal(
            input: "services:\n  a: {deploy: [1]}\n", assign: ["a": "large"], .notAMapping, line: 2,
            ["no mapping"])
    }
}
