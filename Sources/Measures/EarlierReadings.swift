/// What the tick before read of each container and of the host: the kernel need not be asked again for what
/// cannot have changed since.
package struct EarlierReadings: Sendable {
    /// The metrics that are kept: of a thousand containers, all would take as much as everything else that a
    /// sampler knows of them.
    package static let metrics: [Metric] = [
        .cpuUsage, .cpuPeriods, .cpuThrottledPeriods, .cpuThrottledTime, .cpuThrottledTimeLocal,
        .cpuLimit, .memoryPeak, .memoryLimit, .memoryOOMKills, .memoryPressureSome,
        .memoryPressureFull, .ioPressureSome, .ioPressureFull, .ioRead, .ioWrite,
    ]

    private struct Entry: Sendable {
        var container: ContainerID
        var startedAt: Timestamp?
        /// Bit n is set where `metrics[n]` is there.
        var presence: UInt16 = 0
        var values = InlineArray<15, Int64>(repeating: 0)

        init(_ container: ContainerID, startedAt: Timestamp?, _ all: MetricValues) {
            self.container = container
            self.startedAt = startedAt
            for (index, metric) in metrics.enumerated() {
                guard let value = all[metric] else { continue }
                presence |= 1 << UInt16(index)
                values[index] = value
            }
        }

        var metricValues: MetricValues {
            var all = MetricValues()
            for (index, metric) in metrics.enumerated() where presence & 1 << UInt16(index) != 0 {
                all[metric] = values[index]
            }
            return all
        }
    }

    package let boot: BootID
    private var entries: [Entry] = []
    private var search = ContainerSearch()

    /// - Parameter count: for how many there is to be room.
    package init(boot: BootID, count: Int) {
        self.boot = boot
        entries.reserveCapacity(count)
    }

    /// - Parameter startedAt: with the container's id, tells one run from the next.
    package mutating func append(
        _ container: ContainerID, startedAt: Timestamp?, _ values: MetricValues
    ) {
        entries.append(Entry(container, startedAt: startedAt, values))
    }

    /// Those among `metrics` of one run of a container; nil where there are none. Fastest in the order they were
    /// appended.
    package mutating func values(of incarnation: Incarnation) -> MetricValues? {
        guard
            let place = search.place(of: incarnation.container, in: entries, by: { $0.container }),
            entries[place].startedAt == incarnation.startedAt
        else { return nil }
        return entries[place].metricValues
    }

    /// Takes the place of what was kept, in the memory that held it.
    package mutating func replace(with tick: Tick) {
        if tick.boot != boot { self = EarlierReadings(boot: tick.boot, count: tick.samples.count) }
        entries.removeAll(keepingCapacity: true)
        for sample in tick.samples {
            append(
                sample.incarnation.container, startedAt: sample.incarnation.startedAt,
                sample.values)
        }
        search = ContainerSearch()
    }
}
