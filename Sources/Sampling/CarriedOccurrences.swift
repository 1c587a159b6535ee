import Measures

/// What a tick that could not be stored alone knew: how often containers died and were killed since the
/// tick before it. No later reading tells it again, so the next tick takes it along.
struct CarriedOccurrences {
    private var samples: [ContainerSample] = []

    /// Of so many containers that are gone, for as long as nothing can be stored.
    private static let samplesMax = 10_000

    mutating func keep(_ tick: Tick) {
        samples = tick.samples.lazy.compactMap(Self.occurrences).prefix(Self.samplesMax).map(\.self)
    }

    /// Adds what was kept to `tick`, and keeps nothing any more: to the sample of the same container,
    /// or where it is gone, as one of its own.
    mutating func move(to tick: inout Tick) {
        guard !samples.isEmpty else { return }
        var indices: [ContainerID: Int] = [:]
        for (index, sample) in tick.samples.enumerated() {
            indices[sample.incarnation.container] = index
        }
        for sample in samples {
            guard let index = indices[sample.incarnation.container] else {
                tick.samples.append(sample)
                continue
            }
            for metric in [.deaths, .oomEvents] as [Metric] {
                guard let before = sample.values[metric] else { continue }
                tick.samples[index].values[metric] =
                    before + (tick.samples[index].values[metric] ?? 0)
            }
        }
        samples = []
    }

    /// Without what was read at a moment that is past; nil where nothing happened.
    private static func occurrences(_ sample: ContainerSample) -> ContainerSample? {
        guard (sample.values[.deaths] ?? 0) > 0 || (sample.values[.oomEvents] ?? 0) > 0 else {
            return nil
        }
        var kept = sample
        kept.values = MetricValues()
        for metric in [.deaths, .oomEvents, .exitCode, .oomKilled] as [Metric] {
            kept.values[metric] = sample.values[metric]
        }
        // A container that had ended has not come back under the same id and start.
        if sample.values[.state] == ContainerState.exited.rawValue {
            kept.values[.state] = ContainerState.exited.rawValue
        }
        return kept
    }
}
