import Measures
import Sizing
import Storing

extension EarlierUse {
    /// What the store keeps of each service for the days between `start` and the first tick.
    static func ofServices(
        in store: SampleStore, from start: Timestamp, before firstTick: Timestamp,
        where isWanted: (SeriesIdentity) -> Bool
    ) throws(StoreError) -> [ServiceKey: EarlierUse] {
        guard start <= firstTick else { return [:] }
        var services: [ServiceKey: [SeriesIdentity: Replica]] = [:]
        for rollup in try store.rollups(in: start...firstTick, where: isWanted) {
            // Days are deleted as a whole: that of the first tick is known better by its ticks.
            guard rollup.day.advanced(byMilliseconds: 86_400_000) <= firstTick else { continue }
            let series = rollup.incarnation.series
            services[ServiceKey(series), default: [:]][series, default: Replica()].add(rollup)
        }
        return services.mapValues { EarlierUse(Array($0.values)) }
    }

    private init(_ replicas: [Replica]) {
        let days = replicas.reduce(into: Set<Timestamp>()) { $0.formUnion($1.days) }
        self.init(
            first: days.min()!, last: days.max()!, days: days.count,
            cpuP99: replicas.compactMap { $0.cpu?.histogram?.quantile(0.99) }.max().map {
                Cores($0 / 1000)
            },
            cpuMax: replicas.compactMap { $0.cpu?.max }.max().map(Cores.init(millicores:)),
            memoryP99: replicas.compactMap { $0.memory?.histogram?.quantile(0.99) }.max().map {
                Bytes(wholeBytes($0))
            },
            memoryMax: replicas.compactMap { $0.memory?.max }.max().map(Bytes.init(rawValue:)),
            oomKills: replicas.reduce(0) { $0 + $1.oomKills })
    }
}

/// The days of one replica, all its containers together.
private struct Replica {
    var days: Set<Timestamp> = []
    var cpu: QuantityRollup?
    var memory: QuantityRollup?
    var oomKills = 0

    mutating func add(_ rollup: IncarnationRollup) {
        days.insert(rollup.day)
        cpu = Self.merged(cpu, rollup.values.quantities[.cpuRate])
        memory = Self.merged(memory, rollup.values.quantities[.workingSet])
        let kills = rollup.values.quantities[.metric(.memoryOOMKills)]?.sum ?? 0
        oomKills += Int(clamping: kills)
    }

    /// Of rates and gauges: a container's end is nothing to them.
    private static func merged(
        _ known: QuantityRollup?, _ next: QuantityRollup?
    ) -> QuantityRollup? {
        guard var known else { return next }
        if let next { known.merge(next, isCounter: false) }
        return known
    }
}
