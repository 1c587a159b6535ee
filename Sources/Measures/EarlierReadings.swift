/// What the tick before read of each container and of the host: the kernel need not be asked again for what
/// cannot have changed since.
package struct EarlierReadings: Sendable {
    private struct Entry: Sendable {
        var container: ContainerID
        var startedAt: Timestamp?
        var values: MetricValues
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
        entries.append(Entry(container: container, startedAt: startedAt, values: values))
    }

    /// Those of one run of a container; nil where there are none. Fastest in the order they were appended.
    package mutating func values(of incarnation: Incarnation) -> MetricValues? {
        guard
            let place = search.place(of: incarnation.container, in: entries, by: { $0.container }),
            entries[place].startedAt == incarnation.startedAt
        else { return nil }
        return entries[place].values
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
