import Measures

/// Finds groups in the tree itself, for hosts without an engine, and names them by what is known.
struct CgroupWalk {
    let host: HostFiles
    let mounts: CgroupMounts

    /// Deeper trees are not walked: Kubernetes nests seven levels.
    private static let depthMax = 16

    /// What to sample: containers and systemd units wherever they stand, and any other group that has
    /// processes and no children. The root only where it is all there is, as inside a cgroup namespace.
    func inventory() -> Inventory {
        var inventory = Inventory()
        visit("", depth: 0) { group, name, isLeaf in
            let known = GroupName(path: group)
            if known == nil, isLeaf, host.isDenied((tree?.point ?? "") + group) {
                inventory.skipped.append(
                    SkippedContainer(
                        name: group, reason: "its directory cannot be read: Permission denied"))
                return false
            }
            guard known != nil || (isLeaf && hasProcesses(group)) else { return true }
            inventory.items.append(item(group, known))
            return known == nil
        }
        if inventory.items.isEmpty, hasProcesses("") {
            inventory.items.append(item("", nil))
        }
        return inventory
    }

    /// Paths of containers' groups by their full id.
    func containerGroups() -> [String: String] {
        var groups: [String: String] = [:]
        visit("", depth: 0) { group, name, _ in
            guard let id = GroupName.containerID(in: name) else { return true }
            groups[id] = group
            return false
        }
        return groups
    }

    private func item(_ group: String, _ known: GroupName?) -> InventoryItem {
        let path = group.isEmpty ? "/" : group
        let series: SeriesIdentity
        let container: String
        switch known {
        case .container(let id):
            series = SeriesIdentity(
                kind: .container, service: ServiceID(project: nil, service: String(id.prefix(12))))
            container = id
        case .pod(let pod, let id):
            series = SeriesIdentity(
                kind: .pod, service: ServiceID(project: pod, service: String(id.prefix(12))))
            container = id
        case .unit(let name):
            series = SeriesIdentity(kind: .unit, service: ServiceID(project: nil, service: name))
            container = identity(of: group)
        case nil:
            series = SeriesIdentity(kind: .cgroup, service: ServiceID(project: nil, service: path))
            container = identity(of: group)
        }
        return InventoryItem(
            incarnation: Incarnation(
                series: series, container: ContainerID(rawValue: container),
                name: series.service.service),
            paths: mounts.paths(group: path), engineValues: [:])
    }

    /// A group that is removed and made anew under its old path has another inode.
    private func identity(of group: String) -> String {
        let path = tree.map { $0.point + group } ?? group
        return host.inode(path).map { "\(group)#\($0)" } ?? group
    }

    /// The hierarchy that is walked: the one that accounts for memory.
    private var tree: CgroupMounts.Mount? {
        mounts.v1[.memory] ?? mounts.unified ?? mounts.all.first
    }

    private func hasProcesses(_ group: String) -> Bool {
        guard let tree, let directory = CgroupDirectory(path: host.path(tree.point + group)) else {
            return false
        }
        let buffer = ReadBuffer(capacity: 4096)
        let isPopulated = directory.read("cgroup.events", into: buffer) {
            KernelFileScanner.value(of: "populated", in: $0)
        }
        if let isPopulated { return isPopulated != 0 }
        return directory.read("cgroup.procs", into: buffer) { !$0.isEmpty } ?? false
    }

    /// Calls `body` for every group below `group`; where it returns false, the children are left out.
    private func visit(
        _ group: String, depth: Int,
        _ body: (_ group: String, _ name: String, _ isLeaf: Bool) -> Bool
    ) {
        guard let tree else { return }
        visit(host.directories(in: tree.point + group) ?? [], of: group, in: tree, depth, body)
    }

    private func visit(
        _ names: [String], of group: String, in tree: CgroupMounts.Mount, _ depth: Int,
        _ body: (_ group: String, _ name: String, _ isLeaf: Bool) -> Bool
    ) {
        guard depth < Self.depthMax else { return }
        for name in names {
            let child = group + "/" + name
            let children = host.directories(in: tree.point + child) ?? []
            if body(child, name, children.isEmpty) {
                visit(children, of: child, in: tree, depth + 1, body)
            }
        }
    }
}

/// What a group's path says about it.
enum GroupName: Equatable {
    case container(id: String)
    case pod(name: String, id: String)
    case unit(String)

    /// - Parameter path: from the hierarchy's root.
    init?(path: String) {
        let names = path.split(separator: "/").map(String.init)
        guard let last = names.last else { return nil }
        if let id = Self.containerID(in: last) {
            if let pod = names.reversed().lazy.compactMap(Self.podName).first {
                self = .pod(name: pod, id: id)
            } else {
                self = .container(id: id)
            }
        } else if last.hasSuffix(".service") || last.hasSuffix(".scope") {
            self = .unit(last)
        } else {
            return nil
        }
    }

    /// The 64 hex digits in `<id>`, `docker-<id>.scope`, `libpod-<id>`, `cri-containerd-<id>.scope`,
    /// `crio-<id>.scope`. Podman's and CRI-O's helper groups (`libpod-conmon-<id>`) are not containers.
    static func containerID(in name: String) -> String? {
        var rest = Substring(name)
        if rest.hasSuffix(".scope") { rest = rest.dropLast(".scope".count) }
        if rest.contains("conmon") { return nil }
        if let dash = rest.lastIndex(of: "-") { rest = rest[rest.index(after: dash)...] }
        let isID =
            rest.utf8.count == 64
            && rest.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return isID ? String(rest) : nil
    }

    /// `pod<uid>` (cgroupfs) or `kubepods-burstable-pod<uid>.slice` (systemd, `_` for `-`).
    private static func podName(_ name: String) -> String? {
        if name.hasPrefix("pod"), name.utf8.count > 30 { return name }
        guard name.hasPrefix("kubepods"), name.hasSuffix(".slice"),
            let pod = name.dropLast(".slice".count).split(separator: "-").last,
            pod.hasPrefix("pod"), pod.utf8.count > 30
        else { return nil }
        return pod.split(separator: "_").joined(separator: "-")
    }
}
