internal import Measures

/// The tiers of one document.
struct DocumentTiers {
    /// From the smallest to the largest.
    var tiers: [ComposeTier] = []
    /// The names of the tiers by their anchored mappings.
    var names: [NodeID: String] = [:]
    /// Anchors that look like tiers but hold no usable values, by tier name, with the reason.
    var unusable: [String: String] = [:]
}

extension ModelBuilder {
    mutating func tiers(of document: Int, environment: Int) -> DocumentTiers {
        var found = DocumentTiers()
        let file = documents[document]
        for root in file.roots {
            for entry in entries(of: root, in: document) where entry.name.hasPrefix("x-") {
                readTiers(entry.value, entry.name, document, environment, depth: 0, &found)
            }
        }
        found.tiers.sort { ResourceTier.isSmaller($0.tier, $1.tier) }
        return found
    }

    /// How deep under `x-…` an anchor is looked for: `x-tiers: {small: &small {deploy: …}}`.
    private static let tierDepthMax = 3

    /// The anchors in the text of a value; what is in a tier is part of it.
    private mutating func readTiers(
        _ value: NodeID, _ place: String, _ document: Int, _ environment: Int, depth: Int,
        _ found: inout DocumentTiers
    ) {
        let tree = documents[document].tree
        guard tree[value].kind == .mapping else { return }
        if let anchor = tree.anchorNames[value],
            let (shape, resources) = tierShape(of: value, in: document)
        {
            addTier(value, anchor, place, shape, resources, document, environment, &found)
            return
        }
        guard depth < Self.tierDepthMax else { return }
        for (key, child) in tree.entries(of: value) {
            guard let name = tree.keyText(key), !tree.isMergeKey(key) else { continue }
            readTiers(child, "\(place).\(name)", document, environment, depth: depth + 1, &found)
        }
    }

    /// Nil for a mapping without limits of CPUs and memory in its own text: an anchor that merges a tier is
    /// a use of it, not another tier.
    private mutating func tierShape(
        of mapping: NodeID, in document: Int
    ) -> (ComposeTier.Shape, resources: NodeID)? {
        let paths: [(ComposeTier.Shape, [ComposeKey])] = [
            (.service, [.deploy, .resources]), (.deploy, [.resources]), (.resources, []),
        ]
        for (shape, path) in paths {
            var steps: [Found] = []
            var isCutOff = false
            for leaf in [ComposeKey.cpus, .memory] {
                steps = []
                lookup.walk(
                    path + [.limits, leaf], in: mapping, of: document, &steps, &isCutOff)
                guard steps.count == path.count + 2, steps[0].merges.isEmpty else { break }
            }
            guard steps.count == path.count + 2, steps[0].merges.isEmpty else { continue }
            return (shape, steps[path.count].owner)
        }
        return nil
    }

    private mutating func addTier(
        _ node: NodeID, _ anchor: String, _ place: String, _ shape: ComposeTier.Shape,
        _ resources: NodeID, _ document: Int, _ environment: Int, _ found: inout DocumentTiers
    ) {
        let file = documents[document]
        let line = file.line(of: node)
        let name = ComposeTier.name(ofAnchor: anchor)
        if let earlier = found.tiers.first(where: { $0.name == name }) {
            warn(
                at: node, of: document,
                "\(place) would be a second tier \(name) (the first is on line \(earlier.line)) "
                    + "and is not used; give its anchor &\(anchor) another name")
            return
        }
        guard let tier = tier(named: name, resources, document, environment, place) else {
            let reason = "\(place) (line \(line)) has a value that is interpolated, unreadable or 0"
            found.unusable[name] = reason
            warn(
                at: node, of: document,
                "\(reason), so it is no tier; write plain values to use it")
            return
        }
        found.names[node] = name
        found.tiers.append(
            ComposeTier(
                tier: tier, shape: shape, anchor: anchor, span: file.tree[node].span, line: line,
                document: document, node: node, alias: Array("*\(anchor)".utf8)))
    }

    private mutating func tier(
        named name: String, _ resources: NodeID, _ document: Int, _ environment: Int,
        _ place: String
    ) -> ResourceTier? {
        var values = ComposeResources()
        if let found = find(.limits, .cpus, in: resources, of: document) {
            values.cpuLimit = cpus(found, document, environment, place)
        }
        if let found = find(.reservations, .cpus, in: resources, of: document) {
            values.cpuReservation = cpus(found, document, environment, place)
        }
        if let found = find(.limits, .memory, in: resources, of: document) {
            values.memoryLimit = memory(found, document, environment, .deploy, place)
        }
        if let found = find(.reservations, .memory, in: resources, of: document) {
            values.memoryReservation = memory(found, document, environment, .deploy, place)
        }
        guard let cpuLimit = values.cpuLimit.known, let memoryLimit = values.memoryLimit.known,
            cpuLimit > Cores(0), memoryLimit > Bytes(0),
            values.cpuReservation.known != nil || values.cpuReservation.isAbsent,
            values.memoryReservation.known != nil || values.memoryReservation.isAbsent
        else { return nil }
        return ResourceTier(
            name: name, cpuLimit: cpuLimit, memoryLimit: memoryLimit,
            cpuReservation: values.cpuReservation.known,
            memoryReservation: values.memoryReservation.known)
    }

    private mutating func find(
        _ group: ComposeKey, _ key: ComposeKey, in resources: NodeID, of document: Int
    ) -> Found? {
        guard let found = find(group, in: resources, of: document),
            let mapping = documents[document].tree.mapping(found.value)
        else { return nil }
        return find(key, in: mapping, of: document)
    }
}
