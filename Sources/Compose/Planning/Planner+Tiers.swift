internal import Measures

/// Tiers by name: the alias that brings one is swapped, or one is merged in.
extension Planner {
    /// Another alias where a tier's alias stands: in `<<`, in a list, or as a value.
    mutating func swapAlias(
        _ service: ComposeService, _ index: Int, _ wish: ResourceWish
    ) throws(Obstacle) -> Candidate? {
        guard case .tier(let tier) = wish else { return nil }
        let layer = service.layers[index]
        guard let wanted = wantedTier(tier, in: layer),
            let (alias, present) = tierAlias(of: service, index)
        else { return nil }
        let tree = model.documents[layer.document].tree
        guard wanted.shape == present.shape else { return nil }
        try requireVisible(wanted, at: alias, layer.document)
        let node = layer.node ?? layer.entry.value
        if wanted.shape == .service {
            guard differences(present.node, wanted.node, node, layer.document).isEmpty else {
                return nil
            }
        }
        var candidate = Candidate(
            way: .aliasSwapped, after: service.resources)
        candidate.after.replaceTier(by: tier)
        // What is written outside the service is somebody else's too, as a list behind an anchor.
        candidate.isShared =
            !tree[node].span.contains(tree[alias].span.lowerBound)
            || isShared(path(to: alias, of: service, index), in: layer.document)
        let range = tree[alias].span
        let old = model.documents[layer.document].bytes[range]
        candidate.add(
            ByteEdit(
                range: range, old: old.elementsEqual(present.alias) ? present.alias : Array(old),
                new: wanted.alias, line: 0, reason: ""),
            in: layer.document)
        return candidate
    }

    /// `<<: *tier` where nothing brings a `deploy` yet, and first in the list where another anchor does.
    mutating func addMerge(
        _ service: ComposeService, _ index: Int, _ wish: ResourceWish
    ) throws(Obstacle) -> Candidate? {
        guard case .tier(let tier) = wish else { return nil }
        let layer = service.layers[index]
        guard let node = layer.node, layer.entry.merge == nil,
            let wanted = wantedTier(tier, in: layer),
            wanted.shape == .service, holdsOnlyResources(wanted, hiddenBy: node)
        else { return nil }
        let file = model.documents[layer.document]
        let tree = file.tree
        let deploy = lookup.resolvers[layer.document].find(.deploy, in: node)
        if let deploy, deploy.merges.isEmpty { return nil }
        if lookup.resolvers[layer.document].isCutOff(.deploy, in: node) { return nil }
        if let deploy,
            !holdsOnlyResources(deploy: tree.resolved(deploy.value), in: layer.document)
        {
            return nil
        }
        var places = TextPlaces(file)
        places.parentKeys[node] = layer.entry.key
        var candidate = Candidate(way: .mergeAdded, after: service.resources)
        candidate.after.replaceTier(by: tier)
        let name = "*\(wanted.anchor)"
        if tree[layer.entry.value].kind == .alias {
            // The service is an alias: it gets a text of its own that merges what it was.
            try requireVisible(wanted, at: layer.entry.value, layer.document)
            let own = "*\(tree.text(of: layer.entry.value))"
            let list = deploy == nil ? "[\(own), \(name)]" : "[\(name), \(own)]"
            guard let services = model.servicesMapping(of: layer) else { return nil }
            candidate.add(
                try model.located(layer.document) { () throws(TextPlaces.Failure) in
                    try places.replace(
                        layer.entry.value, of: layer.entry.key,
                        with: [Snippet.Entry(key: "<<", value: .raw(list))], in: services)
                }, in: layer.document)
            return candidate
        }
        candidate.isShared = isShared([node], in: layer.document)
        let merges = tree.entries(of: node).filter { tree.isMergeKey($0.key) }
        guard let last = merges.last else {
            guard let first = tree[node].first else { return nil }
            try requireVisible(wanted, at: first, layer.document)
            let entry = Snippet.Entry(key: "<<", value: .raw(name))
            candidate.add(
                try model.located(layer.document) { () throws(TextPlaces.Failure) in
                    try places.append([entry], to: node)
                }, in: layer.document)
            return candidate
        }
        try requireVisible(wanted, at: last.value, layer.document)
        candidate.add(
            extended(last.value, by: name, first: deploy != nil, places), in: layer.document)
        return candidate
    }

