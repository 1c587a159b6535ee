import Measures
import Testing

@testable import Compose

/// Amounts that a variable of a `.env` file has.
struct VariableTests {
    private func plan(
        _ text: String, _ variables: String, set: [String: String] = [:],
        _ wishes: [String: ResourceWish]
    ) throws -> PatchPlan {
        try ComposeModel(
            paths: ["p/c.yml"], environment: ComposeEnvironment(set),
            files: .only(["p/c.yml": Array(text.utf8), "p/.env": Array(variables.utf8)])
        ).plan(wishes)
    }

    private static let wish = ResourceWish.amounts(
        ResourceAmounts(cpuLimit: Cores(0.5), memoryLimit: .mebibytes(300)))
    private static let memory = ResourceWish.amounts(
        ResourceAmounts(memoryLimit: .mebibytes(300)))

    @Test(arguments: [
        ("WEB=512m\n", "WEB=300m\n"), ("WEB=512M", "WEB=300M"),
        ("# sizes\nA=1\nWEB=1g # now\nB=2\n", "# sizes\nA=1\nWEB=300m # now\nB=2\n"),
        ("export WEB='1gb'\r\nB=2\r\n", "export WEB='300mb'\r\nB=2\r\n"),
        ("\u{FEFF}WEB=\"536870912\"\n", "\u{FEFF}WEB=\"314572800\"\n"),
        ("é=1\nWEB: 1g\n", "é=1\nWEB: 300m\n"), ("WEB=1g\nWEB=2g\n", "WEB=1g\nWEB=300m\n"),
    ])
    func editsTheValueAlone(before: String, after: String) throws {
        for value in ["${WEB}", "$WEB", "${WEB:-1g}", "${WEB:?no}", "${A_:-${WEB}}"] {
            let text = "services: {a: {image: x, mem_limit: '\(value)'}}"
            let plan = try plan(text, before, ["a": Self.memory])
            #expect(plan.refusals == [], "\(value)")
            #expect(plan.changes.map(\.path) == ["p/.env"])
            let change = try #require(plan.changes.first)
            #expect(String(decoding: change.patched, as: UTF8.self) == after)
            #expect(change.edits.inverted.applied(to: change.patched) == Array(before.utf8))
            #expect(plan.decisions.map(\.way) == [.variableEdited])
            #expect(plan.decisions.map(\.reason) == ["a: memory 300M, variable edited"])
        }
    }

    /// A default that is right already is no edit, and its file no change.
    @Test(arguments: ["${MEM:-300M}", "300M"])
    func editsNothingThatIsRight(memory: String) throws {
        let text = """
            services:
              a:
                image: x
                deploy: {resources: {limits: {cpus: "${CPUS}", memory: "\(memory)"}}}
            """
        let plan = try plan(text, "CPUS=2\n", ["a": Self.wish])
        #expect(plan.refusals == [])
        #expect(plan.changes.map(\.path) == ["p/.env"])
        #expect(plan.edits.map { String(decoding: $0.new, as: UTF8.self) } == ["0.5"])
    }

