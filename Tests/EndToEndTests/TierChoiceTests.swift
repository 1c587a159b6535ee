import Compose
import Measures
import TestSupport
import Testing

@testable import rightsize

/// Where tiers come from, as a user sees it.
@Suite struct TierChoiceTests {
    private let history = projectPath("data/estate/history.db")
    private static let ladder = """
        tiers:
          s: {cpus: 0.5, memory: 384M}
          l: {cpus: 2, memory: 2G}

        """
    private static let compose = """
        name: sutazai
        services:
          redis:
            image: redis
            deploy: {resources: {limits: {cpus: "2", memory: 2G}}}

        """

    private func withFiles(
        _ files: [String: String], _ body: (String) throws -> Void
    ) throws {
        try withTemporaryDirectory { directory in
            for (name, text) in files { try writeFile(directory + "/" + name, Array(text.utf8)) }
            try body(directory)
        }
    }

    @Test func tiersBesideTheFileAreAdvisedAndWritten() throws {
        let files = ["compose.yaml": Self.compose, "rightsize.yaml": Self.ladder]
        try withFiles(files) { directory in
            let run = try Program.run(["patch", "compose.yaml", "--store", history], in: directory)
            #expect(run.code == 0, "\(run.errors)")
            #expect(
                run.output == """
                    --- a/compose.yaml
                    +++ b/compose.yaml
                    @@ -2,4 +2,4 @@
                     services:
                       redis:
                         image: redis
                    -    deploy: {resources: {limits: {cpus: "2", memory: 2G}}}
                    +    deploy: {resources: {limits: {cpus: "0.5", memory: 384M}}}

                    """)
            #expect(!run.errors.contains("small, medium"))
            let shown = try Program.run(["resources", "--format", "json"], in: directory)
            #expect(shown.output.contains(#""tier" : "l""#), "\(shown.output)")
            let named = try Program.run(
                ["explain", "redis", "--store", history, "--compose", "compose.yaml"],
                in: directory)
            #expect(named.output.contains("redis: lower, l → s"), "\(named.output)")
        }
    }

    @Test func theFilesOwnTiersCountUnlessAnotherFileIsNamed() throws {
        let own = """
            x-own: &own
              deploy: {resources: {limits: {cpus: "1", memory: 1G}}}
            services: {web: {image: a, <<: *own}}
            """
        let files = ["compose.yaml": own, "rightsize.yaml": Self.ladder]
        try withFiles(files) { directory in
            let path = directory + "/compose.yaml"
            let model = try ComposeModel(path: path)
            let unnamed = try TierChoice(named: nil, compose: model)
            #expect(unnamed.tiers.map(\.name) == ["own"])
            #expect(unnamed.path == path)
            #expect(
                unnamed.note
                    == "the tiers are those of \(path); \(directory)/rightsize.yaml is used "
                    + "with --tiers \(directory)/rightsize.yaml")
            let named = try TierChoice(named: directory + "/rightsize.yaml", compose: model)
            #expect(named.tiers.map(\.name) == ["s", "l"])
            #expect(named.note == nil)
        }
    }

    @Test func aMistakeEndsTheCommandWithItsPlace() throws {
        let files = ["compose.yaml": Self.compose, "rightsize.yaml": "tiers: {s: {cpu: 1}}\n"]
        try withFiles(files) { directory in
            for command in [
                ["resources"], ["patch", "--store", history],
                ["report", "--compose", "compose.yaml", "--store", history],
                ["recommend", "--compose", "compose.yaml", "--store", history],
                ["backtest", "--tiers", "rightsize.yaml", "--store", history],
            ] {
                let run = try Program.run(command, in: directory)
                #expect(run.code == 2, "\(command)")
                #expect(
                    run.errors
                        == "rightsize: rightsize.yaml:1:13: tier s has the unknown key `cpu`; "
                        + "known is `cpus`, `memory`, `reservations`\n")
            }
        }
    }

    @Test func withoutAnyTheStandardOnesHoldAndAreNamed() throws {
        try withFiles(["compose.yaml": Self.compose]) { directory in
            let model = try ComposeModel(path: directory + "/compose.yaml")
            let choice = try TierChoice(named: nil, compose: model)
            #expect(choice.tiers == ResourceTier.standard)
            #expect(choice.note?.contains("small, medium and large stand for") == true)
        }
    }
}