    /// The value of a `<<` with one more source.
    private func extended(
        _ value: NodeID, by name: String, first: Bool, _ places: TextPlaces
    ) -> ByteEdit {
        let tree = places.file.tree
        let span = tree[value].span
        guard tree[value].kind == .sequence, let head = tree[value].first else {
            let own = places.file.source.text(in: span)
            return places.replace(value, with: first ? "[\(name), \(own)]" : "[\(own), \(name)]")
        }
        if tree[value].isFlow {
            var tail = head
            for child in tree.children(of: value) { tail = child }
            return first
                ? ByteEdit(at: tree[head].span.lowerBound, insert: "\(name), ")
                : ByteEdit(at: tree[tail].span.upperBound, insert: ", \(name)")
        }
        // A list of dashes: its items in one line each, in the order that keeps their meaning.
        var items = tree.children(of: value).map { places.file.source.text(in: tree[$0].span) }
        items.insert(name, at: first ? 0 : items.count)
        return places.replace(value, with: "[\(items.joined(separator: ", "))]")
    }

    // MARK: Anchors

    /// The tier of this name and these amounts where a service is written; nil where there is none.
    func wantedTier(_ tier: ResourceTier, in layer: ServiceLayer) -> ComposeTier? {
        model.documentTiers[layer.document].tiers.first { $0.tier == tier }
    }

    /// The alias through which a service's limits come straight from a tier.
    mutating func tierAlias(
        of service: ComposeService, _ index: Int
    ) -> (alias: NodeID, tier: ComposeTier)? {
        guard let source = lookup.onlySource(of: service.layers) else {
            return tierAliasByLayers(of: service, index)
        }
        if let known = directTiers[source.question] { return known.map { (source.alias, $0) } }
        let found = tierAliasByLayers(of: service, index)
        // An alias in a text that is shared is the same for all.
        if found == nil || found?.alias == source.alias {
            directTiers[source.question] = .some(found?.tier)
        }
        return found
    }

    private mutating func tierAliasByLayers(
        of service: ComposeService, _ index: Int
    ) -> (alias: NodeID, tier: ComposeTier)? {
        let sites = lookup.resourceSites(of: service.layers)
        let layer = service.layers[index]
        let tree = model.documents[layer.document].tree
        let tiers = model.documentTiers[layer.document].tiers
        guard let site = sites[.memoryLimit] ?? sites[.cpuLimit], site.layer == index else {
            return nil
        }
        for (place, step) in site.steps.enumerated() {
            guard let tier = tiers.first(where: { $0.node == step.owner }) else { continue }
            if let merge = step.merges.first {
                guard step.merges.count == 1, tree[merge].kind == .alias else { return nil }
                return (merge, tier)
            }
            guard place > 0, tree[site.steps[place - 1].value].kind == .alias else { return nil }
            return (site.steps[place - 1].value, tier)
        }
        return nil
    }

    /// The wanted alias must mean the wanted tier at the place where it will stand.
    private func requireVisible(
        _ wanted: ComposeTier, at place: NodeID, _ document: Int
    ) throws(Obstacle) {
        let file = model.documents[document]
        let definitions = file.tree.anchorDefinitions[wanted.anchor] ?? []
        if definitions.last(where: { $0 < place }) == wanted.node { return }
        if place < wanted.node {
            throw Obstacle(
                reason: .notMovable, document: document, node: place,
                text: "&\(wanted.anchor) is defined only on line \(wanted.line), and an alias must "
                    + "come after its anchor; move the tier to the top of the file")
        }
        let lines = definitions.map { String(file.line(of: $0)) }.joined(separator: ", ")
        throw Obstacle(
            reason: .notMovable, document: document, node: place,
            text:
                "&\(wanted.anchor) is defined more than once (lines \(lines)) and means something "
                + "else here; give the definitions different names")
    }

    // MARK: What else they hold

    /// Whether merging a tier into a mapping brings nothing but resources.
    private mutating func holdsOnlyResources(_ tier: ComposeTier, hiddenBy node: NodeID) -> Bool {
        let tree = model.documents[tier.document].tree
        var others: Set<String>? = otherKeys[tier.anchor]
        if others == nil {
            var names: Set<String> = []
            for entry in lookup.resolvers[tier.document].entries(of: tier.node) {
                let isDeploy = entry.name == ComposeKey.deploy.spelling
                if isDeploy, holdsOnlyResources(deploy: entry.value, in: tier.document) { continue }
                names.insert(entry.name)
            }
            others = names
            otherKeys[tier.anchor] = names
        }
        guard let others, !others.isEmpty else { return true }
        var own = 0
        for (key, _) in tree.entries(of: node) {
            if let name = tree.keyText(key), others.contains(name), name != "deploy" { own += 1 }
        }
        return own == others.count
    }

