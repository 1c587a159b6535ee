import Compose
import Testing

/// The three tiers of the owner's document, as most inputs begin.
let threeTiers = """
    x-resources-small: &resources-small
      deploy:
        resources:
          limits: {cpus: '0.5', memory: 512M}
          reservations: {cpus: '0.25', memory: 128M}
    x-resources-medium: &resources-medium
      deploy:
        resources:
          limits: {cpus: '1.0', memory: 1G}
          reservations: {cpus: '0.5', memory: 256M}
    x-resources-large: &resources-large
      deploy:
        resources:
          limits: {cpus: '2.0', memory: 2G}
          reservations: {cpus: '1.0', memory: 512M}
    x-security: &default-security
      security_opt: ["no-new-privileges:true"]

    """

func compose(_ text: String) throws -> ComposeModel {
    try ComposeModel(bytes: Array(text.utf8), path: "compose.yml")
}

/// Whole input, whole output. Tiers stand before both unless `tiers` says otherwise.
func expectPatch(
    tiers: String = threeTiers, input: String, assign: [String: String], output: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let plan = try compose(tiers + input).plan(assigning: assign)
    #expect(plan.refusals == [], sourceLocation: sourceLocation)
    let patched = String(decoding: plan.patchedBytes(), as: UTF8.self)
    #expect(patched == tiers + output, sourceLocation: sourceLocation)
}

/// The one assigned service is refused with this reason, at this line of `input` (nil: at none), in words
/// that contain all of `words`.
func expectRefusal(
    tiers: String = threeTiers, input: String, assign: [String: String],
    _ reason: PatchRefusal.Reason, line: Int?, _ words: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let plan = try compose(tiers + input).plan(assigning: assign)
    #expect(plan.edits == [], sourceLocation: sourceLocation)
    #expect(plan.refusals.map(\.reason) == [reason], sourceLocation: sourceLocation)
    let above = tiers.filter { $0 == "\n" }.count
    #expect(plan.refusals.first?.line == line.map { $0 + above }, sourceLocation: sourceLocation)
    let text = plan.refusals.first?.text ?? ""
    for word in words {
        #expect(text.contains(word), "\(text)", sourceLocation: sourceLocation)
    }
}
