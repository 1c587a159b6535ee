package import Measures
package import Sizing

/// What all services may take together, replicas counted, beside what the host has.
package struct HostBudget: Hashable, Sendable {
    package var host: HostCapacity
    package var limitsNow = Sum()
    package var limitsAdvised = Sum()
    package var reservationsNow = Sum()
    /// What the advice would reserve.
    package var reservationsAdvised = Sum()

    package struct Sum: Hashable, Sendable {
        package var cpu = Cores(0)
        package var memory = Bytes(0)
        /// Containers without a limit of CPU or of memory: they may take all there is.
        package var unlimited = 0

        package mutating func add(_ limits: ResourceLimits, replicas: Int) {
            if let limit = limits.cpu?.bound {
                cpu = cpu + Cores(limit.rawValue * Double(replicas))
            }
            if let limit = limits.memory?.bound {
                memory = memory + Bytes(limit.rawValue &* Int64(replicas))
            }
            if limits.cpu?.bound == nil || limits.memory?.bound == nil { unlimited += replicas }
        }
    }
}

extension Report {
    /// Nil where the host is not known.
    package var budget: HostBudget? {
        guard host.cpus != nil || host.memory != nil else { return nil }
        var budget = HostBudget(host: host)
        for service in services where service.evidence.coverage.samples > 0 {
            let replicas = max(1, service.evidence.replicas.count)
            let advice = service.recommendation
            budget.limitsNow.add(service.limits, replicas: replicas)
            budget.reservationsNow.add(service.reservations, replicas: replicas)
            let advised: ResourceLimits =
                switch advice.verdict {
                case .raise, .lower, .assign: advice.tier?.limits ?? service.limits
                case .noTierFits: advice.exact?.limits ?? service.limits
                case .wait, .keep, .ignore: service.limits
                }
            budget.limitsAdvised.add(advised, replicas: replicas)
            if let reservation = advice.reservation {
                budget.reservationsAdvised.add(reservation.limits, replicas: replicas)
            }
        }
        return budget
    }
}

extension ResourceNeed {
    package var limits: ResourceLimits {
        ResourceLimits(cpu: .bounded(cpu), memory: .bounded(memory))
    }
}

extension HostBudget {
    /// For people, a line where it fits, else a line for each resource; over-commitment is said, not
    /// hidden.
    func lines(_ arrow: String, width: Int) -> [String] {
        var parts: [String] = []
        if let cpus = host.cpus, cpus.rawValue > 0 {
            parts.append(
                "\(limitsNow.cpu.text) \(arrow) \(limitsAdvised.cpu.text) of \(cpus.text) cores"
                    + Self.overcommitment(limitsAdvised.cpu.rawValue / cpus.rawValue))
        }
        if let memory = host.memory, memory.rawValue > 0 {
            parts.append(
                "\(limitsNow.memory.text) \(arrow) \(limitsAdvised.memory.text) of \(memory.text)"
                    + Self.overcommitment(
                        Double(limitsAdvised.memory.rawValue) / Double(memory.rawValue)))
        }
        let heading = "All limits together: "
        let end = limitsAdvised.unlimited > 0 ? "; \(limitsAdvised.unlimited) without one." : "."
        let line = heading + parts.joined(separator: ", ") + end
        guard line.count > width, let last = parts.popLast() else { return [line] }
        let indent = String(repeating: " ", count: heading.count)
        return parts.map { "\(heading)\($0)," } + [indent + last + end]
    }

    private static func overcommitment(_ share: Double) -> String {
        share > 1 ? " (\(fixedText(share, decimals: 1)) times)" : ""
    }
}