    /// Whether a `deploy` would not be missed: it has no keys but the four amounts.
    private mutating func holdsOnlyResources(deploy: NodeID, in document: Int) -> Bool {
        let key = ServiceText(document: document, key: deploy)
        if let known = resourcesOnly[key] { return known }
        let answer = isOnlyResources(deploy, document)
        resourcesOnly[key] = answer
        return answer
    }

    private func isOnlyResources(_ deploy: NodeID, _ document: Int) -> Bool {
        let tree = model.documents[document].tree
        func names(_ value: NodeID) -> [(String, NodeID)]? {
            if tree.isNull(value) { return [] }
            return tree.mapping(value).map { mapping in
                lookup.resolvers[document].entries(of: mapping).map { ($0.name, $0.value) }
            }
        }
        guard let deploy = names(deploy) else { return false }
        for (name, resources) in deploy {
            guard name == "resources", let groups = names(resources) else { return false }
            for (group, amounts) in groups {
                guard group == "limits" || group == "reservations", let amounts = names(amounts),
                    amounts.allSatisfy({ $0.0 == "cpus" || $0.0 == "memory" })
                else { return false }
            }
        }
        return true
    }

    // MARK: Sharing

    /// The mappings whose text an alias is in, from the service's on.
    private mutating func path(
        to alias: NodeID, of service: ComposeService, _ index: Int
    ) -> [NodeID] {
        let layer = service.layers[index]
        let tree = model.documents[layer.document].tree
        var nodes: [NodeID] = []
        var place = layer.node
        while let node = place {
            nodes.append(node)
            place = nil
            for child in tree.children(of: node)
            where tree[child].kind != .alias && tree[child].kind != .scalar
                && tree[child].span.contains(tree[alias].span.lowerBound)
            { place = child }
        }
        return nodes
    }

    /// Whether any of these has an alias somewhere.
    func isShared(_ nodes: [NodeID], in document: Int) -> Bool {
        nodes.contains { model.documents[document].tree[$0].traits.contains(.aliased) }
    }

    private mutating func differences(
        _ current: NodeID, _ wanted: NodeID, _ service: NodeID, _ document: Int
    ) -> [String] {
        compareTiers()
        return tierDifferences[document].names(from: current, to: wanted, in: service)
    }
}

extension Planner {
    /// Whether two tiers have everything alike beside their amounts.
    mutating func isAlike(_ current: NodeID, _ wanted: NodeID, in document: Int) -> Bool {
        compareTiers()
        return tierDifferences[document].areNone(from: current, to: wanted)
    }

    private mutating func compareTiers() {
        guard tierDifferences.isEmpty else { return }
        tierDifferences = model.documents.map { TierDifferences($0.tree) }
    }
}

extension ComposeResources {
    /// A swapped alias takes the old reservations away, whether or not the new tier has any.
    mutating func replaceTier(by tier: ResourceTier) {
        let pids = pidsLimit
        self = ComposeResources(tier)
        pidsLimit = pids
    }
}

extension ComposeModel {
    /// The mapping of `services:` that has the service's key, where it is written in the file itself.
    func servicesMapping(of layer: ServiceLayer) -> NodeID? {
        let tree = documents[layer.document].tree
        for root in documents[layer.document].roots {
            for (key, value) in tree.entries(of: root) where tree.isKey(key, .services) {
                guard tree[value].kind == .mapping,
                    tree[value].span.contains(tree[layer.entry.key].span.lowerBound)
                else { continue }
                return value
            }
        }
        return nil
    }

    /// Text that has no place for what shall be written, as an obstacle.
    func located<Result>(
        _ document: Int, _ body: () throws(TextPlaces.Failure) -> Result
    ) throws(Planner.Obstacle) -> Result {
        do throws(TextPlaces.Failure) {
            return try body()
        } catch {
            throw Planner.Obstacle(
                reason: .notMovable, document: document, node: error.node,
                text: "\(error.text); edit it by hand, or use --override")
        }
    }
}
