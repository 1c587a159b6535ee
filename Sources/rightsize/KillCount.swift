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
    /// The run that was added last, and the kernel's counter in it.
    private var run: Int64?
    private var kernelCount: Int64?
    private var isFlagged = false
    private(set) var restarts = 0
    /// When kills were first seen, in milliseconds since 1970; those known only as a sum have no time.
    private(set) var killTimes: [Int64] = []

    init(series: SeriesIdentity, windowStart: Timestamp) {
        self.series = series
        self.windowStart = windowStart
    }

    var oomKills: Int {
        // A kill that no restart followed: the container stays dead.
        Int(max(kernelKills, engineKills, eventKills, isFlagged ? 1 : 0))
    }

    /// - Parameter piece: later than those before it.
    mutating func add(_ piece: Piece) {
        if run != piece.id {
            run = piece.id
            kernelCount = nil
        }
        addKernelKills(piece)
        addEvents(piece)
        addRestarts(piece)
    }

    private mutating func addKernelKills(_ piece: Piece) {
        guard let counter = piece[.memoryOOMKills] else { return }
        if kernelCount == nil, let first = counter.first {
            // What the counter held at the first reading happened in this run; whether before the
            // window is known only where the run began inside it.
            if let started = piece.incarnation.startedAt, started >= windowStart {
                kernelKills &+= first
                if first > 0 { killTimes.append(piece.ticks.times[piece.rows[0].lowerBound]) }
            }
            kernelCount = first
        }
        if counter.constant == kernelCount { return }
        for (row, tick) in piece.rows.joined().enumerated() {
            guard let count = counter[row] else { continue }
            let new = max(0, count &- (kernelCount ?? count))
            kernelKills &+= new
            if new > 0 { killTimes.append(piece.ticks.times[tick]) }
            kernelCount = count
        }
    }

    private mutating func addEvents(_ piece: Piece) {
        guard let events = piece[.oomEvents] else { return }
        for (row, tick) in piece.rows.joined().enumerated() {
            guard let count = events[row], count > 0 else { continue }
            eventKills &+= count
            killTimes.append(piece.ticks.times[tick])
        }
    }

    private mutating func addRestarts(_ piece: Piece) {
        let restarts = piece[.restarts]
        let flags = piece[.oomKilled]
        if let restarts, let flags, let count = restarts.constant, let flag = flags.constant {
            addRestart(count, flag)
        } else {
            for row in 0..<piece.count { addRestart(restarts?[row], flags?[row]) }
        }
    }

    private mutating func addRestart(_ count: Int64?, _ flag: Int64?) {
        if flag == 1 { isFlagged = true }
        guard let count else { return }
        let new = restartCount.map { max(0, count &- $0) } ?? 0
        restarts &+= Int(new)
        if flag == 1 { engineKills &+= new }
        restartCount = count
    }
}
