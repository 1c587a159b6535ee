import CMalloc
import Measures
import Sizing
import Statistics
import Storing
import Synchronization
import Threading

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

    /// More would wait for the memory, and for the one that reads the store.
    private static let threadsMax = 8
    /// The most samples that are held at once: some 160 MB with all that is made of them.
    private static let samplesMax = 6_000_000

    /// What `body` makes of each service that was seen in the window, in no order.
    /// - Parameters:
    ///   - isWanted: which series to read.
    ///   - body: gets a service, what its replicas showed, and what is known of the window as a whole; is
    ///     called on several threads, each with a gatherer of its own.
    func map<Result: Sendable>(
        where isWanted: (SeriesIdentity) -> Bool,
        _ body:
            @Sendable (
                EvidenceGatherer, ServiceKey, [ReplicaObservations], ObservationCollector.Window
            ) throws -> Result
    ) throws -> [Result] {
        keepFreedMemory()
        let series = try store.series().filter(isWanted)
        let services = Dictionary(grouping: series) { ServiceKey($0) }
        let threadCount = min(Threads.usableCPUCount, Self.threadsMax)
        let gatherers = try (0..<threadCount).map { _ in
            try EvidenceGatherer(policy: policy, end: window.upperBound)
        }
        var results: [Result] = []
        for batch in batches(services, in: series) {
            let wanted = Set(batch.flatMap { services[$0] ?? [] })
            let (observed, seen) = try observations(of: wanted, threadCount)
            guard let seen else { return results }
            let found = batch.map { key in
                (key: key, replicas: (services[key] ?? []).compactMap { observed[$0] })
            }.filter { !$0.replicas.isEmpty }
            let made = Mutex<[Swift.Result<Result, any Error>]>([])
            // One thread uses one gatherer.
            nonisolated(unsafe) let gatherers = gatherers
            Threads.forEach(found.count, threadCount: threadCount) { number, thread in
                let (key, replicas) = found[number]
                let result = Swift.Result { try body(gatherers[thread], key, replicas, seen) }
                made.withLock { $0.append(result) }
            }
            results += try made.withLock { try $0.map { try $0.get() } }
        }
        return results
    }

    private func observations(
        of wanted: Set<SeriesIdentity>, _ threadCount: Int
    ) throws -> ([SeriesIdentity: ReplicaObservations], ObservationCollector.Window?) {
        var collectors = (0..<threadCount).map { _ in
            ObservationCollector(capacity: ticks, policy: policy)
        }
        try store.forEachPiece(
            of: ObservationCollector.metrics, in: window, where: { wanted.contains($0) },
            sharedAmong: &collectors)
        var observed: [SeriesIdentity: ReplicaObservations] = [:]
        for collector in collectors {
            observed.merge(collector.observations()) { first, _ in first }
        }
        return (observed, collectors[0].window)
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
