internal import Measures

extension ModelBuilder {
    mutating func services(
        of scope: ComposeScope, tiers: [[NodeID: String]]
    ) -> [ComposeService] {
        var services: [ComposeService] = []
        if let unit = scope.onlyUnit {
            services.reserveCapacity(unit.services.count)
            for entry in unit.services {
                let layers = layers(of: entry, in: unit)
                if let service = service(named: entry.name, layers, tiers: tiers) {
                    services.append(service)
                }
            }
            return services
        }
        for name in scope.names {
            let layers = layers(of: name, in: scope)
            if let service = service(named: name, layers, tiers: tiers) { services.append(service) }
        }
        return services
    }

    /// Puts one service together.
    ///
    /// - Parameter layers: the one that wins first.
    /// - Parameter tiers: the names of tiers by the mapping that is anchored, of each document.
    mutating func service(
        named name: String, _ layers: [ServiceLayer], tiers: [[NodeID: String]]
    ) -> ComposeService? {
        guard let first = layers.first else { return nil }
        checkName(name, first)
        checkKeys(of: layers, name)
        let file = documents[first.document]
        var service = ComposeService(
            name: name, path: file.path, line: line(of: first.entry.key, in: first.document),
            layers: layers)
        guard layers.contains(where: { $0.node != nil }) else {
            reject(
                ComposeError(
                    .invalidService, path: file.path, at: file.position(of: first.entry.key),
                    "service \(name) is no mapping; Compose refuses the file, so give it an image"))
            return service
        }
        if layers.count > 1 { hasSeveralLayers = true }
        guard let source = lookup.onlySource(of: layers) else {
            service.facts = facts(of: layers, name, tiers)
            return service
        }
        if let known = sharedFacts[source.question] {
            service.facts = known.facts
            service.source = first.group(known.group, source.alias)
            return service
        }
        let rejected = rejections.count
        service.facts = facts(of: layers, name, tiers)
        // Each service that something is wrong with is named.
        if rejections.count == rejected {
            let group = Int32(sharedFacts.count)
            sharedFacts[source.question] = (service.facts, group)
            service.source = first.group(group, source.alias)
        }
        return service
    }

    private mutating func facts(
        of layers: [ServiceLayer], _ name: String, _ tiers: [[NodeID: String]]
    ) -> ComposeService.Facts {
        if let plain = lookup.plainAmounts(of: layers) { return plainFacts(plain, layers, name) }
        let containerName = containerName(of: layers)
        _ = lookup.takePassedNull()
        let sites = lookup.resourceSites(of: layers)
        checkShapes(of: layers, name)
        checkDeployKeys(of: layers, name)
        var hasConflict = false
        let resources = resources(sites, layers, "service \(name)", &hasConflict)
        return ComposeService.Facts(
            resources: resources, tier: tier(sites, layers, tiers),
            replicas: replicas(of: layers, "service \(name)"), ignore: ignoreLabel(of: layers),
            containerName: containerName, hasConflictingFamilies: hasConflict)
    }

    private mutating func plainFacts(
        _ plain: PlainAmounts, _ layers: [ServiceLayer], _ name: String
    ) -> ComposeService.Facts {
        let layer = layers[0]
        let tree = documents[layer.document].tree
        let keys = tree.reachableKeys(of: layer.entry.value)
        checkDeployKeys(of: layers, name)
        let isReplicated =
            keys.contains(.scale) || tree.reachableKeys(of: plain.deploy).contains(.replicas)
        return ComposeService.Facts(
            resources: resources(plain, layer, name),
            replicas: isReplicated ? replicas(of: layers, "service \(name)") : 1,
            ignore: keys.contains(.labels) ? ignoreLabel(of: layers) : nil,
            containerName: keys.contains(.containerName) ? containerName(of: layers) : nil)
    }

    private mutating func containerName(of layers: [ServiceLayer]) -> String? {
        site([.containerName], in: layers).flatMap { site in
            let layer = layers[site.layer]
            return text(site.leaf.value, layer.document, layer.environment)
        }
    }

    // MARK: Resources

