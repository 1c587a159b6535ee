package import Measures

/// A service with what all its layers together give it: its texts in the files, their merges, the services
/// that it extends.
package struct ComposeService: Sendable {
    /// The label that takes a service out of right-sizing.
    package struct Ignore: Hashable, Sendable {
        /// The label's value where it says more than "true".
        package var reason: String?
        package var line: Int

        package init(reason: String? = nil, line: Int) {
            self.reason = reason
            self.line = line
        }
    }

    package var name: String
    /// The file whose text of the service wins, and the line of its name there, counted from 1.
    package var path: String
    package var line: Int
    /// Services that merge the same anchor may have the same object.
    var facts = Facts.none
    /// The one that wins first.
    let layers: [ServiceLayer]
    /// Where it has but one layer, which merges one anchor and says nothing else that decides.
    var source: Source?

    struct Source: Sendable {
        /// The service's mapping, and the alias that it merges.
        var node: NodeID
        var alias: NodeID
        /// Services of one group have the same facts, which are read once.
        var group: Int32
    }
}

extension ComposeService {
    /// What its keys say.
    final class Facts: Sendable {
        let resources: ComposeResources
        let tier: String?
        let replicas: Int?
        let ignore: Ignore?
        let containerName: String?
        let hasConflictingFamilies: Bool

        init(
            resources: ComposeResources = ComposeResources(), tier: String? = nil,
            replicas: Int? = 1, ignore: Ignore? = nil, containerName: String? = nil,
            hasConflictingFamilies: Bool = false
        ) {
            self.resources = resources
            self.tier = tier
            self.replicas = replicas
            self.ignore = ignore
            self.containerName = containerName
            self.hasConflictingFamilies = hasConflictingFamilies
        }

        /// What a service has that says nothing.
        static let none = Facts()
    }

    package var resources: ComposeResources { facts.resources }
    /// The name of the tier that the resources in effect come from, however indirectly.
    package var tier: String? { facts.tier }
    /// How many containers run it: `deploy.replicas`, else `scale`, else 1. Nil where it is interpolated
    /// or unreadable.
    package var replicas: Int? { facts.replicas }
    /// Set where the label `rightsize.ignore` is present and not false.
    package var ignore: Ignore? { facts.ignore }
    package var containerName: String? { facts.containerName }
    /// Its two families of resource keys differ, for which Compose refuses the file.
    package var hasConflictingFamilies: Bool { facts.hasConflictingFamilies }
}

extension ComposeService {
    /// Nil where the limit is not known here, because it is interpolated or unreadable.
    package var cpuLimit: Limit<Cores>? { Self.limit(resources.cpuLimit, none: Cores(0)) }
    package var memoryLimit: Limit<Bytes>? { Self.limit(resources.memoryLimit, none: Bytes(0)) }

    /// The engine takes 0 for "no limit".
    private static func limit<Quantity>(
        _ value: ComposeValue<Quantity>, none: Quantity
    ) -> Limit<Quantity>? {
        switch value {
        case .absent: .unlimited
        case .known(let quantity): quantity > none ? .bounded(quantity) : .unlimited
        case .unknown: nil
        }
    }
}
