import Measures
import Sizing
import Storing

/// When a container's CPU rate was told.
struct CPURateReading {
    /// By the clock that nobody sets, in milliseconds.
    var clock: Int64
    var boot: Int64
}

extension ObservationCollector {
    /// The metrics that `addImported` needs beside those of the kernel.
    static let importedMetrics: Set<Metric> = [.cpuCores, .memoryWorkingSet]
}

/// What other programs know instead of the kernel's counters: a rate of CPU use, a working set.
extension ReplicaObservations {
    /// Takes rates and working sets where the counters and parts that they would come from are absent.
    /// - Parameter last: the run's last rate before this piece; becomes that of this piece.
    mutating func addImported(of piece: Piece, after last: inout CPURateReading?) {
        if let rates = piece[.cpuCores], piece[.cpuUsage] == nil {
            addRates(rates, of: piece, after: &last)
        }
        guard let sets = piece[.memoryWorkingSet] else { return }
        let (current, inactive) = (piece[.memoryCurrent], piece[.memoryInactiveFile])
        for (row, tick) in piece.rows.joined().enumerated() {
            guard let set = sets[row], current?[row] == nil || inactive?[row] == nil else {
                continue
            }
            memory.append(Double(max(0, set)), time: piece.ticks.times[tick])
        }
    }

    /// Each rate holds for the time since the one before, within one boot; the first holds for none.
    private mutating func addRates(
        _ rates: PieceColumn, of piece: Piece, after last: inout CPURateReading?
    ) {
        let limits = piece[.cpuLimit]
        for (row, tick) in piece.rows.joined().enumerated() {
            guard let stored = rates[row] else { continue }
            let reading = CPURateReading(
                clock: piece.ticks.uptimes[tick], boot: piece.ticks.boots[tick])
            defer { last = reading }
            let cores = Double(storedReal: stored)
            guard let last, last.boot == reading.boot, cores.isFinite else { continue }
            let (elapsed, isTooLong) = reading.clock.subtractingReportingOverflow(last.clock)
            guard !isTooLong, elapsed > 0 else { continue }
            let limit = limits?[row].flatMap { Limit<Cores>(wireValue: $0).bound }
            cpu.append(
                cores: cores, seconds: Double(elapsed) / 1000, end: piece.ticks.times[tick],
                throttledShare: nil, limit: limit?.rawValue)
        }
    }
}
