import Compose
import Testing

struct PlannerTests {
    @Test func swapsSingleAlias() throws {
        try expectPatch(
            input: """
                services:
                  web:  # front
                    image: i:1
                    <<: *resources-large   # was medium
                  db: {image: i:2, <<: *resources-small}
                """,
            assign: ["web": "small", "db": "medium"],
            output: """
                services:
                  web:  # front
                    image: i:1
                    <<: *resources-small   # was medium
                  db: {image: i:2, <<: *resources-medium}
                """)
    }

    @Test func swapsInFlowList() throws {
        try expectPatch(
            input: """
                services:
                  web:
                    <<: [*default-security,*resources-large]
                    image: i:1
                """,
            assign: ["web": "small"],
            output: """
                services:
                  web:
                    <<: [*default-security,*resources-small]
                    image: i:1
                """)
    }

    @Test func swapsInBlockList() throws {
        try expectPatch(
            input: """
                services:
                  web:
                    <<:
                    - *resources-large # tier
                    - *default-security
                    image: i:1
                """,
            assign: ["web": "medium"],
            output: """
                services:
                  web:
                    <<:
                    - *resources-medium # tier
                    - *default-security
                    image: i:1
                """)
    }

    @Test func swapsOwnersDuplicateForm() throws {
        try expectPatch(
            input: """
                services:
                  postgres:
                    <<: *default-security
                    <<: *resources-large
                    environment: {A: "<<: *resources-large"}
                """,
            assign: ["postgres": "small"],
            output: """
                services:
                  postgres:
                    <<: *default-security
                    <<: *resources-small
                    environment: {A: "<<: *resources-large"}
                """)
    }

    @Test func swapsBesideTextThatIsNotASCII() throws {
        try expectPatch(
            input: "services:\n  größe: {image: 'ü😀', <<: *resources-large}   # é\n",
            assign: ["größe": "small"],
            output: "services:\n  größe: {image: 'ü😀', <<: *resources-small}   # é\n")
    }

    @Test func keepsCarriageReturnsAndByteOrderMark() throws {
        func text(_ tier: String) -> [UInt8] {
            let services = "services:\n  a:\n    <<: *resources-\(tier)\n    image: é"
            let lines = "\u{FEFF}\(threeTiers)\(services)"
            return Array(lines.replacing("\n", with: "\r\n").utf8)
        }
        let plan = try ComposeModel(bytes: text("large"), path: "compose.yml")
            .plan(assigning: ["a": "small"])
        #expect(plan.patchedBytes() == text("small"))
        #expect(plan.edits.first?.line == 20)
    }

    @Test func leavesServicesThatHaveTheTier() throws {
        let file = try compose(
            threeTiers + """
                x-app: &app
                  <<: *resources-small
                services:
                  direct: {<<: *resources-small}
                  chained: {<<: *app}
                  spelled: {deploy: {resources: {limits: {cpus: 0.5, memory: 512m},
                    reservations: {cpus: .25, memory: 0.125g}}}}
                """)
        let plan = file.plan(
            assigning: ["direct": "small", "chained": "small", "spelled": "small"])
        #expect(plan.unchanged == ["direct", "chained", "spelled"])
        #expect(plan.isEmpty && plan.refusals.isEmpty)
        #expect(plan.patchedBytes() == file.bytes)
    }

    @Test func tiersOfTheSameSizeAreOne() throws {
        let file = try compose(
            threeTiers + """
                x-resources-tiny: &resources-tiny
                  deploy:
                    resources:
                      limits: {cpus: '0.5', memory: 512M}
                      reservations: {cpus: '0.25', memory: 128M}
                services: {a: {<<: *resources-small}}
                """)
        let plan = file.plan(assigning: ["a": "tiny"])
        #expect(plan.unchanged == ["a"])
        #expect(plan.patchedBytes() == file.bytes)
    }

    @Test func planIsReadableAndOrdered() throws {
        let plan = try compose(
            threeTiers + """
                services:
                  b: {<<: *resources-small}
                  a: {<<: *resources-small}
                  c: {image: x}
                """
        ).plan(assigning: ["a": "large", "b": "medium", "c": "small", "zz": "small"])
        #expect(
            plan.edits.map(\.reason) == [
                "b: tier small to tier medium, alias swapped",
                "a: tier small to tier large, alias swapped", "c: tier small, merge added",
            ])
        #expect(
            plan.edits.map { String(decoding: $0.old, as: UTF8.self) }.first == "*resources-small")
        #expect(plan.refusals.map(\.service) == ["zz"])
        #expect(plan.assigned == ["a": "large", "b": "medium", "c": "small"])
    }
}
