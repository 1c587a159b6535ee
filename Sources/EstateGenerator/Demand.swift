/// Evaluates a workload over time: what the container would use on a host without limits.
struct Demand {
    let workload: Workload
    /// This replica's share of the service's work; 1 for the busiest.
    let share: Double
    private var cpuSurges: [SurgeState]
    private var memorySurges: [SurgeState]
    /// First-order autoregressive noise: busy hours stay busy.
    private var drift = 0.0
    /// How far the allocator's heap is from its mean, in pages.
    private var heapPages = 0.0

    init(workload: Workload, share: Double) {
        self.workload = workload
        self.share = share
        cpuSurges = Array(repeating: SurgeState(), count: workload.cpu.count)
        memorySurges = Array(repeating: SurgeState(), count: workload.memory.count)
    }

    /// What was under way died with the process.
    mutating func restart() {
        cpuSurges = Array(repeating: SurgeState(), count: workload.cpu.count)
        memorySurges = Array(repeating: SurgeState(), count: workload.memory.count)
        heapPages = 0
    }

    /// Mean cores wanted in the `seconds` before `moment`, by a process that is `age` seconds old at
    /// their end.
    mutating func cores(
        to moment: Moment, seconds: Double, age: Double, random: inout RandomSource
    ) -> Double {
        var cores = 0.0
        for (index, piece) in workload.cpu.enumerated() {
            switch piece {
            case .steady(let steady):
                cores += steady
            case .office(let peak, let weekend):
                cores += peak * share * moment.officeLoad * (moment.isWeekend ? weekend : 1)
            case .bursts(let surge):
                cores +=
                    share
                    * cpuSurges[index].advance(
                        surge, to: moment, seconds: seconds, random: &random)
            case .recurring(let recurrence, let peak):
                cores += peak * recurrence.overlap(endingAt: moment, stepSeconds: seconds)
            case .startUp(let duration, let peak):
                let before = age - seconds
                cores += peak * max(0, min(age, duration) - max(0, before)) / seconds
            }
        }
        drift = 0.7 * drift + 0.714 * random.normal()
        return max(0.0002, cores * (1 + workload.noise * drift))
    }

    /// Anonymous memory wanted at `moment`, in pages, with `cores` of work at hand.
    mutating func anonPages(
        at moment: Moment, seconds: Double, age: Double, cores: Double, random: inout RandomSource
    ) -> Double {
        var mebibytes = 0.0
        for (index, piece) in workload.memory.enumerated() {
            switch piece {
            case .resident(let resident):
                mebibytes += resident
            case .warmUp(let extra, let halfAfterHours):
                let hours = age / 3600
                // Whole steps of 1/64, so that a warm service stands still.
                mebibytes += extra * (64 * hours / (hours + halfAfterHours)).rounded() / 64
            case .leak(let perHour):
                mebibytes += perHour * age / 3600
            case .sawtooth(let height, let minutes):
                let cycles = age / 60 / minutes
                mebibytes += height * (cycles - cycles.rounded(.down))
            case .perCore(let perCore):
                mebibytes += perCore * cores
            case .surges(let surge):
                mebibytes += memorySurges[index].advance(
                    surge, to: moment, seconds: seconds, random: &random)
            case .recurring(let recurrence, let extra):
                if recurrence.overlap(endingAt: moment, stepSeconds: seconds) > 0 {
                    mebibytes += extra
                }
            }
        }
        // The heap of a process that does nothing stands still; that of a busy one breathes.
        if random.chance(min(1, 0.02 + 4 * cores)) {
            heapPages = 0.9 * heapPages + (3 + 200 * cores) * random.normal()
        }
        return max(64, mebibytes * pagesPerMebibyte + heapPages)
    }
}

/// Pages of 4 KiB.
let pagesPerMebibyte = 256.0
