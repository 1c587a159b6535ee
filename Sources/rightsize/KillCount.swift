import Measures
import Storing

/// Counts one container's OOM kills and restarts over its runs.
///
/// Three sources see kills, and none sees all: the kernel's counter dies with the container's group (on v1
/// and v2 alike); the engine's flag with the restarts it counts misses a killed child, and is never set
/// by Podman; the engine's events are heard only while a loop listens. The same kill is often seen by
/// more than one, by the kernel in the run it ended and by the engine in the next, so the largest count
/// stands, not the sum.
///
/// Sums wrap rather than stop the program: a damaged store may hold any number.
struct KillCount {
    let series: SeriesIdentity
    let windowStart: Timestamp
    private var kernelKills: Int64 = 0
    private var engineKills: Int64 = 0
    private var eventKills: Int64 = 0
    private var restartCount: Int64?
    private var isFlagged = false
    private(set) var restarts = 0

    init(series: SeriesIdentity, windowStart: Timestamp) {
        self.series = series
        self.windowStart = windowStart
    }

    var oomKills: Int {
        // A kill that no restart followed: the container stays dead.
        Int(max(kernelKills, engineKills, eventKills, isFlagged ? 1 : 0))
    }

    /// - Parameter run: later than those before it.
    mutating func add(_ run: IncarnationHistory) {
        let counter = run[.memoryOOMKills].compactMap(\.self)
        kernelKills &+= zip(counter, counter.dropFirst()).reduce(0) { $0 &+ max(0, $1.1 &- $1.0) }
        // What the counter held at the first reading happened in this run; whether before the window is
        // known only where the run began inside it.
        if let first = counter.first, let started = run.incarnation.startedAt,
            started >= windowStart
        {
            kernelKills &+= first
        }
        eventKills &+= run[.oomEvents].reduce(0) { $0 &+ ($1 ?? 0) }
        let flags = run[.oomKilled]
        for (index, count) in run[.restarts].enumerated() {
            if flags[index] == 1 { isFlagged = true }
            guard let count else { continue }
            let new = restartCount.map { max(0, count &- $0) } ?? 0
            restarts &+= Int(new)
            if flags[index] == 1 { engineKills &+= new }
            restartCount = count
        }
    }
}
