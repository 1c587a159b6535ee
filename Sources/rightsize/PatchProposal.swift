import Compose
import Measures
import Reporting

/// A report's wishes as a verified plan, with what a person should know beside it.
struct PatchProposal {
    let plan: PatchPlan
    let wishes: PatchWishes
    /// How many mappings with several `<<` become lists.
    let folded: Int
    /// What is not changed although it should be, a line each.
    let notes: [String]

    init(_ report: Report, for model: ComposeModel, only: Set<String> = []) {
        self.init(
            PatchWishes(report, for: model, mode: .assign, only: only), for: model,
            foldsMerges: false)
    }

    init(_ wishes: PatchWishes, for model: ComposeModel, foldsMerges: Bool) {
        self.wishes = wishes
        var plan =
            wishes.tiers.isEmpty ? model.plan(wishes.services) : model.plan(tiers: wishes.tiers)
        var folded = 0
        if foldsMerges { (plan, folded) = plan.foldingMerges() }
        self.plan = plan
        self.folded = folded
        notes = wishes.unmet + plan.refusals.map { "not changed: \($0)" }
    }

    var isUpToDate: Bool { plan.isEmpty && notes.isEmpty }

    /// Who is affected by new values of anchors, and limits below what a program is told to use.
    var warnings: [String] {
        var lines = plan.decisions.filter { $0.way == .anchorEdited }.map(\.reason)
        let services = plan.model.servicesByName()
        for decision in plan.decisions {
            guard let limit = decision.after.memoryLimit.known,
                let service = services[decision.service]
            else { continue }
            for heap in plan.model.heapSettings(of: service) where heap.bytes > limit {
                lines.append(
                    "\(decision.service): the new memory limit \(ComposeSpelling.memory(limit)) is "
                        + "below \(heap.text) (\(heap.path):\(heap.line)); lower that too")
            }
        }
        return lines
    }

    func summary(isWritten: Bool) -> String {
        let change = isWritten ? "changed" : "to change"
        var parts = [
            "\(plan.decisions.count) services \(change)", "\(notes.count) refused",
            "\(wishes.right + plan.unchanged.count) right",
            "\(wishes.waiting) without enough evidence",
        ]
        if folded > 0 { parts.append("\(folded) repeated `<<` folded") }
        if !wishes.tooSmall.isEmpty { parts.append("\(wishes.tooSmall.count) not worth an edit") }
        return "\(plan.model.path): \(parts.joined(separator: ", "))"
            + (totals.map { "; \($0)" } ?? "")
    }

    /// What all changed services together get more or less, replicas counted.
    var totals: String? {
        let totals = PatchTotals(plan.decisions, plan.model)
        guard totals.cpus != 0 || totals.memory != 0 else { return nil }
        func sign(_ isNegative: Bool) -> String { isNegative ? "-" : "+" }
        let cpus = ComposeSpelling.cpus(Cores(abs(totals.cpus)))
        let memory = ComposeSpelling.memory(Bytes(abs(totals.memory)))
        return "limits \(sign(totals.cpus < 0))\(cpus) CPU, \(sign(totals.memory < 0))\(memory)"
    }
}

/// The sum of the changes of limits that are known before and after, times the replicas.
struct PatchTotals {
    private(set) var cpus = 0.0
    private(set) var memory: Int64 = 0

    init(_ decisions: [PatchPlan.Decision], _ model: ComposeModel) {
        let replicas = Dictionary(
            model.services.map { ($0.name, $0.replicas ?? 1) },
            uniquingKeysWith: { first, _ in first })
        for decision in decisions {
            let count = replicas[decision.service] ?? 1
            if let before = decision.before.cpuLimit.known,
                let after = decision.after.cpuLimit.known
            {
                cpus += (after - before).rawValue * Double(count)
            }
            if let before = decision.before.memoryLimit.known,
                let after = decision.after.memoryLimit.known
            {
                memory += (after - before).rawValue * Int64(count)
            }
        }
    }
}
