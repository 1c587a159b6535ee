import Measures

/// What the history would have done under some limits: the owner's alert, the owner's target, throttling and
/// kills, counted over all replicas.
package struct Replay: Hashable, Sendable {
    package var limits: ResourceLimits
    package var cpu = Outcome()
    package var memory = Outcome()

    /// Of one resource under its limit.
    package struct Outcome: Hashable, Sendable {
        /// How often use stayed above the alert's level for longer than the alert takes.
        package var alerts = 0
        /// For how long the alert would have been on, in seconds.
        package var alertSeconds = 0.0
        /// For how long more was wanted than the limit, in seconds: throttling, or a kill.
        package var secondsOverLimit = 0.0
        /// How often that began: kills, where it is memory.
        package var timesOverLimit = 0
        /// Periods, of all replicas, with a mean at or above the target.
        package var periodsAboveTarget = 0
        package var periods = 0

        package init() {}

        package var isClean: Bool {
            alerts == 0 && timesOverLimit == 0 && periodsAboveTarget == 0
        }
    }

    package init(limits: ResourceLimits) { self.limits = limits }
}

extension ServiceHistory {
    /// - Parameter evidence: of the same replicas, in the same order.
    func replay(
        _ limits: ResourceLimits, _ evidence: [ReplicaEvidence], _ policy: SizingPolicy
    ) -> Replay {
        var replay = Replay(limits: limits)
        for (replica, known) in zip(replicas, evidence) {
            if let limit = limits.cpu?.bound?.rawValue {
                replica.withDemand { replay.cpu.add($0, known.cpu, limit, policy) }
            }
            if let limit = limits.memory?.bound.map({ Double($0.rawValue) }) {
                replica.withWorkingSet { replay.memory.add($0, known.memory, limit, policy) }
            }
        }
        return replay
    }
}

extension Replay.Outcome {
    fileprivate mutating func add(
        _ track: Track, _ periods: [PeriodSummary], _ limit: Double, _ policy: SizingPolicy
    ) {
        self.periods += periods.count
        periodsAboveTarget += periods.count { $0.mean >= policy.targetUtilisation * limit }
        let level = policy.alertUtilisation * limit
        // Hardly any limit is ever come near to.
        guard periods.contains(where: { $0.peak > level }) else { return }
        let longerThan = policy.alertSeconds * policy.alertTolerance
        var above = 0.0
        var isOver = false
        func endStretch() {
            guard above > longerThan else { return }
            alerts += 1
            alertSeconds += above - policy.alertSeconds
        }
        // What is not above either ends a stretch, and else changes nothing.
        let least = min(level, limit)
        var next = track.firstIndex(above: least, in: 0..<track.count)
        while next < track.count {
            let index = next
            let value = track.values[index]
            next =
                above > 0 || value > least
                ? index + 1 : track.firstIndex(above: least, in: (index + 1)..<track.count)
            if index > 0, !track.continues(index) {
                endStretch()
                (above, isOver) = (0, false)
            }
            if value > level {
                above += track.seconds[index]
            } else if above > 0 {
                endStretch()
                above = 0
            }
            if value > limit {
                secondsOverLimit += track.seconds[index]
                if !isOver { timesOverLimit += 1 }
            }
            isOver = value > limit
        }
        endStretch()
    }
}
