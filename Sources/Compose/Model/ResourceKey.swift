/// The amounts that are read and edited, each of which Compose lets one write in two families of keys.
enum ResourceKey: CaseIterable, Sendable {
    case cpuLimit, memoryLimit, pidsLimit, cpuReservation, memoryReservation

    /// Compose's two families; they differ in what they take for a number.
    enum Family: Sendable { case deploy, service }

    var deployPath: [ComposeKey] {
        switch self {
        case .cpuLimit: [.deploy, .resources, .limits, .cpus]
        case .memoryLimit: [.deploy, .resources, .limits, .memory]
        case .pidsLimit: [.deploy, .resources, .limits, .pids]
        case .cpuReservation: [.deploy, .resources, .reservations, .cpus]
        case .memoryReservation: [.deploy, .resources, .reservations, .memory]
        }
    }

    /// The key of the older family; it has none for CPU reservations. (`cpu_quota` is asked where there is
    /// no `cpus`.)
    var serviceKey: ComposeKey? {
        switch self {
        case .cpuLimit: .cpus
        case .memoryLimit: .memoryLimit
        case .pidsLimit: .pidsLimit
        case .cpuReservation: nil
        case .memoryReservation: .memoryReservation
        }
    }

    /// As in the output of `rightsize resources`.
    var outputName: String {
        switch self {
        case .cpuLimit: "limits.cpus"
        case .memoryLimit: "limits.memory_bytes"
        case .pidsLimit: "limits.pids"
        case .cpuReservation: "reservations.cpus"
        case .memoryReservation: "reservations.memory_bytes"
        }
    }
}

/// A site for each amount that has one.
struct SiteTable: Sendable {
    private var slots: (ValueSite?, ValueSite?, ValueSite?, ValueSite?, ValueSite?)

    subscript(key: ResourceKey) -> ValueSite? {
        get {
            switch key {
            case .cpuLimit: slots.0
            case .memoryLimit: slots.1
            case .pidsLimit: slots.2
            case .cpuReservation: slots.3
            case .memoryReservation: slots.4
            }
        }
        set {
            switch key {
            case .cpuLimit: slots.0 = newValue
            case .memoryLimit: slots.1 = newValue
            case .pidsLimit: slots.2 = newValue
            case .cpuReservation: slots.3 = newValue
            case .memoryReservation: slots.4 = newValue
            }
        }
    }

    var isEmpty: Bool {
        slots.0 == nil && slots.1 == nil && slots.2 == nil && slots.3 == nil && slots.4 == nil
    }
}

/// Where each amount in effect is written.
struct ResourceSites: Sendable {
    var deploy = SiteTable()
    var service = SiteTable()
    /// The mapping of `deploy` that all of them come from, where a single one is known to be it.
    var wholeDeploy: NodeID?

    /// The site that counts: Compose wants both families equal where both are there.
    subscript(key: ResourceKey) -> ValueSite? { deploy[key] ?? service[key] }
}

extension LayerLookup {
    mutating func resourceSites(of layers: [ServiceLayer]) -> ResourceSites {
        var sites = ResourceSites()
        if let deploy = onlyDeploy(of: layers) {
            sites.wholeDeploy = documents[layers[0].document].tree.mapping(deploy.value)
            for (key, tail) in zip(ResourceKey.allCases, tails(of: deploy, in: layers[0].document))
            {
                guard let tail else { continue }
                sites.deploy[key] = ValueSite(layer: 0, head: deploy, tail: tail)
            }
        } else if site([.deploy, .resources], in: layers) != nil {
            // An empty group is no amount, but an error of its own.
            _ = site([.deploy, .resources, .limits], in: layers)
            _ = site([.deploy, .resources, .reservations], in: layers)
            for key in ResourceKey.allCases {
                sites.deploy[key] = site(key.deployPath, in: layers)
            }
        }
        for key in ResourceKey.allCases {
            guard let older = key.serviceKey else { continue }
            var site = site([older], in: layers)
            if site == nil, key == .cpuLimit { site = self.site([.cpuQuota], in: layers) }
            sites.service[key] = site
        }
        return sites
    }

    /// The `deploy` of a service with a single layer, all of whose groups are mappings.
    private mutating func onlyDeploy(of layers: [ServiceLayer]) -> Found? {
        guard layers.count == 1, let node = layers[0].node else { return nil }
        let document = layers[0].document
        let tree = documents[document].tree
        guard !tree.hasComposeTags, let deploy = resolvers[document].find(.deploy, in: node),
            let mapping = tree.mapping(deploy.value),
            let resources = resolvers[document].find(.resources, in: mapping),
            let groups = tree.mapping(resources.value)
        else { return nil }
        let isWhole = [ComposeKey.limits, .reservations].allSatisfy { key in
            guard let group = resolvers[document].find(key, in: groups) else { return true }
            return tree.mapping(group.value) != nil
        }
        return isWhole ? deploy : nil
    }
}