    @Test func editsBothFiles() throws {
        let text = """
            services:
              a:
                image: x
                deploy: {resources: {limits: {cpus: "${CPUS}", memory: "${MEM:-1g}"}}}
              b: {image: x, mem_limit: 1g}
            """
        let plan = try plan(text, "CPUS=2\n", ["a": Self.wish, "b": Self.memory])
        #expect(plan.refusals == [])
        #expect(
            plan.changes.map { String(decoding: $0.patched, as: UTF8.self) } == [
                text.replacing("${MEM:-1g}", with: "${MEM:-300m}").replacing(
                    "mem_limit: 1g", with: "mem_limit: 300m"), "CPUS=0.5\n",
            ])
        let diff = String(decoding: plan.unifiedDiff(), as: UTF8.self)
        #expect(
            diff.contains("--- a/p/.env\n+++ b/p/.env\n@@ -1 +1 @@\n-CPUS=2\n+CPUS=0.5\n"),
            "\(diff)")
    }

    private static let two = """
        services:
          a: {image: x, mem_limit: "${MEM}"}
          b: {image: x, mem_limit: "${MEM}"}
        """

    @Test func oneEditServesAllThatWantIt() throws {
        let plan = try plan(Self.two, "MEM=1g\n", ["a": Self.memory, "b": Self.memory])
        #expect(plan.refusals == [])
        #expect(plan.edits.map(\.new) == [Array("300m".utf8)])
        #expect(plan.decisions.map(\.service) == ["a", "b"])
        #expect(plan.decisions.last?.reason == "b: memory 300M, with a")
    }

    @Test(arguments: [
        (two, "MEM=1g\n", [:], "MEM (p/.env:1) is also that of b, which would change too"),
        (
            "services: {a: {image: 'x:$MEM', mem_limit: '${MEM}'}}", "MEM=1g\n", [:],
            "MEM (p/.env:1) is used by `x:$MEM` (p/c.yml:1) too, which would change"
        ),
        (
            "services: {a: {image: x, mem_limit: '${MEM}', environment: [MEM]}}", "MEM=1g", [:],
            "used by `MEM` (p/c.yml:1)"
        ),
        (
            "services: {a: {image: x, mem_limit: '${MEM}', environment: {MEM: }}}", "MEM=1g", [:],
            "used by `MEM`"
        ),
        (
            "services: {a: {image: x, mem_limit: '${MEM}'}, b: {image: x, env_file: ./.env}}",
            "MEM=1g\n", [:], "used by `./.env`"
        ),
        (
            "services: {a: {image: x, mem_limit: '${MEM}', memswap_limit: '${MEM}'}}", "MEM=1g",
            [:],
            "used by `${MEM}`"
        ),
        (
            "services: {a: {image: x, mem_limit: '${MEM}'}}", "MEM=1g\nHEAP=-Xmx$MEM\n", [:],
            "used by `HEAP` (p/.env:2)"
        ),
        (
            "services: {a: {image: x, mem_limit: '${MEM}'}}", "MEM=2g\n", ["MEM": "1g"],
            "MEM is set to 1g in the environment, which overrides p/.env:1; change it there"
        ),
        (
            "services: {a: {image: x, mem_limit: '${MEM}'}}", "B=2g\nMEM=${B}\n", [:],
            "MEM is made of other variables in p/.env:2"
        ),
        (
            "services: {a: {image: x, mem_limit: '${MEM}g'}}", "MEM=2\n", [:],
            "only a part of the value"
        ),
        (
            "services: {a: {image: x, mem_limit: '${MEM:+2g}'}}", "MEM=1g\n", [:],
            "MEM is set, and only replaced here"
        ),
    ])
    func refuses(text: String, variables: String, set: [String: String], words: String) throws {
        let plan = try plan(text, variables, set: set, ["a": Self.memory])
        #expect(plan.edits == [])
        #expect(plan.refusals.first?.text.contains(words) == true, "\(plan.refusals)")
    }

    /// An edit that no planner would make.
    @Test func theProofSeesOtherUses() throws {
        let text = "services: {a: {image: 'x:$MEM', mem_limit: '${MEM}'}}"
        let model = try plan(text, "MEM=1g\n", [:]).model
        let edit = ByteEdit(
            range: 4..<6, old: Array("1g".utf8), new: Array("300m".utf8), line: 1, reason: "forged")
        var after = model.services[0].resources
        after.memoryLimit = .known(.mebibytes(300))
        let forged = PatchPlan(
            model: model,
            changes: [.init(path: "p/.env", original: Array("MEM=1g\n".utf8), edits: [edit])],
            refusals: [], unchanged: [],
            decisions: [
                .init(
                    service: "a", tier: nil, way: .variableEdited, reason: "a: forged",
                    before: model.services[0].resources, after: after)
            ], wishes: ServiceWishes(model, ["a": Self.memory]))
        #expect(forged.violationText == "MEM of p/.env is used in p/c.yml:1 too")
    }
}
