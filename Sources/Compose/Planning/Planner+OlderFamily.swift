internal import Measures

/// Services that use `mem_limit` and its family stay in it: Compose refuses both beside each other.
extension Planner {
    mutating func editOlderFamily(
        _ service: ComposeService, _ index: Int, _ amounts: ResourceAmounts
    ) throws(Obstacle) -> Candidate? {
        let sites = lookup.resourceSites(of: service.layers)
        guard !sites.service.isEmpty else { return nil }
        // Where both families stand, equal, both are changed.
        var candidate =
            sites.deploy.isEmpty
            ? Candidate(way: .olderFamilyEdited, after: service.resources)
            : try editDeploy(service, index, .amounts(amounts), amounts)
        guard candidate != nil, let node = service.layers[index].node else { return nil }
        if candidate?.way == .deployEdited { candidate?.way = .olderFamilyEdited }
        candidate?.after = amounts.applied(to: service.resources)
        if sites.deploy.isEmpty {
            candidate?.after.cpuReservation = service.resources.cpuReservation
        }
        var missing: [Snippet.Entry] = []
        for amount in olderAmounts(amounts, service, sites) {
            if let site = sites.service[amount.key], isOwn(site, index, node) {
                guard amount.isChange else { continue }
                try edit(site, amount, service, &candidate)
            } else if sites.deploy.isEmpty, amount.isChange {
                missing.append(
                    Snippet.Entry(
                        key: amount.name.spelling,
                        value: .raw(amount.spelling(like: missingStyle(sites, service)))))
            }
        }
        try editSwap(amounts, service, index, &candidate)
        if !missing.isEmpty {
            let layer = service.layers[index]
            var places = TextPlaces(model.documents[layer.document])
            places.parentKeys[node] = layer.entry.key
            let edit = try model.located(layer.document) { () throws(TextPlaces.Failure) in
                try places.append(missing, to: node)
            }
            candidate?.add(edit, in: layer.document)
        }
        let isShared = isShared([node], in: service.layers[index].document)
        if isShared { candidate?.isShared = true }
        return candidate
    }

    private struct OlderAmount {
        var key: ResourceKey
        var name: ComposeKey
        var value: Amount
        var isChange: Bool

        func spelling(like style: String?) -> String {
            value.spelling(like: style, olderFamily: true)
        }
    }

    /// In the order in which new keys are written.
    private func olderAmounts(
        _ amounts: ResourceAmounts, _ service: ComposeService, _ sites: ResourceSites
    ) -> [OlderAmount] {
        var result: [OlderAmount] = []
        let now = service.resources
        if let memory = amounts.memoryLimit {
            result.append(
                OlderAmount(
                    key: .memoryLimit, name: .memoryLimit, value: .memory(memory),
                    isChange: now.memoryLimit != .known(memory)))
        }
        if let memory = amounts.memoryReservation {
            result.append(
                OlderAmount(
                    key: .memoryReservation, name: .memoryReservation, value: .memory(memory),
                    isChange: now.memoryReservation != .known(memory)))
        }
        if let cpus = amounts.cpuLimit {
            result.append(
                OlderAmount(
                    key: .cpuLimit, name: .cpus, value: .cpus(cpus),
                    isChange: now.cpuLimit != .known(cpus)))
        }
        return result
    }

    /// A memory size that is written already, whose spelling new ones follow.
    private func missingStyle(_ sites: ResourceSites, _ service: ComposeService) -> String? {
        guard let site = sites.service[.memoryLimit] ?? sites.service[.memoryReservation] else {
            return nil
        }
        let tree = model.documents[service.layers[site.layer].document].tree
        return tree.keyText(site.leaf.value).flatMap { Bytes(composeSize: $0) == nil ? nil : $0 }
    }

    private func isOwn(_ site: ValueSite, _ index: Int, _ node: NodeID) -> Bool {
        site.layer == index && site.leaf.owner == node
    }

    /// A quota stays one: the engine refuses `cpus` beside it.
    private mutating func edit(
        _ site: ValueSite, _ amount: OlderAmount, _ service: ComposeService,
        _ candidate: inout Candidate?
    ) throws(Obstacle) {
        let layer = service.layers[site.layer]
        let tree = model.documents[layer.document].tree
        var value = amount.value
        if case .cpus(let cores) = value,
            tree.keyText(site.leaf.key) == ComposeKey.cpuQuota.spelling
        {
            let period = lookup.site([.cpuPeriod], in: service.layers)
            var length = 100_000.0
            if let period {
                let periodTree = model.documents[service.layers[period.layer].document].tree
                length = Double(periodTree.keyText(period.leaf.value) ?? "") ?? length
            }
            value = .count(Int64((cores.rawValue * length).rounded()))
        }
        if let edit = try model.edit(site.leaf.value, to: value, layer, olderFamily: true) {
            candidate?.add(edit)
        }
    }

    /// The engine refuses a `memswap_limit` below the memory: the room for swapping stays as it is.
    private mutating func editSwap(
        _ amounts: ResourceAmounts, _ service: ComposeService, _ index: Int,
        _ candidate: inout Candidate?
    ) throws(Obstacle) {
        guard let wanted = amounts.memoryLimit,
            let site = lookup.site([.memorySwapLimit], in: service.layers), site.layer == index
        else { return }
        let layer = service.layers[site.layer]
        let tree = model.documents[layer.document].tree
        guard let text = tree.keyText(site.leaf.value), let swap = Bytes(composeSize: text),
            swap.rawValue > 0, swap < wanted
        else { return }
        let room = service.resources.memoryLimit.known.map { swap - $0 } ?? Bytes(0)
        let edit = try model.edit(
            site.leaf.value, to: .memory(wanted + max(room, Bytes(0))), layer, olderFamily: true)
        if let edit { candidate?.add(edit) }
    }
}