    private mutating func resources(
        _ plain: PlainAmounts, _ layer: ServiceLayer, _ name: String
    ) -> ComposeResources {
        var values = ComposeResources()
        let (document, environment) = (layer.document, layer.environment)
        if let leaf = plain[.cpuLimit] {
            values.cpuLimit = cpus(Found(leaf), document, environment, "service \(name)")
        }
        if let leaf = plain[.cpuReservation] {
            values.cpuReservation = cpus(Found(leaf), document, environment, "service \(name)")
        }
        if let leaf = plain[.memoryLimit] {
            values.memoryLimit = memory(
                Found(leaf), document, environment, .deploy, "service \(name)")
        }
        if let leaf = plain[.memoryReservation] {
            values.memoryReservation = memory(
                Found(leaf), document, environment, .deploy, "service \(name)")
        }
        if let leaf = plain[.pidsLimit] {
            values.pidsLimit = count(Found(leaf), document, environment, "service \(name)")
        }
        return values
    }

    private mutating func resources(
        _ sites: ResourceSites, _ layers: [ServiceLayer], _ place: String,
        _ hasConflict: inout Bool
    ) -> ComposeResources {
        var values = ComposeResources()
        if let deploy = sites.wholeDeploy {
            values = resources(ofDeploy: deploy, sites, layers, place)
        } else {
            for key in ResourceKey.allCases {
                guard let site = sites.deploy[key] else { continue }
                read(key, site, layers, .deploy, place, &values)
            }
        }
        var older = ComposeResources()
        for key in ResourceKey.allCases {
            guard let site = sites.service[key] else { continue }
            read(key, site, layers, .service, place, &older)
        }
        guard !sites.service.isEmpty else { return values }
        if let quota = sites.service[.cpuLimit], isQuota(quota, layers) {
            older.cpuLimit = cpuLimit(ofQuota: older.cpuLimit, layers, place)
        }
        hasConflict = warnOfTwoFamilies(sites, layers, place, values, older)
        if values.memoryLimit.isAbsent { values.memoryLimit = older.memoryLimit }
        if values.memoryReservation.isAbsent { values.memoryReservation = older.memoryReservation }
        if values.cpuLimit.isAbsent { values.cpuLimit = older.cpuLimit }
        if values.pidsLimit.isAbsent { values.pidsLimit = older.pidsLimit }
        return values
    }

    /// Read once for each `deploy`, however many services merge it.
    private mutating func resources(
        ofDeploy deploy: NodeID, _ sites: ResourceSites, _ layers: [ServiceLayer], _ place: String
    ) -> ComposeResources {
        let question =
            (layers[0].document << 16 | layers[0].environment) << 32 | Int(deploy.rawValue)
        if let known = deployResources[question] { return known }
        var values = ComposeResources()
        for key in ResourceKey.allCases {
            guard let site = sites.deploy[key] else { continue }
            read(key, site, layers, .deploy, place, &values)
        }
        deployResources[question] = values
        return values
    }

    private mutating func read(
        _ key: ResourceKey, _ site: ValueSite, _ layers: [ServiceLayer],
        _ family: ResourceKey.Family, _ place: String, _ values: inout ComposeResources
    ) {
        switch key {
        case .cpuLimit: values.cpuLimit = cpus(site, layers, place)
        case .cpuReservation: values.cpuReservation = cpus(site, layers, place)
        case .memoryLimit: values.memoryLimit = memory(site, layers, family, place)
        case .memoryReservation: values.memoryReservation = memory(site, layers, family, place)
        case .pidsLimit: values.pidsLimit = count(site, layers, place)
        }
    }

    private func isQuota(_ site: ValueSite, _ layers: [ServiceLayer]) -> Bool {
        documents[layers[site.layer].document].tree.keyText(site.leaf.key)
            == ComposeKey.cpuQuota.spelling
    }

    /// The quota of the scheduler's period (100 ms where none is written).
    private mutating func cpuLimit(
        ofQuota quota: ComposeValue<Cores>, _ layers: [ServiceLayer], _ place: String
    ) -> ComposeValue<Cores> {
        let period = site([.cpuPeriod], in: layers).map { cpus($0, layers, place) } ?? .absent
        switch (quota, period) {
        case (.known(let quota), .known(let period)) where period > Cores(0):
            return .known(Cores(quota.rawValue / period.rawValue))
        case (.known(let quota), .absent), (.known(let quota), .known):
            return .known(Cores(quota.rawValue / 100_000))
        case (.known, .unknown(let text)): return .unknown(text)
        case (.unknown, _), (.absent, _): return quota
        }
    }

