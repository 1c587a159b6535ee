/// The amounts of a service that writes them all into a `deploy:` of its own, without merges, aliases, anchors and the
/// older family. Most services are written so that have any amounts, and then a look at their text is enough.
struct PlainAmounts {
    let deploy: NodeID
    private var leaves = PlainLeaves()

    /// The scalar, which is not null; nil where the amount is not written.
    subscript(key: ResourceKey) -> NodeID? {
        switch key {
        case .cpuLimit: leaves.cpuLimit
        case .memoryLimit: leaves.memoryLimit
        case .pidsLimit: leaves.pidsLimit
        case .cpuReservation: leaves.cpuReservation
        case .memoryReservation: leaves.memoryReservation
        }
    }

    private struct PlainLeaves {
        var cpuLimit, memoryLimit, pidsLimit, cpuReservation, memoryReservation: NodeID?
    }

    /// Nil for a service that is written in another way.
    init?(_ service: NodeID, in tree: YAMLTree) {
        var text = PlainText(tree)
        guard tree.reachableKeys(of: service).isDisjoint(with: .ofOlderFamily),
            text.isOwn(service), let deploy = text.mapping(.deploy, in: service),
            let resources = text.mapping(.resources, in: deploy)
        else { return nil }
        self.deploy = deploy
        if let limits = text.mapping(.limits, in: resources) {
            leaves.cpuLimit = text.scalar(.cpus, in: limits)
            leaves.memoryLimit = text.scalar(.memory, in: limits)
            leaves.pidsLimit = text.scalar(.pids, in: limits)
        }
        if let reservations = text.mapping(.reservations, in: resources) {
            leaves.cpuReservation = text.scalar(.cpus, in: reservations)
            leaves.memoryReservation = text.scalar(.memory, in: reservations)
        }
        guard text.isPlain else { return nil }
    }
}

extension LayerLookup {
    /// Of a service with one layer, which is written where it is defined.
    func plainAmounts(of layers: [ServiceLayer]) -> PlainAmounts? {
        guard layers.count == 1, let node = layers[0].node, layers[0].entry.merge == nil,
            layers[0].entry.value == node
        else { return nil }
        let tree = documents[layers[0].document].tree
        return tree.hasComposeTags ? nil : PlainAmounts(node, in: tree)
    }
}

/// Looks for keys in mappings' own text, and remembers whether all that it met was plain.
private struct PlainText {
    private let tree: YAMLTree
    private(set) var isPlain = true

    init(_ tree: YAMLTree) { self.tree = tree }

    /// Nobody else can use its text, and no key of it is there twice.
    func isOwn(_ mapping: NodeID) -> Bool {
        tree[mapping].traits.isDisjoint(with: [.anchor, .tag, .duplicates])
    }

    mutating func mapping(_ key: ComposeKey, in parent: NodeID) -> NodeID? {
        guard let value = value(key, in: parent) else { return nil }
        if tree[value].kind == .mapping, isOwn(value), !tree[value].hasMerge { return value }
        isPlain = false
        return nil
    }

    mutating func scalar(_ key: ComposeKey, in parent: NodeID) -> NodeID? {
        guard let value = value(key, in: parent) else { return nil }
        let node = tree[value]
        if node.kind == .scalar, !node.hasAnchor, !node.hasTag, !tree.isNull(value) { return value }
        isPlain = false
        return nil
    }

    private func value(_ key: ComposeKey, in parent: NodeID) -> NodeID? {
        guard tree.ownKeys(of: parent).contains(key) else { return nil }
        var next = tree[parent].first
        while let entry = next, let value = tree[entry].next {
            if tree.isKey(entry, key) { return value }
            next = tree[value].next
        }
        return nil
    }
}
