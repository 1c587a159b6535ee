import Measures
import Sizing
import Storing

/// What other programs know instead of the kernel's counters: a rate of CPU use, a working set.
extension ObservationReader {
    /// The metrics that `addImported` needs.
    static let importedMetrics: Set<Metric> = [.cpuCores, .memoryWorkingSet]

    /// Takes rates and working sets where the counters and parts that they would come from are absent.
    func addImported(of run: IncarnationHistory, to replica: inout ReplicaObservations) {
        if run.columns[.cpuCores] != nil, run.columns[.cpuUsage] == nil {
            addRates(of: run, to: &replica)
        }
        guard let sets = run.columns[.memoryWorkingSet] else { return }
        let (current, inactive) = (run[.memoryCurrent], run[.memoryInactiveFile])
        for (index, set) in sets.enumerated() {
            guard let set, current[index] == nil || inactive[index] == nil else { continue }
            replica.workingSet.append(Double(max(0, set)))
        }
    }

    /// Each rate holds for the time since the one before, within one boot; the first holds for none.
    private func addRates(of run: IncarnationHistory, to replica: inout ReplicaObservations) {
        let (limits, rows) = (run[.cpuLimit], run.rows)
        var last: (boot: Int64, uptime: Int64)?
        for (index, stored) in run[.cpuCores].enumerated() {
            guard let stored else { continue }
            let tick = history.ticks[rows[index]]
            defer { last = (tick.boot, tick.uptimeMilliseconds) }
            let cores = Double(storedReal: stored)
            guard let last, last.boot == tick.boot, last.uptime < tick.uptimeMilliseconds,
                cores.isFinite
            else { continue }
            let seconds = Double(tick.uptimeMilliseconds &- last.uptime) / 1000
            let limit = limits[index].flatMap { Limit<Cores>(wireValue: $0).bound }
            replica.cpu.append(
                CPUInterval(
                    cores: cores, seconds: seconds, throttledShare: nil, limit: limit?.rawValue))
        }
    }
}
