import Compose
import Measures
import Reporting

/// A plan for programs, schema `rightsize.patch/1`: every edit, every decision, every refusal. Offsets are
/// bytes of the file as it was read.
struct PatchJSON: Encodable {
    var schema = "rightsize.patch/1"
    var mode: String
    var files: [File]
    var services: [Service]
    var refusals: [Refusal]
    var unchanged: [String]
    /// What no tier is enough for, a line each.
    var unmet: [String]
    var warnings: [String]

    struct File: Encodable {
        var path: String
        var edits: [Edit]
    }

    struct Edit: Encodable {
        var start, end, line: Int
        var old, new, reason: String
    }

    struct Service: Encodable {
        var service: String
        var tier: String?
        var way, reason: String
        var replicas: Int?
        var before, after: Amounts
    }

    struct Amounts: Encodable {
        var cpus: Double?
        var memoryBytes: Int64?
        var cpusReserved: Double?
        var memoryReservedBytes: Int64?

        private enum CodingKeys: String, CodingKey {
            case cpus
            case memoryBytes = "memory_bytes"
            case cpusReserved = "cpus_reserved"
            case memoryReservedBytes = "memory_reserved_bytes"
        }

        init(_ resources: ComposeResources) {
            cpus = resources.cpuLimit.known?.rawValue
            memoryBytes = resources.memoryLimit.known?.rawValue
            cpusReserved = resources.cpuReservation.known?.rawValue
            memoryReservedBytes = resources.memoryReservation.known?.rawValue
        }
    }

    struct Refusal: Encodable {
        var service, reason, file: String
        var line: Int?
        var text: String
    }

    init(_ proposal: PatchProposal, mode: PatchMode) {
        self.init(
            decisions: proposal.plan.decisions, refusals: proposal.plan.refusals,
            model: proposal.plan.model, mode: mode.rawValue)
        files = proposal.plan.changes.map { change in
            File(
                path: change.path,
                edits: change.edits.map { edit in
                    Edit(
                        start: edit.range.lowerBound, end: edit.range.upperBound, line: edit.line,
                        old: String(decoding: edit.old, as: UTF8.self),
                        new: String(decoding: edit.new, as: UTF8.self),
                        reason: edit.reason.description)
                })
        }
        unchanged = proposal.plan.unchanged
        unmet = proposal.wishes.unmet
        warnings += proposal.warnings
    }

    /// Of an override file: one edit, of an empty file.
    init(_ file: OverrideFile, path: String, model: ComposeModel) {
        self.init(
            decisions: file.decisions, refusals: file.refusals, model: model, mode: "override")
        files = [
            File(
                path: path,
                edits: [
                    Edit(
                        start: 0, end: 0, line: 1, old: "",
                        new: String(decoding: file.bytes, as: UTF8.self),
                        reason: "the whole file")
                ])
        ]
        unchanged = file.unchanged
    }

    private init(
        decisions: [PatchPlan.Decision], refusals: [PatchRefusal], model: ComposeModel, mode: String
    ) {
        self.mode = mode
        files = []
        let known = model.servicesByName()
        services = decisions.map { decision in
            Service(
                service: decision.service, tier: decision.tier, way: decision.way.rawValue,
                reason: decision.reason, replicas: known[decision.service]?.replicas,
                before: Amounts(decision.before), after: Amounts(decision.after))
        }
        self.refusals = refusals.map { refusal in
            Refusal(
                service: refusal.service, reason: refusal.reason.rawValue, file: refusal.path,
                line: refusal.line, text: refusal.text)
        }
        unchanged = []
        unmet = []
        warnings = model.warnings.map { "\($0.path):\($0.line): \($0.text)" }
    }

    func text() throws -> String {
        return try jsonText() + "\n"
    }
}
