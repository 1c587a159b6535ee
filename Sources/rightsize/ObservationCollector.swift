import Measures
import Sizing
import Statistics
import Storing

/// Turns stored counters, piece by piece, into what was observed: rates, working sets, kills.
struct ObservationCollector {
    /// The metrics that are needed.
    static let metrics: Set<Metric> = importedMetrics.union([
        .cpuUsage, .cpuPeriods, .cpuThrottledPeriods, .cpuLimit, .memoryCurrent,
        .memoryInactiveFile, .memoryPeak, .memoryLimit, .memoryOOMKills, .restarts, .oomKilled,
        .oomEvents, .cpuBurstMax, .memoryBurstMax,
    ])

    /// All ticks of the window, and the machine as it was at the last of them.
    private(set) var window: (first: Timestamp, last: Timestamp, ticks: Int, host: HostCapacity)?

    private var replicas: [ReplicaObservations] = []
    private var indices: [SeriesIdentity: Int] = [:]
    private var runs: [Int64: Run] = [:]
    private var kills: [ContainerID: KillCount] = [:]
    /// How many ticks there may be.
    private let capacity: Int
    /// Whether the span's ticks belong to one boot.
    private var isOneBoot = true

    /// What is carried from one piece of a run to the next.
    private struct Run {
        /// Of the replica.
        var index: Int
        var last: CPUReading?
        var lastRate: CPURateReading?
    }

    /// - Parameter capacity: how many ticks there may be.
    init(capacity: Int = 0) { self.capacity = capacity }

    /// Takes in the ticks of a span.
    mutating func add(_ ticks: TickTable) {
        guard let first = ticks.times.min(), let newest = ticks.last else { return }
        let start = Timestamp(milliseconds: first)
        window = (
            min(window?.first ?? start, start), newest.time, (window?.ticks ?? 0) + ticks.count,
            newest.host
        )
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
        replicas[index].addTimes(of: piece)
        replicas[index].addCPU(of: piece, after: &run.last, inOneBoot: isOneBoot)
        replicas[index].addMemory(of: piece)
        replicas[index].addImported(of: piece, after: &run.lastRate)
        runs[piece.id] = run
        kills[
            piece.incarnation.container,
            default: KillCount(
                series: series, windowStart: window?.first ?? Timestamp(milliseconds: 0))
        ].add(piece)
    }

    /// Every replica of every service in the window.
    func observations() -> [SeriesIdentity: ReplicaObservations] {
        var observations = indices.mapValues { replicas[$0] }
        for count in kills.values {
            observations[count.series]?.oomKills += count.oomKills
            observations[count.series]?.restarts += count.restarts
        }
        return observations
    }
}

extension ReplicaObservations {
    fileprivate mutating func reserveCapacity(_ count: Int) {
        cpu.reserveCapacity(count)
        workingSet.reserveCapacity(count)
    }

    fileprivate mutating func addTimes(of piece: Piece) {
        for run in piece.rows { sampleTimes.append(piece.ticks.times[run]) }
    }

    /// Working set: current − inactive file.
    fileprivate mutating func addMemory(of piece: Piece) {
        if let current = piece[.memoryCurrent], let inactive = piece[.memoryInactiveFile] {
            addWorkingSet(current, inactive)
        }
        if let peak = piece[.memoryPeak]?.max {
            memoryPeak = max(memoryPeak ?? Bytes(0), Bytes(peak))
        }
        if let burst = piece[.memoryBurstMax]?.max {
            memoryBurstMax = max(memoryBurstMax ?? Bytes(0), Bytes(burst))
        }
        if let last = piece[.memoryLimit]?.last { memoryLimit = Limit(wireValue: last) }
    }

    private mutating func addWorkingSet(_ current: PieceColumn, _ inactive: PieceColumn) {
        guard current.isComplete, inactive.isComplete else {
            for row in current.values.indices {
                guard let current = current[row], let inactive = inactive[row] else { continue }
                workingSet.append(Double(max(0, current &- inactive)))
            }
            return
        }
        let start = workingSet.count
        let count = current.values.count
        workingSet.append(contentsOf: repeatElement(0, count: count))
        workingSet.withUnsafeMutableBufferPointer { workingSet in
            for row in 0..<count {
                workingSet[start + row] = Double(
                    max(0, current.values[row] &- inactive.values[row]))
            }
        }
    }
}
