/// A service: what a person sizes. Compose services carry their project; anything else has none.
package struct ServiceID: Hashable, Sendable {
    package var project: String?
    package var service: String

    package init(project: String?, service: String) {
        self.project = project
        self.service = service
    }
}

extension ServiceID: CustomStringConvertible {
    package var description: String { project.map { "\($0)/\(service)" } ?? service }
}

extension ServiceID: Comparable {
    package static func < (left: ServiceID, right: ServiceID) -> Bool {
        (left.project ?? "", left.service) < (right.project ?? "", right.service)
    }
}

/// What kind of thing a series describes. Raw values are wire numbers.
package enum SeriesKind: Int64, CaseIterable, Sendable {
    /// A container of a Compose service.
    case service = 1
    /// A `docker compose run` container: not the service.
    case oneOff = 2
    /// A container without Compose labels.
    case container = 3
    /// A container of a Kubernetes pod.
    case pod = 4
    /// A systemd unit.
    case unit = 5
    /// Any other control group, named by its path.
    case cgroup = 6
    /// The machine as a whole.
    case host = 7
}

extension SeriesKind {
    /// The word in machine-readable outputs.
    package var name: String {
        switch self {
        case .service: "service"
        case .oneOff: "one_off"
        case .container: "container"
        case .pod: "pod"
        case .unit: "unit"
        case .cgroup: "cgroup"
        case .host: "host"
        }
    }
}

/// What a series is about, for as long as it exists: one instance (replica) of a service. A recreated
/// container continues the series of its service and number as a new incarnation.
package struct SeriesIdentity: Hashable, Sendable {
    package var kind: SeriesKind
    package var service: ServiceID
    /// The container number of a Compose service; empty where there is only one of a kind.
    package var instance: String

    /// The machine as a whole.
    package static let host = SeriesIdentity(
        kind: .host, service: ServiceID(project: nil, service: "host"))

    package init(kind: SeriesKind, service: ServiceID, instance: String = "") {
        self.kind = kind
        self.service = service
        self.instance = instance
    }
}

/// The engine's container id, or for a group that no engine knows, its cgroup path and inode.
package struct ContainerID: RawRepresentable, Hashable, Sendable {
    package var rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The twelve digits that people see.
    package var short: String { String(rawValue.prefix(12)) }
}

/// One run of one container: the span in which its kernel counters only grow.
package struct Incarnation: Hashable, Sendable {
    package var series: SeriesIdentity
    package var container: ContainerID
    /// The container's name at the time, for people.
    package var name: String
    /// The image reference; nil where no engine told it.
    package var image: String?
    /// The image's id (`sha256:…`), which a tag that moved does not share; nil where no engine told it.
    package var imageID: String?
    /// When the container was started; nil where no engine told it.
    package var startedAt: Timestamp?

    package init(
        series: SeriesIdentity, container: ContainerID, name: String, image: String? = nil,
        imageID: String? = nil, startedAt: Timestamp? = nil
    ) {
        self.series = series
        self.container = container
        self.name = name
        self.image = image
        self.imageID = imageID
        self.startedAt = startedAt
    }
}

/// The kernel's id of one boot (`/proc/sys/kernel/random/boot_id`).
package struct BootID: RawRepresentable, Hashable, Sendable {
    package var rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}
