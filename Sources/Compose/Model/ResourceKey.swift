/// The amounts that are read and edited, each of which Compose lets one write in two families of keys.
enum ResourceKey: String, CaseIterable, Sendable {
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

/// Where each amount in effect is written.
struct ResourceSites: Sendable {
    var deploy: [ResourceKey: ValueSite] = [:]
    var service: [ResourceKey: ValueSite] = [:]

    /// The site that counts: Compose wants both families equal where both are there.
    subscript(key: ResourceKey) -> ValueSite? { deploy[key] ?? service[key] }
}

extension LayerLookup {
    mutating func resourceSites(of layers: [ServiceLayer]) -> ResourceSites {
        var sites = ResourceSites()
        let hasDeploy = site([.deploy, .resources], in: layers) != nil
        if hasDeploy {
            // An empty group is no amount, but an error of its own.
            _ = site([.deploy, .resources, .limits], in: layers)
            _ = site([.deploy, .resources, .reservations], in: layers)
        }
        for key in ResourceKey.allCases {
            if hasDeploy, let site = site(key.deployPath, in: layers) { sites.deploy[key] = site }
            guard let older = key.serviceKey else { continue }
            var site = site([older], in: layers)
            if site == nil, key == .cpuLimit { site = self.site([.cpuQuota], in: layers) }
            if let site { sites.service[key] = site }
        }
        return sites
    }
}
