import Glibc
package import Measures

/// Takes ticks of one host.
package final class Sampler {
    private let host: HostFiles
    private let engine: EngineChoice
    /// Keeps files open from the second tick on.
    private let reader: CgroupReader
    private var carried = CarriedOccurrences()
    /// Of the tick before.
    private var earlier: EarlierReadings?
    /// Where the engine's events are heard, in a loop.
    private let watch: EngineWatch?
    /// What the last listing of the engine's containers learnt, for the next process to go on from.
    package private(set) var memory: InventoryMemory?

    package enum EngineChoice: Sendable {
        /// Walk the control groups and ask nobody.
        case none
        case at(EngineAddress)
    }

    /// - Parameter watchesEvents: for a loop: containers are listed anew only when the engine tells of a
    ///   change, and what happened between two ticks is part of the second.
    /// - Parameter memory: what an earlier sampler of this host and engine learnt.
    /// - Parameter earlier: what it read last.
    package init(
        host: HostFiles = HostFiles(), engine: EngineChoice, watchesEvents: Bool = false,
        remembering memory: InventoryMemory? = nil, after earlier: EarlierReadings? = nil
    ) {
        self.memory = memory
        self.earlier = earlier
        self.host = host
        self.engine = engine
        reader = CgroupReader(host: host)
        watch =
            switch engine {
            case .at(let address) where watchesEvents: EngineWatch(address: address, host: host)
            default: nil
            }
    }

    /// What one tick gave.
    package struct Outcome: Sendable {
        package var tick: Tick
        package var skipped: [SkippedContainer]
        /// Where the inventory came from, for people.
        package var source: String
    }

    /// Reads the machine and every container once.
    /// - Throws: when nothing can be known: no control groups, or an engine that fails. A container that
    ///   fails is skipped and named.
    package func tick(at clock: ClockReading? = nil) throws(SamplingError) -> Outcome {
        read(try inventory(), at: clock)
    }

    /// Reads the containers that there are at the beginning again and again, and sums it up in one tick.
    /// - Parameters:
    ///   - seconds: from the first reading to the last.
    ///   - pause: called between the readings with how many milliseconds to wait.
    package func burst(
        lasting seconds: Double, pause: (_ milliseconds: Int64) -> Void
    ) throws(SamplingError) -> Outcome {
        let inventory = try inventory()
        var outcome = read(inventory)
        var ticks = [outcome.tick]
        for _ in 0..<Self.readingsInBurst {
            pause(Int64((seconds * 1000 / Double(Self.readingsInBurst)).rounded()))
            outcome = read(inventory)
            ticks.append(outcome.tick)
        }
        outcome.tick = Burst.summarized(ticks)
        return outcome
    }

    /// Half a second each in a burst of five: long against a CFS period of a tenth.
    private static let readingsInBurst = 10

    /// Makes what no later reading tells again, deaths and kills since the tick before, part of the next
    /// tick: for a tick that could not be stored.
    package func carryOver(_ tick: Tick) { carried.keep(tick) }

    /// To be called every second or so between the ticks of a loop.
    package func listen() { watch?.listen() }

    private func read(
        _ found: (inventory: Inventory, source: String, boot: BootID),
        at clock: ClockReading? = nil
    ) -> Outcome {
        let clock = clock ?? ClockReading.now()
        let usage = HostUsage(host)
        var tick = Tick(
            time: clock.time, boot: found.boot, uptimeMilliseconds: clock.uptimeMilliseconds,
            host: usage.capacity, samples: [Self.hostSample(found.boot, usage.values)])
        tick.origins = found.inventory.origins
        var earlier = earlier.flatMap { $0.boot == found.boot ? $0 : nil }
        self.earlier = nil
        let quiet =
            earlier?.values(of: tick.samples[0].incarnation).map {
                HostQuiet(between: $0, and: usage.values)
            } ?? []
        var skipped = found.inventory.skipped
        for item in found.inventory.items {
            var values = item.engineValues
            if let paths = item.paths {
                let before = earlier?.values(of: item.incarnation)
                let read = reader.read(
                    paths, after: before.map { EarlierReading(values: $0, host: quiet) })
                memory?.check(item, against: read)
                guard read[.cpuUsage] != nil || read[.memoryCurrent] != nil else {
                    skipped.append(
                        SkippedContainer(name: item.incarnation.name, reason: unread(read)))
                    continue
                }
                values.merge(read)
            }
            tick.samples.append(ContainerSample(incarnation: item.incarnation, values: values))
        }
        reader.finishTick()
        keep(tick, inPlaceOf: consume earlier)
        carried.move(to: &tick)
        return Outcome(tick: tick, skipped: skipped, source: found.source)
    }

    private func keep(_ tick: Tick, inPlaceOf earlier: consuming EarlierReadings?) {
        var readings = earlier ?? EarlierReadings(boot: tick.boot, count: tick.samples.count)
        readings.replace(with: tick)
        self.earlier = readings
    }

    private static func hostSample(_ boot: BootID, _ values: MetricValues) -> ContainerSample {
        ContainerSample(
            incarnation: Incarnation(
                series: .host, container: ContainerID(rawValue: boot.rawValue), name: "host"),
            values: values)
    }

    private func unread(_ values: MetricValues) -> String {
        if let code = reader.refusal {
            return "its kernel files cannot be read: \(String(cString: strerror(code)))"
        }
        return values.isEmpty
            ? "it ended while it was being read"
            : "its kernel files give neither CPU time nor memory"
    }

    /// With why the last call failed.
    private static func unreadable() -> String {
        "it cannot be read (\(String(cString: strerror(errno))))"
    }

    private func mounts() throws(SamplingError) -> CgroupMounts {
        guard let mountinfo = host.text("/proc/self/mountinfo") else {
            throw .noCgroups(
                path: host.path("/proc/self/mountinfo"), reason: Self.unreadable())
        }
        let mounts = CgroupMounts(mountinfo: mountinfo)
        guard !mounts.isEmpty else {
            throw .noCgroups(
                path: host.path("/proc/self/mountinfo"), reason: "no cgroup hierarchy is mounted")
        }
        // Whether it may be read, not what is in it: that may be thousands of groups.
        guard mounts.all.contains(where: { host.isReadable(directory: $0.point) }) else {
            let path = host.path(mounts.all.map(\.point).sorted().first ?? "")
            throw .noCgroups(path: path, reason: Self.unreadable())
        }
        return mounts
    }

    private func inventory() throws(SamplingError) -> (
        inventory: Inventory, source: String, boot: BootID
    ) {
        let mounts = try mounts()
        guard let boot = host.bootID() else {
            throw .noCgroups(
                path: host.path("/proc/sys/kernel/random/boot_id"), reason: Self.unreadable())
        }
        guard case .at(let address) = engine else {
            let walk = CgroupWalk(host: host, mounts: mounts)
            return (walk.inventory(), "control groups", boot)
        }
        do {
            let source = "the engine at \(address.socketPath)"
            if let watch {
                return (try watch.currentInventory(mounts, boot: boot), source, boot)
            }
            let engine = DockerEngine(socketPath: address.socketPath)
            let inventory = try Inventory(
                engine: engine, host: host, mounts: mounts, boot: boot, remembering: &memory)
            return (inventory, source, boot)
        } catch .noSocket where !address.isExplicit {
            let walk = CgroupWalk(host: host, mounts: mounts)
            return (walk.inventory(), "control groups, no engine", boot)
        } catch {
            throw .engineUnreachable(address, reason: error)
        }
    }
}
