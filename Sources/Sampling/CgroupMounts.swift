import Measures

/// A v1 controller that rightsize reads.
enum CgroupController: String, CaseIterable, Sendable {
    case cpu, cpuacct, memory, blkio, pids

    init?(bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        guard
            let found = Self.allCases.first(where: { bytes.elementsEqual($0.rawValue.utf8) })
        else { return nil }
        self = found
    }
}

/// Where the kernel's control groups are mounted: v1 controllers, the v2 tree, or in a hybrid hierarchy
/// both. From `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
struct CgroupMounts: Equatable, Sendable {
    /// One mounted hierarchy.
    struct Mount: Equatable, Sendable {
        /// The group that is the root of this mount: `/` but for a container's view of a host's tree.
        var root: String
        var point: String
    }

    /// One for each v1 controller. No dictionary: the type alone takes longer to come into being than
    /// all mounts take to be read.
    struct ByController: Equatable, Sendable {
        private var cpu: Mount?
        private var cpuacct: Mount?
        private var memory: Mount?
        private var blkio: Mount?
        private var pids: Mount?

        subscript(controller: CgroupController) -> Mount? {
            get {
                switch controller {
                case .cpu: cpu
                case .cpuacct: cpuacct
                case .memory: memory
                case .blkio: blkio
                case .pids: pids
                }
            }
            set {
                switch controller {
                case .cpu: cpu = newValue
                case .cpuacct: cpuacct = newValue
                case .memory: memory = newValue
                case .blkio: blkio = newValue
                case .pids: pids = newValue
                }
            }
        }
    }

    var v1 = ByController()
    var unified: Mount?

    /// Every mount that there is, the v2 tree last.
    var all: [Mount] {
        CgroupController.allCases.compactMap { v1[$0] } + (unified.map { [$0] } ?? [])
    }

    var isEmpty: Bool { unified == nil && v1 == ByController() }

