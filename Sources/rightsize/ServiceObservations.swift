import CMalloc
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

    /// The most samples that are held at once: some 120 MB with all that is made of them.
    private static let samplesMax = 6_000_000

    /// Calls `body` with each service that was seen in the window, and with what its replicas showed.
    /// - Parameters:
    ///   - isWanted: which series to read.
    ///   - body: also gets what is known of the window as a whole.
    func forEach(
        where isWanted: (SeriesIdentity) -> Bool,
        _ body: (ServiceKey, [ReplicaObservations], ObservationCollector.Window) throws -> Void
    ) throws {
        keepFreedMemory()
        let series = try store.series().filter(isWanted)
        let services = Dictionary(grouping: series) { ServiceKey($0) }
        for batch in batches(services, in: series) {
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

    /// What one batch frees, the next takes again: the kernel would clear every page of it anew.
    private func keepFreedMemory() {
        mallopt(M_MMAP_THRESHOLD, 1 << 30)
        mallopt(M_TRIM_THRESHOLD, 1 << 30)
    }

    /// In the order in which the store came to know them: those lie together in blocks, and a block that no
    /// other batch needs is read once.
    private func batches(
        _ services: [ServiceKey: [SeriesIdentity]], in order: [SeriesIdentity]
    ) -> [[ServiceKey]] {
        var batches: [[ServiceKey]] = []
        var room = 0
        let each = max(1, ticks)
        var isPlaced: Set<ServiceKey> = []
        for key in order.map({ ServiceKey($0) }) where isPlaced.insert(key).inserted {
            let samples = (services[key]?.count ?? 0) * each
            if room < samples || batches.isEmpty {
                batches.append([])
                room = Self.samplesMax
            }
            batches[batches.count - 1].append(key)
            room -= samples
        }
        return batches
    }
}
