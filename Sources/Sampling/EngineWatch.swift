import Measures

/// The engine's containers across the ticks of a loop: listed once, then again only when an event tells
/// of a change, and with what happened between two ticks.
///
/// While the events cannot be heard every tick lists the containers anew, as one-shot samples do.
final class EngineWatch {
    private let address: EngineAddress
    private let events: EngineEvents
    private let host: HostFiles
    private var inventory: Inventory?
    private var memory: InventoryMemory?
    private var happenings: [ContainerID: Happenings] = [:]
    private var dropped = 0
    private var ticksSinceListing = 0

    /// A change that no event tells is seen after this many ticks at the latest.
    private static let ticksBetweenListings = 60
    /// Containers that come and go between two ticks are remembered up to this many.
    private static let happeningsMax = 10_000

    /// What the events said of one container since the last tick.
    fileprivate struct Happenings {
        var latest: EngineEvent
        var deaths: Int64 = 0
        var oomEvents: Int64 = 0
        var exitCode: Int64?
        var startedAt: Timestamp?
    }

    init(address: EngineAddress, host: HostFiles) {
        self.address = address
        self.host = host
        events = EngineEvents(address: address)
    }

    /// Takes in the events that have arrived. To be called between ticks too, so that the engine never
    /// waits for us.
    func listen() {
        do {
            for event in try events.drain() { note(event) }
        } catch {
            // The next listing says it, if the engine is really gone; until then nothing is trusted.
            inventory = nil
        }
        if !events.isHearing || events.dropped != dropped {
            dropped = events.dropped
            inventory = nil
        }
    }

    /// What there is to sample now. What happened since the last call is part of it.
    func currentInventory(
        _ mounts: CgroupMounts, boot: BootID
    ) throws(EngineFailure) -> Inventory {
        listen()
        ticksSinceListing += 1
        if inventory == nil || ticksSinceListing >= Self.ticksBetweenListings {
            let engine = DockerEngine(socketPath: address.socketPath)
            inventory = try Inventory(
                engine: engine, host: host, mounts: mounts, boot: boot, remembering: &memory)
            ticksSinceListing = 0
        }
        var current = inventory ?? Inventory()
        if !events.isHearing { inventory = nil }
        current.add(happenings.map { $0.value.item(of: $0.key) })
        happenings.removeAll(keepingCapacity: true)
        // A container that came and went is skipped once, not for as long as the listing is kept.
        inventory?.skipped.removeAll()
        return current
    }

    private func note(_ event: EngineEvent) {
        inventory = nil
        memory?.forget(event.container)
        guard happenings[event.container] != nil || happenings.count < Self.happeningsMax else {
            return
        }
        var happened = happenings[event.container] ?? Happenings(latest: event)
        happened.latest = event
        switch event.kind {
        case .start: happened.startedAt = event.time
        case .oom: happened.oomEvents += 1
        case .die(let exitCode):
            happened.deaths += 1
            happened.exitCode = exitCode
        default: break
        }
        happenings[event.container] = happened
    }
}

extension EngineWatch.Happenings {
    /// As an item of its own, for a container that is gone again.
    fileprivate func item(of container: ContainerID) -> InventoryItem {
        var values = MetricValues()
        values[.deaths] = deaths
        values[.oomEvents] = oomEvents
        values[.exitCode] = exitCode
        values[.state] = ContainerState.exited.rawValue
        if oomEvents > 0 { values[.oomKilled] = 1 }
        let incarnation = Incarnation(
            container: container, name: latest.name ?? container.short, image: latest.image,
            imageID: nil, labels: latest.labels, startedAt: startedAt)
        return InventoryItem(incarnation: incarnation, paths: nil, engineValues: values)
    }
}

extension Inventory {
    /// Adds what happened to each container: to the one that is there, or where there is none any more
    /// and it really ran, as a container that has ended.
    fileprivate mutating func add(_ happened: [InventoryItem]) {
        for item in happened {
            let deaths = item.engineValues[.deaths] ?? 0
            let oomEvents = item.engineValues[.oomEvents] ?? 0
            guard deaths > 0 || oomEvents > 0 else { continue }
            let container = item.incarnation.container
            if let index = items.firstIndex(where: { $0.incarnation.container == container }) {
                items[index].engineValues[.deaths] = deaths
                items[index].engineValues[.oomEvents] = oomEvents
            } else {
                items.append(item)
            }
        }
    }
}