    init(mountinfo: String) {
        for line in mountinfo.utf8.split(separator: UInt8(ascii: "\n")) {
            // ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAGS…] - TYPE SOURCE SUPER-OPTIONS
            let fields = line.split(separator: UInt8(ascii: " "))
            guard let dash = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }), dash >= 6,
                fields.count >= dash + 4, fields[dash + 1].starts(with: "cgroup".utf8)
            else { continue }
            let mount = Mount(root: Self.unescape(fields[3]), point: Self.unescape(fields[4]))
            switch Substring(fields[dash + 1]) {
            case "cgroup2": unified = unified ?? mount
            case "cgroup":
                for option in fields[dash + 3].split(separator: UInt8(ascii: ",")) {
                    guard let controller = CgroupController(rawValue: String(Substring(option)))
                    else { continue }
                    v1[controller] = v1[controller] ?? mount
                }
            default: break
            }
        }
    }

    /// mountinfo writes space, tab, newline and backslash as three octal digits.
    private static func unescape(_ field: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The directories of one container's groups. Nil where a hierarchy is not mounted.
package struct CgroupPaths: Hashable, Sendable {
    package var cpu: String?
    package var cpuacct: String?
    package var memory: String?
    package var blkio: String?
    package var pids: String?
    package var unified: String?

    package init(
        cpu: String? = nil, cpuacct: String? = nil, memory: String? = nil, blkio: String? = nil,
        pids: String? = nil, unified: String? = nil
    ) {
        self.cpu = cpu
        self.cpuacct = cpuacct
        self.memory = memory
        self.blkio = blkio
        self.pids = pids
        self.unified = unified
    }

    subscript(controller: CgroupController) -> String? {
        get {
            switch controller {
            case .cpu: cpu
            case .cpuacct: cpuacct
            case .memory: memory
            case .blkio: blkio
            case .pids: pids
            }
        }
        set {
            switch controller {
            case .cpu: cpu = newValue
            case .cpuacct: cpuacct = newValue
            case .memory: memory = newValue
            case .blkio: blkio = newValue
            case .pids: pids = newValue
            }
        }
    }
}

extension CgroupMounts {
    /// The directories of a process's groups.
    /// - Parameter membership: the text of `/proc/PID/cgroup`: `4:memory:/docker/ab12…`, `0::/…`.
    /// - Parameter container: where given, the id that a group's name must hold. A group below that one
    ///   (`libpod-<id>.scope/container`, a nested `init`) stands for the container's own, which has the
    ///   limits; any other, such as the root, belongs to somebody else and is left out.
    func paths(membership: String, container: ContainerID? = nil) -> CgroupPaths {
        // Bytes and no arrays: this runs for every container of a one-shot sample.
        var membership = membership
        return membership.withUTF8 { text in
            var paths = CgroupPaths()
            var group = (bytes: text[..<0], text: "")
            for line in text.split(separator: UInt8(ascii: "\n")) {
                guard let first = line.firstIndex(of: UInt8(ascii: ":")),
                    let second = line[(first + 1)...].firstIndex(of: UInt8(ascii: ":"))
                else { continue }
                // One container's groups mostly have the same path in every hierarchy.
                let bytes = line[(second + 1)...]
                if !bytes.elementsEqual(group.bytes) || group.bytes.isEmpty {
                    let whole = String(decoding: bytes, as: UTF8.self)
                    group = (bytes, container.map { Self.group(of: $0, in: whole) } ?? whole)
                }
                guard !group.text.isEmpty else { continue }
                let controllers = line[(first + 1)..<second]
                if controllers.isEmpty {
                    guard line[..<first].elementsEqual("0".utf8) else { continue }
                    paths.unified = unified.flatMap { Self.directory(of: group.text, in: $0) }
                    continue
                }
                for name in controllers.split(separator: UInt8(ascii: ",")) {
                    guard let controller = CgroupController(bytes: name) else { continue }
                    paths[controller] = v1[controller].flatMap {
                        Self.directory(of: group.text, in: $0)
                    }
                }
            }
            return paths
        }
    }

    /// The path up to the part that holds the container's id; empty where none does.
    private static func group(of container: ContainerID, in path: String) -> String {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() where part.count >= container.rawValue.utf8.count {
            guard GroupName.containerID(in: String(Substring(part))) == container.rawValue else {
                continue
            }
            return parts[...index].map { String(Substring($0)) }.joined(separator: "/")
        }
        return ""
    }

    /// The directories of the group with the same path in every hierarchy.
    func paths(group: String) -> CgroupPaths {
        var paths = CgroupPaths()
        paths.unified = unified.map { Self.join($0.point, group) }
        for controller in CgroupController.allCases {
            paths[controller] = v1[controller].map { Self.join($0.point, group) }
        }
        return paths
    }

    /// The group that has these directories; nil where it has another path in some hierarchy.
    func group(of paths: CgroupPaths) -> String? {
        let mount = unified ?? v1[.memory] ?? v1[.cpuacct]
        let path = unified == nil ? paths.memory ?? paths.cpuacct : paths.unified
        guard let mount, let path, path.hasPrefix(mount.point + "/") else { return nil }
        let group = String(path.dropFirst(mount.point.count))
        return self.paths(group: group) == paths ? group : nil
    }

    /// - Parameter group: as seen from this process's cgroup namespace.
    /// - Returns: nil where the group lies outside of what is mounted (`/../…`).
    private static func directory(of group: String, in mount: Mount) -> String? {
        guard !group.hasPrefix("/..") else { return nil }
        if mount.root != "/", group == mount.root || group.hasPrefix(mount.root + "/") {
            return join(mount.point, String(group.dropFirst(mount.root.count)))
        }
        return join(mount.point, group)
    }

    private static func join(_ point: String, _ group: String) -> String {
        group == "/" || group.isEmpty ? point : point + group
    }
}
