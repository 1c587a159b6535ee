import Compose
import Testing

/// The golden cases that are a swap of an alias, byte for byte, and what is said about the others, which
/// need ways of editing that do not exist yet.
struct GoldenTests {
    @Test(arguments: [
        ("01-retier-list", ["postgres": "small"]),
        ("02-retier-dup-merge-keep", ["postgres": "small"]),
        ("11-crlf-retier", ["a": "medium"]),
        ("20-comment-soup", ["a": "medium"]),
    ])
    func patchesByteForByte(name: String, assign: [String: String]) throws {
        let folder = "\(Fixtures.folder)/golden/\(name)"
        let plan = try ComposeFile(path: folder + "/in.yml").plan(assigning: assign)
        #expect(plan.refusals == [])
        #expect(try plan.patchedBytes() == Fixtures.bytes(folder + "/out.yml"))
    }

    @Test(arguments: [
        ("05-add-merge", "web", PatchRefusal.Reason.noTier),
        ("07-deploy-null", "a", .explicitDeploy),
        ("09-legacy", "a", .unknownTier),
        ("12-bom-crlf-noeol-insert", "a", .noTier),
        ("14-flow-insert", "a", .noTier),
        ("15-gpu", "a", .explicitDeploy),
        ("18-two-deploys", "a", .anchorIsNoTier),
    ])
    func refusesWithReason(name: String, service: String, reason: PatchRefusal.Reason) throws {
        let folder = "\(Fixtures.folder)/golden/\(name)"
        let file = try ComposeFile(path: folder + "/in.yml")
        let plan = file.plan(assigning: [service: "small"])
        #expect(plan.refusals.map(\.reason) == [reason])
        #expect(try plan.patchedBytes() == file.bytes)
    }

    /// Cases 03 (fold), 10 (new values for an anchor) and 17 (override file) ask for other ways of
    /// editing; a plain change of tier works on their input as on any other.
    @Test(arguments: [
        ("03-retier-dup-merge-fix", ["postgres": "small"]),
        ("10-redefine-anchor", ["a": "medium", "b": "large"]),
        ("17-override", ["postgres": "small"]),
    ])
    func retiersInput(name: String, assign: [String: String]) throws {
        let file = try ComposeFile(path: "\(Fixtures.folder)/golden/\(name)/in.yml")
        let plan = file.plan(assigning: assign)
        #expect(plan.refusals == [])
        let patched = try ComposeFile(bytes: plan.patchedBytes(), path: name)
        for (service, tier) in assign { #expect(patched.service(service)?.tier == tier) }
    }
}
