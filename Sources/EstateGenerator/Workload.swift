/// What one container asks of its host, put together from small pieces. What it then gets is the
/// kernel's business: see `CPUBandwidth` and `MemoryCharge`.
struct Workload {
    /// The pieces of CPU demand; they add up.
    var cpu: [CPUPiece]
    /// The pieces of anonymous memory; they add up.
    var memory: [MemoryPiece]
    var files = FileUse()
    /// Memory in tmpfs and shared segments once the service is warm, in MiB. Cannot be reclaimed.
    var shmem = 0.0
    /// How many threads can run at once: the most cores it can use.
    var threads = 4.0
    /// The share of a busy period's demand that is always there, 0 ... 1. The rest comes and goes
    /// from one period to the next, and is what gets throttled below a mean of 100 %.
    var steadiness = 0.6
    /// The share of CFS periods in which something runs even when there is nothing to do.
    var wakefulness = 0.1
    /// Relative deviation of the demand from one step to the next.
    var noise = 0.08
    /// Processes and threads at rest, and how many more come with each busy core.
    var pids: Int64 = 8
    var pidsPerCore = 0.0
    /// Who dies when memory runs out.
    var victim = OOMVictim.mainProcess
}

/// Whom the kernel picks when a group has no memory left.
enum OOMVictim {
    /// The container ends; the engine restarts it in a new group with counters at zero.
    case mainProcess
    /// A worker; the container lives on, and its group counts the kill.
    case worker
}

/// CPU demand in cores.
enum CPUPiece {
    /// Always the same.
    case steady(Double)
    /// Follows office hours; `weekend` is the share that is left on Saturday and Sunday.
    case office(peak: Double, weekend: Double)
    /// Comes at random, `perHour` times, for some minutes.
    case bursts(Surge)
    /// A job of the clock's.
    case recurring(Recurrence, cores: Double)
    /// The first seconds after a start: caches are filled, code is compiled.
    case startUp(seconds: Double, cores: Double)
}

/// Anonymous memory in MiB.
enum MemoryPiece {
    /// From the first moment on.
    case resident(Double)
    /// Half of it after `halfAfterHours`, nearly all of it in the end.
    case warmUp(Double, halfAfterHours: Double)
    /// Never given back until a restart.
    case leak(perHour: Double)
    /// Rises over `minutes`, then falls back.
    case sawtooth(Double, minutes: Double)
    /// Comes with the work at hand.
    case perCore(Double)
    /// Comes at random and goes.
    case surges(Surge)
    /// Comes with a job of the clock's.
    case recurring(Recurrence, mebibytes: Double)
}

/// Something that comes at random and stays for a while.
struct Surge {
    var perHour: Double
    var minutes: ClosedRange<Double>
    /// Cores, or MiB.
    var size: ClosedRange<Double>
    /// Only as often as the office is busy.
    var officeHoursOnly = false
}

/// Use of files: what fills the page cache.
struct FileUse {
    /// New file data read with nothing to do, MiB per second.
    var readIdle = 0.0
    /// New file data read for each busy core, MiB per second.
    var readPerCore = 0.0
    /// Written to disk with nothing to do, MiB per second.
    var writeIdle = 0.0
    /// Written to disk for each busy core, MiB per second.
    var writePerCore = 0.0
    /// All the files that there are, MiB: the page cache never holds more.
    var total = 4.0
    /// What is read again and again, MiB: the active list.
    var hot = 2.0
}

/// The state of the random pieces of one container.
struct SurgeState {
    private(set) var size = 0.0
    private var secondsLeft = 0.0

    /// The mean size over the step that ends at `moment`.
    mutating func advance(
        _ surge: Surge, to moment: Moment, seconds: Double, random: inout RandomSource
    ) -> Double {
        if secondsLeft <= 0 {
            size = 0
            let rate = surge.perHour * (surge.officeHoursOnly ? officeRate(moment) : 1)
            if random.chance(rate * seconds / 3600) {
                size = random.uniform(surge.size)
                secondsLeft = random.uniform(surge.minutes) * 60
            }
        }
        let share = min(1, max(0, secondsLeft) / seconds)
        secondsLeft -= seconds
        return size * share
    }

    /// How busy the office is for things that people start.
    private func officeRate(_ moment: Moment) -> Double {
        moment.officeLoad * (moment.isWeekend ? 0.15 : 1)
    }
}
