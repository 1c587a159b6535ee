import Measures
import Sizing
import Statistics
import Storing

/// A service in the store, or what stands for one: a container without labels, a group, the host.
struct ServiceKey: Hashable {
    var kind: SeriesKind
    var id: ServiceID

    init(kind: SeriesKind, id: ServiceID) {
        self.kind = kind
        self.id = id
    }

    init(_ series: SeriesIdentity) {
        self.init(kind: series.kind, id: series.service)
    }
}

/// Reads the services of a store a few at a time, so that memory does not grow with their number.
struct ServiceObservations {
    let store: SampleStore
    let window: ClosedRange<Timestamp>
    let policy: SizingPolicy
    /// How many ticks there may be in the window.
    let ticks: Int

    /// The most samples that are held at once: some 80 MB with all that is made of them.
    private static let samplesMax = 1_500_000

    /// Calls `body` with each service that was seen in the window, and with what its replicas showed.
    /// - Parameters:
    ///   - isWanted: which series to read.
    ///   - body: also gets what is known of the window as a whole.
    func forEach(
        where isWanted: (SeriesIdentity) -> Bool,
        _ body: (ServiceKey, [ReplicaObservations], ObservationCollector.Window) throws -> Void
    ) throws {
        let services = Dictionary(grouping: try store.series().filter(isWanted)) {
            ServiceKey($0)
        }
        for batch in batches(services) {
            let wanted = Set(batch.flatMap { services[$0] ?? [] })
            var collector = ObservationCollector(capacity: ticks, policy: policy)
            try store.forEachPiece(
                of: ObservationCollector.metrics, in: window, where: { wanted.contains($0) },
                ticks: { collector.add($0) }, piece: { collector.add($0) })
            guard let seen = collector.window else { return }
            let observed = collector.observations()
            collector = ObservationCollector()
            for key in batch {
                let replicas = (services[key] ?? []).compactMap { observed[$0] }
                if !replicas.isEmpty { try body(key, replicas, seen) }
            }
        }
    }

    /// In the order in which the store came to know them, so that those that lie together are read together.
    private func batches(_ services: [ServiceKey: [SeriesIdentity]]) -> [[ServiceKey]] {
        var batches: [[ServiceKey]] = []
        var room = 0
        let each = max(1, ticks)
        for (key, series) in services.sorted(by: {
            ($0.key.kind.rawValue, $0.key.id) < ($1.key.kind.rawValue, $1.key.id)
        }) {
            if room < series.count * each || batches.isEmpty {
                batches.append([])
                room = Self.samplesMax
            }
            batches[batches.count - 1].append(key)
            room -= series.count * each
        }
        return batches
    }
}
