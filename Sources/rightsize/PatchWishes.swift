import Compose
import Measures
import Reporting
import Sizing

/// What a report asks of the services of a Compose file. The report's recommendations are read here and
/// nowhere else in `patch`.
struct PatchWishes {
    private(set) var services: [String: ResourceWish] = [:]
    /// New values for tiers, by name.
    private(set) var tiers: [String: ResourceAmounts] = [:]
    /// What is not changed although it should be, a line each.
    private(set) var unmet: [String] = []
    private(set) var right = 0
    private(set) var waiting = 0
    /// Services whose change would free less than is worth an edit.
    private(set) var tooSmall: [String] = []

    private let model: ComposeModel
    private let present: [String: ComposeService]
    private let saving: Saving

    init(
        _ report: Report, for model: ComposeModel, mode: PatchMode, only: Set<String>,
        saving: Saving = Saving()
    ) {
        self.model = model
        present = model.servicesByName()
        self.saving = saving
        let asked = report.services.filter { only.isEmpty || only.contains($0.id.service) }
        switch mode {
        case .assign: for service in asked { assign(service) }
        case .exact: for service in asked { size(service) }
        case .anchors: sizeTiers(asked)
        }
    }

    private mutating func assign(_ service: ServiceReport) {
        let recommendation = service.recommendation
        switch recommendation.verdict {
        case .raise, .assign:
            services[service.id.service] = recommendation.tier.map { .tier($0) }
        case .lower:
            guard let tier = recommendation.tier else { return }
            wish(.tier(tier), for: service, cpus: tier.cpuLimit, memory: tier.memoryLimit)
        case .noTierFits:
            let place = present[service.id.service].map { "\($0.path):\($0.line)" }
            unmet.append(
                "not changed: \(service.id.service) (\(place ?? model.path)): "
                    + recommendation.reason)
        case .wait: waiting += 1
        case .keep, .ignore: right += 1
        }
    }

    private mutating func size(_ service: ServiceReport) {
        let recommendation = service.recommendation
        switch recommendation.verdict {
        case .wait: waiting += 1
        case .ignore: right += 1
        case .raise, .assign, .lower, .keep, .noTierFits:
            guard let amounts = recommendation.exactAmounts, let cpus = amounts.cpuLimit,
                let memory = amounts.memoryLimit
            else {
                waiting += 1
                return
            }
            wish(.amounts(amounts), for: service, cpus: cpus, memory: memory)
        }
    }

    /// A change that only lowers must be worth it.
    private mutating func wish(
        _ wish: ResourceWish, for service: ServiceReport, cpus: Cores, memory: Bytes
    ) {
        let name = service.id.service
        if !saving.isNone, let present = present[name],
            let cpuLimit = present.resources.cpuLimit.known,
            let memoryLimit = present.resources.memoryLimit.known, cpus <= cpuLimit,
            memory <= memoryLimit
        {
            let replicas = present.replicas ?? 1
            let freedCPUs = (cpuLimit - cpus).rawValue * Double(replicas)
            let freedMemory = (memoryLimit - memory).rawValue * Int64(replicas)
            if saving.exceeds(cpus: freedCPUs, memory: freedMemory) {
                tooSmall.append(name)
                return
            }
        }
        services[name] = wish
    }

    // MARK: Anchors

    /// The smallest round sizes that are enough for all that use a tier: with the services left where they
    /// are, no smaller total keeps the target. Where one of them has not been seen long enough, or is to be
    /// left alone, its tier does not shrink.
    private mutating func sizeTiers(_ reports: [ServiceReport]) {
        var byName: [String: ServiceReport] = [:]
        for report in reports { byName[report.id.service] = report }
        for tier in model.tiers {
            let users = model.services.filter { $0.tier == tier.name }
            guard !users.isEmpty else { continue }
            var cpus = Cores(0)
            var memory = Bytes(0)
            for user in users {
                let recommendation = byName[user.name]?.recommendation
                if let amounts = recommendation?.exactAmounts, recommendation?.verdict != .ignore,
                    recommendation?.verdict != .wait
                {
                    cpus = max(cpus, amounts.cpuLimit ?? cpus)
                    memory = max(memory, amounts.memoryLimit ?? memory)
                } else {
                    waiting += recommendation?.verdict == .ignore ? 0 : 1
                    cpus = max(cpus, tier.tier.cpuLimit)
                    memory = max(memory, tier.tier.memoryLimit)
                }
            }
            if cpus == tier.tier.cpuLimit, memory == tier.tier.memoryLimit {
                right += users.count
                continue
            }
            tiers[tier.name] = ResourceAmounts(
                cpuLimit: cpus, memoryLimit: memory,
                cpuReservation: tier.tier.cpuReservation.map { reserved in
                    RoundSizes.down(
                        Cores(reserved.rawValue * cpus.rawValue / tier.tier.cpuLimit.rawValue))
                },
                memoryReservation: tier.tier.memoryReservation.map { reserved in
                    let share =
                        Double(reserved.rawValue) / Double(tier.tier.memoryLimit.rawValue)
                    return RoundSizes.down(Bytes(Int64(share * Double(memory.rawValue))))
                })
        }
    }
}

extension Recommendation {
    /// The need on round sizes; nil without enough evidence.
    var exactAmounts: ResourceAmounts? {
        exact.map { ResourceAmounts(cpuLimit: $0.cpu, memoryLimit: $0.memory) }
    }
}
