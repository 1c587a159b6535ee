import Compose
import Measures
import Testing

/// Whole files before and after, byte for byte.
struct GoldenTests {
    private static let folder = "\(Fixtures.folder)/golden"

    @Test(arguments: [
        ("01-retier-list", ["postgres": "small"]),
        ("02-retier-dup-merge-keep", ["postgres": "small"]),
        ("05-add-merge", ["web": "small"]),
        ("07-deploy-null", ["a": "small"]),
        ("11-crlf-retier", ["a": "medium"]),
        ("12-bom-crlf-noeol-insert", ["a": "small"]),
        ("14-flow-insert", ["a": "small"]),
        ("18-two-deploys", ["a": "small"]),
        ("20-comment-soup", ["a": "medium"]),
    ])
    func assignsTiers(name: String, assign: [String: String]) throws {
        let plan = try ComposeModel(path: "\(Self.folder)/\(name)/in.yml").plan(assigning: assign)
        try expect(plan, name)
    }

    @Test(arguments: [
        ("09-legacy", ResourceWish.tier(ResourceTier.standard[0])),
        (
            "15-gpu",
            .amounts(ResourceAmounts(cpuLimit: Cores(2), memoryLimit: .gibibytes(2)))
        ),
    ])
    func writesAmounts(name: String, wish: ResourceWish) throws {
        let plan = try ComposeModel(path: "\(Self.folder)/\(name)/in.yml").plan(["a": wish])
        try expect(plan, name)
    }

    @Test func foldsMerges() throws {
        let name = "03-retier-dup-merge-fix"
        let plan = try ComposeModel(path: "\(Self.folder)/\(name)/in.yml")
            .plan(assigning: ["postgres": "small"]).foldingMerges()
        #expect(plan.folded == 1)
        try expect(plan.plan, name)
    }

    @Test func redefinesAnAnchor() throws {
        let name = "10-redefine-anchor"
        let plan = try ComposeModel(path: "\(Self.folder)/\(name)/in.yml").plan(tiers: [
            "small": ResourceAmounts(
                cpuLimit: Cores(0.25), memoryLimit: .mebibytes(256), cpuReservation: Cores(0.1),
                memoryReservation: .mebibytes(64))
        ])
        #expect(plan.decisions.map(\.service) == ["a", "b"])
        try expect(plan, name)
    }

    @Test func writesAnOverride() throws {
        let folder = "\(Self.folder)/17-override"
        let model = try ComposeModel(path: folder + "/in.yml")
        let small = try #require(model.tier("small"))
        let file = try OverrideFile(
            model, ["postgres": .tier(small.tier)], path: folder + "/compose.override.yaml")
        #expect(
            String(decoding: file.bytes, as: UTF8.self)
                == (try Fixtures.text(folder + "/override.out.yml")))
    }

    private func expect(_ plan: PatchPlan, _ name: String) throws {
        #expect(plan.refusals == [])
        let wanted = try Fixtures.text("\(Self.folder)/\(name)/out.yml")
        #expect(String(decoding: plan.patchedBytes(), as: UTF8.self) == wanted)
        #expect(plan.patchedBytes() == Array(wanted.utf8))
    }
}