    /// Compose wants what stands in both families equal, and takes an amount that is absent from a group that
    /// is there for 0.
    private mutating func warnOfTwoFamilies(
        _ sites: ResourceSites, _ layers: [ServiceLayer], _ place: String,
        _ deploy: ComposeResources, _ older: ComposeResources
    ) -> Bool {
        let limits = site([.deploy, .resources, .limits], in: layers)
        let reservations = site([.deploy, .resources, .reservations], in: layers)
        var differing: [String] = []
        if limits != nil {
            if !older.memoryLimit.isAbsent, older.memoryLimit != deploy.memoryLimit {
                differing.append("mem_limit and deploy.resources.limits.memory")
            }
            if let cpus = sites.service[.cpuLimit], !isQuota(cpus, layers),
                !older.cpuLimit.isAbsent, older.cpuLimit != deploy.cpuLimit
            {
                differing.append("cpus and deploy.resources.limits.cpus")
            }
            if !older.pidsLimit.isAbsent, older.pidsLimit != deploy.pidsLimit {
                differing.append("pids_limit and deploy.resources.limits.pids")
            }
        }
        if reservations != nil, !older.memoryReservation.isAbsent,
            older.memoryReservation != deploy.memoryReservation
        {
            differing.append("mem_reservation and deploy.resources.reservations.memory")
        }
        guard !differing.isEmpty, let site = limits ?? reservations else { return false }
        warn(
            at: site.leaf.key, of: layers[site.layer].document,
            "\(place): \(differing.joined(separator: ", and ")) differ; Compose 2 refuses "
                + "that, so keep one of the two families")
        return true
    }

    /// The tier that the memory limit comes from, else the CPU limit: by whose text has it.
    private func tier(
        _ sites: ResourceSites, _ layers: [ServiceLayer], _ tiers: [[NodeID: String]]
    ) -> String? {
        guard let site = sites[.memoryLimit] ?? sites[.cpuLimit] else { return nil }
        let document = layers[site.layer].document
        // Files that only `extends` names have no tiers of ours.
        guard tiers.indices.contains(document), !tiers[document].isEmpty else { return nil }
        let names = tiers[document]
        return names[site.head.owner] ?? site.tail.lazy.compactMap { names[$0.owner] }.first
    }

    // MARK: Replicas and labels

    private mutating func replicas(of layers: [ServiceLayer], _ place: String) -> Int? {
        let (deploy, scale) = (
            site([.deploy, .replicas], in: layers), site([.scale], in: layers)
        )
        guard let site = deploy ?? scale else { return 1 }
        let replicas = count(site, layers, place)
        if let deploy, let scale, case .known(let first) = replicas,
            case .known(let second) = count(scale, layers, place), first != second
        {
            warn(
                at: deploy.leaf.key, of: layers[deploy.layer].document,
                "\(place): scale and deploy.replicas differ (\(second) and \(first)); Compose 2 "
                    + "refuses that, so keep one of them")
        }
        switch replicas {
        case .known(let count) where count >= 0 && count < 1_000_000: return Int(count)
        case .absent: return 1
        default: return nil
        }
    }

    private mutating func ignoreLabel(of layers: [ServiceLayer]) -> ComposeService.Ignore? {
        let label = "rightsize.ignore"
        for layer in layers {
            guard let node = layer.node, let found = find(.labels, in: node, of: layer.document)
            else { continue }
            let file = documents[layer.document]
            let tree = file.tree
            if let mapping = tree.mapping(found.value) {
                let entries = entries(of: mapping, in: layer.document)
                guard let entry = entries.first(where: { $0.name == label }) else { continue }
                let text = tree.scalar(entry.value).map(tree.text(of:)) ?? ""
                return Self.ignore(value: text, line: file.line(of: entry.key))
            }
            guard let list = tree.sequence(found.value) else { continue }
            for item in tree.children(of: list) {
                guard let text = tree.keyText(item), text.hasPrefix(label) else { continue }
                let rest = text.dropFirst(label.count)
                guard rest.isEmpty || rest.hasPrefix("=") else { continue }
                return Self.ignore(value: String(rest.dropFirst()), line: file.line(of: item))
            }
        }
        return nil
    }

    private static func ignore(value: String, line: Int) -> ComposeService.Ignore? {
        switch value.lowercased() {
        case "false", "no", "off", "0": nil
        case "", "true", "yes", "on", "1", "~", "null": ComposeService.Ignore(line: line)
        default: ComposeService.Ignore(reason: value, line: line)
        }
    }
}
