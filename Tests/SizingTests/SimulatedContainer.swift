import Measures

@testable import Sizing

/// A container whose use its limits clip: above the CPU limit it is throttled, above the memory limit it
/// is killed and starts again.
struct SimulatedContainer {
    let demand: SimulatedDemand
    /// In cores and MiB.
    var limits: (cpu: Double, memory: Double)
    private(set) var days: [Day] = []
    private(set) var step = 0
    /// Steps since it started.
    private var uptime = 1000

    /// What was seen of one day, and what really happened.
    struct Day {
        var moments: [Moment] = []
        var limits: (cpu: Double, memory: Double)
        var kills = 0
        /// More than 80 % of a limit for more than ten minutes, a mean of 70 % or more, or a kill.
        var isViolation = false
    }

    struct Moment {
        var cores: Double
        var throttledShare: Double
        var memory: Double
        /// What of it is no page cache.
        var unreclaimable: Double
        /// Whether the container had started since the last one.
        var isStart: Bool
    }

    init(_ demand: SimulatedDemand, limits: (cpu: Double, memory: Double)) {
        self.demand = demand
        self.limits = limits
    }

    mutating func runWeek() {
        for _ in 0..<7 { runDay() }
    }

    private mutating func runDay() {
        var day = Day(limits: limits)
        day.moments.reserveCapacity(SimulatedDemand.stepsPerDay)
        var (cpuSum, memorySum) = (0.0, 0.0)
        var (cpuHigh, memoryHigh) = (0, 0)
        for _ in 0..<SimulatedDemand.stepsPerDay {
            let (use, share) = Self.throttle(demand.cpu[step], limits.cpu)
            // A fresh process fills its memory within an hour.
            var held = demand.memory[step] * min(1, 0.4 + 0.05 * Double(uptime))
            var isStart = false
            if held > limits.memory {
                day.kills += 1
                isStart = true
                uptime = 0
                held = demand.memory[step] * 0.4
            }
            let unreclaimable = held
            held += demand.cacheShare * max(0, limits.memory - held)
            held = min(held, limits.memory)
            day.moments.append(
                Moment(
                    cores: use, throttledShare: share, memory: held,
                    unreclaimable: unreclaimable, isStart: isStart))
            cpuSum += use
            memorySum += held
            // Three samples of five minutes are more than ten minutes.
            cpuHigh = use > 0.8 * limits.cpu ? cpuHigh + 1 : 0
            memoryHigh = held > 0.8 * limits.memory ? memoryHigh + 1 : 0
            if cpuHigh >= 3 || memoryHigh >= 3 { day.isViolation = true }
            step += 1
            uptime += 1
        }
        let count = Double(SimulatedDemand.stepsPerDay)
        if cpuSum / count >= 0.7 * limits.cpu || memorySum / count >= 0.7 * limits.memory
            || day.kills > 0
        {
            day.isViolation = true
        }
        days.append(day)
    }

    /// The periods of an interval want anything from half to one and a half times its mean; what is above
    /// the limit is lost.
    private static func throttle(
        _ demand: Double, _ limit: Double
    ) -> (use: Double, share: Double) {
        let (least, most) = (0.5 * demand, 1.5 * demand)
        if limit >= most { return (demand, 0) }
        if limit <= least { return (limit, 1) }
        let below = limit - least
        return (limit - below * below / (2 * demand), (most - limit) / demand)
    }

    /// What a sampler saw of the last `count` days.
    func observations(days count: Int) -> ReplicaObservations {
        var observations = ReplicaObservations(instance: "1")
        observations.incarnations = 1
        observations.cpu.beginRun()
        observations.memory.beginRun()
        let start = max(0, days.count - count)
        var time = 1_795_000_000_000 + Int64(start) * 86_400_000
        let steps = (days.count - start) * SimulatedDemand.stepsPerDay
        observations.cpu.reserveCapacity(steps)
        observations.memory.reserveCapacity(steps)
        var times: [Int64] = [time]
        for day in days[start...] {
            observations.noteLimits(
                ResourceLimits(
                    cpu: .bounded(Cores(day.limits.cpu)),
                    memory: .bounded(Bytes(Int64(mebibytes(day.limits.memory))))),
                at: Timestamp(milliseconds: time))
            for moment in day.moments {
                time += SimulatedDemand.stepSeconds * 1000
                times.append(time)
                if moment.isStart {
                    observations.incarnations += 1
                    observations.restarts += 1
                    observations.oomKills += 1
                    observations.noteKill()
                    observations.cpu.beginRun()
                    observations.memory.beginRun()
                } else {
                    observations.cpu.append(
                        cores: moment.cores, seconds: Double(SimulatedDemand.stepSeconds),
                        end: time, throttledShare: moment.throttledShare, limit: day.limits.cpu)
                }
                observations.memory.append(mebibytes(moment.memory), time: time)
                // Cache gives way to what a process wants, and nothing is read again.
                observations.memory.parts.refaults = 0
                observations.memory.parts.stalledSeconds = 0
                observations.memory.parts.unreclaimableMax = max(
                    observations.memory.parts.unreclaimableMax ?? Bytes(0),
                    Bytes(Int64(mebibytes(moment.unreclaimable))))
                if moment.memory >= 0.98 * day.limits.memory {
                    observations.memory.samplesAtLimit += 1
                }
            }
        }
        observations.sampleTimes.append(times[...])
        return observations
    }
}
