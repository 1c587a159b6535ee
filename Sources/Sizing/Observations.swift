package import Measures

/// What one replica of a service showed, derived from its counters interval by interval.
package struct ReplicaObservations: Sendable {
    package var instance: String
    package var cpu = CPUUse()
    package var memory = MemoryUse()
    /// The largest rate of a few seconds inside a run, in cores; nil where no run looked so closely.
    package var cpuBurstMax: Cores?
    /// The largest working set of the same.
    package var memoryBurstMax: Bytes?
    /// The largest `memory.peak` seen. It counts page cache: an upper bound of what was needed.
    package var memoryPeak: Bytes?
    /// Kills by the kernel or told by the engine.
    package var oomKills = 0
    /// When kills were seen, in milliseconds since 1970, as far as that is known.
    package var oomKillTimes: [Int64] = []
    /// The largest memory limit under which a kill was noted: what is raised for a kill is not raised for
    /// the same one again. Nil where none was noted, or no limit was known.
    package private(set) var killedAt: Bytes?
    package var restarts = 0
    /// Incarnations in the window.
    package var incarnations = 0
    /// The largest use while a container was starting up; nil where none started in the window.
    package var startUp: StartUpUse?
    /// The limits in force, each with the time from which it was seen; the last ones hold.
    package private(set) var limitHistory: [LimitChange] = []
    /// When each sample was taken, running or not; in the order taken.
    package var sampleTimes = SampleTimes()

    package init(instance: String) { self.instance = instance }

    /// The limits last seen; nil where none was ever read.
    package var limits: ResourceLimits {
        limitHistory.last?.limits ?? ResourceLimits(cpu: nil, memory: nil)
    }

    /// A kill under the limits noted last.
    package mutating func noteKill() {
        guard let limit = limits.memory?.bound else { return }
        killedAt = max(killedAt ?? limit, limit)
    }

    /// - Parameter time: not before the one noted last.
    package mutating func noteLimits(_ limits: ResourceLimits, at time: Timestamp) {
        let known = self.limits
        let merged = ResourceLimits(
            cpu: limits.cpu ?? known.cpu, memory: limits.memory ?? known.memory)
        guard limitHistory.isEmpty || merged != known else { return }
        // A limit read for the first time is no change of a limit.
        if known.cpu == nil || known.memory == nil, let first = limitHistory.first,
            limitHistory.count == 1, known.cpu == nil || known.cpu == merged.cpu,
            known.memory == nil || known.memory == merged.memory
        {
            limitHistory = [LimitChange(since: first.since, limits: merged)]
            return
        }
        limitHistory.append(LimitChange(since: time, limits: merged))
    }
}

/// Limits and since when they were seen.
package struct LimitChange: Hashable, Sendable {
    package var since: Timestamp
    package var limits: ResourceLimits

    package init(since: Timestamp, limits: ResourceLimits) {
        self.since = since
        self.limits = limits
    }
}

/// The largest use of the first minutes of an incarnation.
package struct StartUpUse: Hashable, Sendable {
    package var cpu: Cores
    package var memory: Bytes

    package init(cpu: Cores, memory: Bytes) {
        self.cpu = cpu
        self.memory = memory
    }
}
