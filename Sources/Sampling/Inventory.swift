import Measures

/// One thing to be sampled.
struct InventoryItem: Equatable, Sendable {
    var incarnation: Incarnation
    /// Where its kernel files are; nil for a container that does not run now.
    var paths: CgroupPaths?
    /// What the engine says of it: state, health, restarts, exit code, OOM flag.
    var engineValues: MetricValues
}

/// A container that was found but not sampled, and why.
package struct SkippedContainer: Hashable, Sendable {
    package var name: String
    package var reason: String
}

/// What there is to sample on a host at one moment.
struct Inventory: Sendable {
    var items: [InventoryItem] = []
    var skipped: [SkippedContainer] = []
    /// Each once.
    var origins: [ProjectOrigin] = []
}

// MARK: - From an engine

extension Inventory {
    /// Asks the engine for its containers, and the kernel for their groups.
    /// - Parameter memory: what the last listing learnt; becomes what this one did.
    init(
        engine: DockerEngine, host: HostFiles, mounts: CgroupMounts, boot: BootID,
        remembering memory: inout InventoryMemory?
    ) throws(EngineFailure) {
        var groups: [String: String]?
        var learnt = InventoryMemory(boot: boot, listedAt: .now())
        let list = try engine.containers()
        let seconds = memory?.secondsToVouchFor(boot: boot, now: .now())
        for listed in list {
            var incarnation = Incarnation(listed)
            if let origin = ProjectOrigin(labels: listed.labels ?? [:]),
                !origins.contains(origin)
            {
                origins.append(origin)
            }
            if let seconds, let known = memory?.known(listed, unchangedFor: seconds) {
                incarnation.startedAt = known.startedAt
                items.append(
                    InventoryItem(
                        incarnation: incarnation, paths: known.group.map(mounts.paths(group:)),
                        engineValues: known.engineValues))
                learnt.remember(known)
                continue
            }
            let found: DockerEngine.Inspected?
            do {
                found = try engine.inspect(listed.id)
            } catch .status(let code, let message) {
                // An engine answers 500 for a container that it is just taking apart.
                skip(incarnation.name, "the engine answered with error \(code): \(message)")
                continue
            }
            guard let inspected = found else {
                skip(incarnation.name, "it was removed while it was being read")
                continue
            }
            guard let item = try item(incarnation, inspected, host, mounts, &groups) else {
                continue
            }
            items.append(item)
            learnt.learn(item, in: mounts)
        }
        memory = learnt
    }

    private mutating func item(
        _ listed: Incarnation, _ inspected: DockerEngine.Inspected, _ host: HostFiles,
        _ mounts: CgroupMounts, _ groups: inout [String: String]?
    ) throws(EngineFailure) -> InventoryItem? {
        var incarnation = listed
        incarnation.startedAt = inspected.state.startedAt.flatMap(Timestamp.init(rfc3339:))
        guard incarnation.startedAt != nil else {
            skip(incarnation.name, "it was never started")
            return nil
        }
        var item = InventoryItem(
            incarnation: incarnation, paths: nil, engineValues: MetricValues(inspected))
        guard let pid = inspected.state.pid, pid > 0 else { return item }
        let paths = host.text("/proc/\(pid)/cgroup").map {
            mounts.paths(membership: $0, container: incarnation.container)
        }
        if let paths, paths != CgroupPaths() {
            item.paths = paths
        } else {
            // The engine's processes are not ours to see (another PID namespace or machine): find the
            // group by its name, which holds the container's id under every driver.
            if groups == nil { groups = CgroupWalk(host: host, mounts: mounts).containerGroups() }
            guard let group = groups?[incarnation.container.rawValue] else {
                skip(
                    incarnation.name,
                    "it ended while it was being read, or its group is not mounted")
                return nil
            }
            item.paths = mounts.paths(group: group)
        }
        return item
    }

    private mutating func skip(_ name: String, _ reason: String) {
        skipped.append(SkippedContainer(name: name, reason: reason))
    }
}

extension Incarnation {
    fileprivate init(_ listed: DockerEngine.Listed) {
        self.init(
            container: ContainerID(rawValue: listed.id),
            name: listed.names?.first ?? String(listed.id.prefix(12)), image: listed.image,
            imageID: listed.imageID, labels: listed.labels ?? [:], startedAt: nil)
    }

    /// Identity from Compose's labels, never from the name: names differ between Compose versions and
    /// change while a container is recreated.
    /// - Parameter name: a slash before it, as in the engine's lists, is dropped.
    init(
        container: ContainerID, name: String, image: String?, imageID: String?,
        labels: [String: String],
        startedAt: Timestamp?
    ) {
        let name = name.hasPrefix("/") ? String(name.dropFirst()) : name
        let series: SeriesIdentity
        if let service = labels["com.docker.compose.service"],
            let project = labels["com.docker.compose.project"]
        {
            let isOneOff = labels["com.docker.compose.oneoff"]?.lowercased() == "true"
            series = SeriesIdentity(
                kind: isOneOff ? .oneOff : .service,
                service: ServiceID(project: project, service: service),
                instance: labels["com.docker.compose.container-number"] ?? name)
        } else {
            series = SeriesIdentity(
                kind: .container, service: ServiceID(project: nil, service: name))
        }
        self.init(
            series: series, container: container, name: name, image: image, imageID: imageID,
            startedAt: startedAt)
    }
}

extension ProjectOrigin {
    fileprivate init?(labels: [String: String]) {
        let directory = labels["com.docker.compose.project.working_dir"]
        let files = labels["com.docker.compose.project.config_files"]
        guard let project = labels["com.docker.compose.project"], (directory ?? files) != nil else {
            return nil
        }
        self.init(project: project, directory: directory, files: files)
    }
}

extension MetricValues {
    fileprivate init(_ inspected: DockerEngine.Inspected) {
        self.init()
        self[.restarts] = inspected.restartCount
        self[.oomKilled] = inspected.state.oomKilled.map { $0 ? 1 : 0 }
        let state = inspected.state.status.flatMap { ContainerState(engineName: $0) }
        self[.state] = state?.rawValue
        // The exit code of a running container is that of its last run, or 0: no news.
        if state == .exited || state == .dead || state == .restarting {
            self[.exitCode] = inspected.state.exitCode
        }
        self[.health] =
            inspected.state.health?.status.flatMap { ContainerHealth(engineName: $0) }?.rawValue
    }
}
