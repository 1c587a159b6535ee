package import Measures

/// What came of a change of limits: the service before and after it.
package struct LimitEffect: Hashable, Sendable {
    package var at: Timestamp
    package var from: ResourceLimits
    package var to: ResourceLimits
    package var before: Span
    package var after: Span

    /// One side of the change.
    package struct Span: Hashable, Sendable {
        package var seconds: Double
        /// Throttled over all periods; nil where the kernel counted none.
        package var throttledShare: Double?
        package var cpuMax: Cores?
        package var memoryMax: Bytes?
        package var oomKills: Int

        package init(
            seconds: Double, throttledShare: Double?, cpuMax: Cores?, memoryMax: Bytes?,
            oomKills: Int = 0
        ) {
            self.seconds = seconds
            self.throttledShare = throttledShare
            self.cpuMax = cpuMax
            self.memoryMax = memoryMax
            self.oomKills = oomKills
        }
    }

    package init(
        at: Timestamp, from: ResourceLimits, to: ResourceLimits, before: Span, after: Span
    ) {
        self.at = at
        self.from = from
        self.to = to
        self.before = before
        self.after = after
    }
}

extension LimitEffect {
    /// Whether a limit was lowered and the service is worse off for it: throttled in more than a
    /// hundredth of its periods, and in twice as many as before; OOM-killed more often; or at the memory limit.
    package func hurts(_ policy: SizingPolicy) -> Bool {
        let cpuFell = Self.fell(from.cpu?.bound?.rawValue, to.cpu?.bound?.rawValue)
        if cpuFell, let now = after.throttledShare, now > 0.01,
            now > 2 * (before.throttledShare ?? 0)
        {
            return true
        }
        guard let limit = to.memory?.bound,
            Self.fell(
                from.memory?.bound.map { Double($0.rawValue) }, Double(limit.rawValue))
        else { return false }
        if after.oomKills > before.oomKills { return true }
        guard let held = after.memoryMax else { return false }
        return Double(held.rawValue) >= policy.memoryAtLimitShare * Double(limit.rawValue)
    }

    /// Nil is no limit.
    private static func fell(_ before: Double?, _ after: Double?) -> Bool {
        (after ?? .infinity) < (before ?? .infinity)
    }
}

extension ReplicaObservations {
    /// The changes of limits in the window, with what was seen between the neighbouring ones.
    func limitEffects() -> [LimitEffect] {
        var effects: [LimitEffect] = []
        for index in limitHistory.indices.dropFirst() {
            let (last, change) = (limitHistory[index - 1], limitHistory[index])
            let end =
                index + 1 < limitHistory.count
                ? limitHistory[index + 1].since : Timestamp(milliseconds: .max)
            effects.append(
                LimitEffect(
                    at: change.since, from: last.limits, to: change.limits,
                    before: span(from: last.since, until: change.since),
                    after: span(from: change.since, until: end)))
        }
        return effects
    }

    private func span(from start: Timestamp, until end: Timestamp) -> LimitEffect.Span {
        let range = start.milliseconds..<max(start.milliseconds, end.milliseconds)
        var seconds = 0.0
        var cpuMax: Double?
        for index in cpu.ends.indices where range.contains(cpu.ends[index]) {
            seconds += cpu.seconds[index]
            cpuMax = max(cpuMax ?? 0, cpu.cores[index])
        }
        let throttled = cpu.throttlings.reduce(0.0) {
            range.contains(cpu.ends[$1.interval])
                ? $0 + $1.share * cpu.seconds[$1.interval] : $0
        }
        var memoryMax: Double?
        for index in memory.times.indices where range.contains(memory.times[index]) {
            memoryMax = max(memoryMax ?? 0, memory.workingSet[index])
        }
        return LimitEffect.Span(
            seconds: seconds,
            throttledShare: cpu.countedSeconds > 0 && seconds > 0 ? throttled / seconds : nil,
            cpuMax: cpuMax.map { Cores($0) },
            memoryMax: memoryMax.map { Bytes(wholeBytes($0)) },
            oomKills: oomKillTimes.count { range.contains($0) })
    }
}
