package import Measures

/// What one listing of the engine's containers learnt, so that the next asks only for those that may have
/// changed since: inspecting a container costs the engine several times what reading its kernel files
/// costs us.
///
/// A container is as it was when its list entry says that it has been in its state, with the same health,
/// since before the remembered listing. Everything else is asked for again.
package struct InventoryMemory: Equatable, Sendable {
    /// One container, as its inspect told.
    struct Known: Equatable, Sendable {
        var container: ContainerID
        var startedAt: Timestamp
        /// State, health, restarts, exit code, OOM flag.
        var engineValues: MetricValues
        /// The group that it has in every mounted hierarchy; nil for one that does not run.
        var group: String?
    }

    /// The boot in which, and the clocks just before the listing was asked for.
    package var boot: BootID
    package var listedAt: ClockReading
    /// Each once, in the order in which they were listed.
    private(set) var containers: [Known] = []
    private var search = ContainerSearch()

    package static func == (left: InventoryMemory, right: InventoryMemory) -> Bool {
        left.isSame(as: right) && left.listedAt == right.listedAt
    }

    /// Whether both know the same, whenever they learnt it.
    package func isSame(as other: InventoryMemory) -> Bool {
        boot == other.boot && containers == other.containers
    }

    init(boot: BootID, listedAt: ClockReading) {
        self.boot = boot
        self.listedAt = listedAt
    }

    /// How far the wall clock, by which the engine tells ages, may have strayed since.
    private static let strayMillisecondsMax: Int64 = 1000

    /// For how many seconds before a listing that was made by `now` a container must have been as it is,
    /// to be as it is remembered; nil when nothing remembered can be trusted.
    func secondsToVouchFor(boot: BootID, now: ClockReading) -> Int64? {
        let passed = now.uptimeMilliseconds - listedAt.uptimeMilliseconds
        let strayed = now.time.rawValue - listedAt.time.rawValue - passed
        guard boot == self.boot, passed >= 0, abs(strayed) <= Self.strayMillisecondsMax else {
            return nil
        }
        return (passed + Self.strayMillisecondsMax) / 1000 + 1
    }

    /// - Parameter seconds: as `secondsToVouchFor` gave it.
    mutating func known(_ listed: DockerEngine.Listed, unchangedFor seconds: Int64) -> Known? {
        let place = search.place(
            of: ContainerID(rawValue: listed.id), in: containers, by: { $0.container })
        guard let known = place.map({ containers[$0] }),
            let status = listed.status.flatMap(ListedStatus.init),
            status.ageSecondsMin > seconds,
            let state = listed.state.flatMap({ ContainerState(engineName: $0) }),
            state == .running || state == .paused || state == .exited,
            known.engineValues[.state] == state.rawValue,
            (known.engineValues[.health] ?? 0) == status.health.rawValue
        else { return nil }
        return known
    }

    /// Takes in what an inspect told, unless it may change without the list telling.
    mutating func learn(_ item: InventoryItem, in mounts: CgroupMounts) {
        guard let startedAt = item.incarnation.startedAt else { return }
        var group: String?
        if let paths = item.paths {
            guard let common = mounts.group(of: paths) else { return }
            group = common
        }
        remember(
            Known(
                container: item.incarnation.container, startedAt: startedAt,
                engineValues: item.engineValues, group: group))
    }
}

extension InventoryMemory {
    /// - Parameter known: of a container of which nothing is remembered.
    mutating func remember(_ known: Known) {
        containers.append(known)
        search = ContainerSearch()
    }

    mutating func forget(_ container: ContainerID) {
        containers.removeAll { $0.container == container }
        search = ContainerSearch()
    }

    /// Forgets a container of which the kernel tells more than is remembered: its group is gone, or a
    /// process in it was killed, which turns the engine's OOM flag without a word in the list.
    mutating func check(_ item: InventoryItem, against read: MetricValues) {
        let wasKilled = (read[.memoryOOMKills] ?? 0) > 0 && item.engineValues[.oomKilled] != 1
        if wasKilled || (item.paths != nil && read.isEmpty) {
            forget(item.incarnation.container)
        }
    }
}
