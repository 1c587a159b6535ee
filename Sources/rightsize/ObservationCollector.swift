import Measures
import Sizing
import Statistics
import Storing

/// Turns stored counters, piece by piece, into what was observed: rates, working sets, kills.
struct ObservationCollector: PieceReceiver {
    /// The metrics that are needed.
    static let metrics: Set<Metric> = importedMetrics.union([
        .cpuUsage, .cpuPeriods, .cpuThrottledPeriods, .cpuLimit, .memoryCurrent,
        .memoryInactiveFile, .memoryActiveFile, .memoryAnon, .memoryShmem, .memoryPeak,
        .memoryLimit, .memoryOOMKills, .memoryRefaults, .memoryPressureSome, .restarts,
        .oomKilled, .oomEvents, .cpuBurstMax, .memoryBurstMax,
    ])

    /// All ticks of the window, and the machine as it was at the last of them.
    private(set) var window: Window?

    struct Window: Sendable {
        var first: Timestamp
        var last: Timestamp
        var ticks: Int
        var host: HostCapacity
    }

    private var replicas: [ReplicaObservations] = []
    private var indices: [SeriesIdentity: Int] = [:]
    private var runs: [Int64: Run] = [:]
    private var kills: [ContainerID: KillCount] = [:]
    /// How many ticks there may be.
    private let capacity: Int
    /// Of the span's ticks; nil before its first piece.
    private var steps: [Double]?
    /// Whether the span's ticks belong to one boot.
    private var isOneBoot = true

    /// What is carried from one piece of a run to the next.
    private struct Run {
        /// Of the replica.
        var index: Int
        var last: CPUReading?
        var lastRate: CPURateReading?
    }

    private let startUpSeconds: Double
    private let memoryAtLimitShare: Double

    /// - Parameter capacity: how many ticks there may be.
    init(capacity: Int = 0, policy: SizingPolicy = SizingPolicy()) {
        self.capacity = capacity
        startUpSeconds = policy.startUpSeconds
        memoryAtLimitShare = policy.memoryAtLimitShare
    }

    /// Takes in the ticks of a span.
    mutating func add(_ ticks: TickTable) {
        steps = nil
        guard let first = ticks.times.min(), let newest = ticks.last else { return }
        let start = Timestamp(milliseconds: first)
        window = Window(
            first: min(window?.first ?? start, start), last: newest.time,
            ticks: (window?.ticks ?? 0) + ticks.count, host: newest.host)
        isOneBoot = ticks.boots.allSatisfy { $0 == ticks.boots[0] }
    }

    /// Takes in what a span, whose ticks are known, has of one run.
    mutating func add(_ piece: Piece) {
        let series = piece.incarnation.series
        let index = indices[series] ?? replicas.count
        if index == replicas.count {
            indices[series] = index
            replicas.append(ReplicaObservations(instance: series.instance))
            // What is left of the window: arrays that grow are copied and copied.
            replicas[index].reserveCapacity(max(0, capacity - (window?.ticks ?? 0)) + piece.count)
        }
        var run = runs[piece.id] ?? Run(index: index)
        if runs[piece.id] == nil { replicas[index].beginRun() }
        let before = (cpu: replicas[index].cpu.count, memory: replicas[index].memory.count)
        replicas[index].addTimes(of: piece)
        replicas[index].addLimits(of: piece)
        let steps = steps ?? piece.ticks.steps()
        self.steps = steps
        replicas[index].addCPU(of: piece, steps: steps, after: &run.last, inOneBoot: isOneBoot)
        replicas[index].addMemory(of: piece)
        replicas[index].addImported(of: piece, after: &run.lastRate)
        replicas[index].addMemoryParts(
            of: piece, since: before.memory, atLimitShare: memoryAtLimitShare)
        replicas[index].addStartUp(of: piece, since: before, within: startUpSeconds)
        runs[piece.id] = run
        var count =
            kills[piece.incarnation.container]
            ?? KillCount(
                series: series, windowStart: window?.first ?? Timestamp(milliseconds: 0))
        let known = count.oomKills
        count.add(piece)
        if count.oomKills > known { replicas[index].noteKill() }
        kills[piece.incarnation.container] = count
    }

    /// Every replica of every service in the window.
    func observations() -> [SeriesIdentity: ReplicaObservations] {
        var observations = indices.mapValues { replicas[$0] }
        for count in kills.values {
            observations[count.series]?.oomKills += count.oomKills
            observations[count.series]?.oomKillTimes += count.killTimes
            observations[count.series]?.restarts += count.restarts
        }
        return observations
    }
}

extension ReplicaObservations {
    fileprivate mutating func reserveCapacity(_ count: Int) {
        cpu.reserveCapacity(count)
        memory.reserveCapacity(count)
    }

    fileprivate mutating func beginRun() {
        incarnations += 1
        cpu.beginRun()
        memory.beginRun()
    }

    fileprivate mutating func addTimes(of piece: Piece) {
        for run in piece.rows { sampleTimes.append(piece.ticks.times[run]) }
    }
}
