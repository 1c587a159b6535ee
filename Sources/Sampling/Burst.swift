package import Measures

/// Sub-samples taken quickly one after the other inside one run, summed up in the last of them.
///
/// What a mean over a minute hides shows here: the run's largest rate and working set are stored beside
/// its means, for the few seconds that were looked at.
package enum Burst {
    /// - Parameter ticks: at least one, in the order taken, of one boot.
    /// - Returns: the last tick; every container that it and an earlier one saw in the same run also has
    ///   `cpuBurstMean` and `cpuBurstMax` (millicores, between successive sub-samples) and
    ///   `memoryBurstMean` and `memoryBurstMax` (working set).
    package static func summarized(_ ticks: [Tick]) -> Tick {
        var summary = ticks[ticks.count - 1]
        var readings: [Incarnation: [Reading]] = [:]
        for tick in ticks {
            for sample in tick.samples {
                readings[sample.incarnation, default: []].append(
                    Reading(uptime: tick.uptimeMilliseconds, values: sample.values))
            }
        }
        for index in summary.samples.indices {
            guard let run = readings[summary.samples[index].incarnation], run.count > 1 else {
                continue
            }
            addCPU(run, to: &summary.samples[index].values)
            addMemory(run, to: &summary.samples[index].values)
        }
        return summary
    }

    private struct Reading {
        var uptime: Int64
        var values: MetricValues

        var workingSet: Int64? {
            guard let current = values[.memoryCurrent], let inactive = values[.memoryInactiveFile]
            else { return nil }
            return max(0, current &- inactive)
        }
    }

    private static func addCPU(_ run: [Reading], to values: inout MetricValues) {
        let counted = run.compactMap { reading in
            reading.values[.cpuUsage].map { (uptime: reading.uptime, usage: $0) }
        }
        var largest: Int64?
        var used: Int64 = 0
        var elapsed: Int64 = 0
        for (before, after) in zip(counted, counted.dropFirst()) {
            let milliseconds = after.uptime - before.uptime
            // A counter that went back started anew: nothing is known of this pair.
            guard milliseconds > 0, after.usage >= before.usage else { continue }
            let microseconds = after.usage &- before.usage
            // Microseconds of CPU a millisecond are thousandths of a core.
            largest = max(largest ?? 0, microseconds / milliseconds)
            used &+= microseconds
            elapsed += milliseconds
        }
        guard let largest else { return }
        values[.cpuBurstMax] = largest
        values[.cpuBurstMean] = used / elapsed
    }

    private static func addMemory(_ run: [Reading], to values: inout MetricValues) {
        let sets = run.compactMap(\.workingSet)
        guard sets.count > 1 else { return }
        values[.memoryBurstMax] = sets.max()
        values[.memoryBurstMean] = sets.reduce(0, &+) / Int64(sets.count)
    }
}
