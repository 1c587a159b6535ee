import Compose
import Measures
import Reporting
import Sizing

/// What a report means for a Compose file.
struct PatchProposal {
    let plan: PatchPlan
    /// What is not changed although it should be, a line each.
    let notes: [String]
    private let counts: (change: Int, keep: Int, wait: Int)

    init(_ report: Report, for compose: ComposeFile) {
        var wanted: [String: String] = [:]
        var unmet: [String] = []
        var counts = (change: 0, keep: 0, wait: 0)
        for service in report.services {
            let name = service.id.service
            let recommendation = service.recommendation
            switch recommendation.verdict {
            case .raise, .lower, .assign: wanted[name] = recommendation.tier?.name
            case .noTierFits:
                let line = compose.service(name).map { ":\($0.line)" } ?? ""
                unmet.append(
                    "not changed: \(name) (\(compose.path)\(line)): \(recommendation.reason)")
            case .wait: counts.wait += 1
            case .keep, .ignore: counts.keep += 1
            }
        }
        plan = compose.plan(assigning: wanted)
        notes = unmet + plan.refusals.map { "not changed: \($0)" }
        counts.change = plan.assigned.count
        self.counts = counts
    }

    var isUpToDate: Bool { plan.isEmpty && notes.isEmpty }

    func summary(isWritten: Bool) -> String {
        let change = isWritten ? "changed" : "to change"
        return "\(plan.model.path): \(counts.change) services \(change), \(notes.count) refused, "
            + "\(counts.keep) right, \(counts.wait) without enough evidence"
    }
}
