/// Chooses the edit of each service: the alias token that its tier comes from, where swapping this one
/// token is all it takes. Everything else is refused with the reason.
struct Planner {
    enum Outcome {
        case edit(ByteEdit)
        case unchanged
        case refused(PatchRefusal.Reason, at: NodeID?, String)
    }

    /// Enough names for a person to read, and how many there are.
    struct Dependents {
        private(set) var names: [String] = []
        private(set) var count = 0

        mutating func add(_ name: String) {
            count += 1
            if names.count <= 5 { names.append(name) }
        }
    }

    let file: ComposeFile
    let tree: YAMLTree
    var resolver: MergeResolver
    var differences: TierDifferences
    /// Which services a mapping gives their `deploy`, directly or through merges.
    let dependents: [NodeID: Dependents]
    /// Which services name a service in `extends`.
    let extended: [String: String]
    /// The first alias of each node that has one.
    let firstAliases: [NodeID: NodeID]
    /// The key `services:` where its mapping stands elsewhere.
    let servicesAlias: NodeID?

    init(_ file: ComposeFile) {
        self.file = file
        tree = file.tree
        var resolver = MergeResolver(file.tree)
        differences = TierDifferences(file.tree, Fingerprints(file.tree))
        var dependents: [NodeID: Dependents] = [:]
        var extended: [String: String] = [:]
        for service in file.services {
            guard let node = file.tree.mapping(service.entry.value) else { continue }
            let deploy = resolver.find(.deploy, in: node)
            let sources = [node] + (deploy?.merges.map(file.tree.resolved) ?? [])
            for source in sources where file.tree[source].hasAnchor {
                dependents[source, default: Dependents()].add(service.name)
            }
            if let base = Self.extendedService(of: node, &resolver) {
                extended[base] = service.name
            }
        }
        servicesAlias = resolver.find(.services, in: file.root).flatMap { found in
            found.merges.isEmpty && file.tree[found.value].kind == .mapping ? nil : found.key
        }
        self.resolver = resolver
        self.dependents = dependents
        self.extended = extended
        firstAliases = Self.firstAliases(file.tree)
    }

    /// - Parameter assignments: tier names by service name.
    mutating func plan(_ assignments: [String: String]) -> PatchPlan {
        let tiers = Dictionary(uniqueKeysWithValues: file.tiers.map { ($0.name, $0) })
        var edits: [ByteEdit] = []
        var refusals: [PatchRefusal] = []
        var unchanged: [String] = []
        var assigned: [String: String] = [:]
        for service in file.services {
            guard let tierName = assignments[service.name] else { continue }
            switch outcome(service, tierName, tiers[tierName]) {
            case .edit(let edit):
                edits.append(edit)
                assigned[service.name] = tierName
            case .unchanged: unchanged.append(service.name)
            case .refused(let reason, let node, let text):
                refusals.append(
                    PatchRefusal(
                        service: service.name, reason: reason, line: node.map(line(of:)),
                        text: text))
            }
        }
        let known = Set(file.services.map(\.name))
        for name in assignments.keys.sorted() where !known.contains(name) {
            refusals.append(
                PatchRefusal(
                    service: name, reason: .unknownService, line: nil,
                    text: "\(file.path) has no service of this name; is it in another file?"))
        }
        edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        return PatchPlan(
            file: file, edits: edits, refusals: refusals, unchanged: unchanged,
            assigned: assigned)
    }

    private mutating func outcome(
        _ service: ComposeService, _ tierName: String, _ tier: ComposeTier?
    ) -> Outcome {
        guard let wanted = tier else { return refuseUnknownTier(tierName) }
        // Another tier, or none, with the very same resources is as good: nothing would be saved.
        let hasItsResources = service.resources.isEquivalent(to: ComposeResources(wanted.tier))
        if service.tier == tierName || hasItsResources { return .unchanged }
        guard let node = tree.mapping(service.entry.value) else {
            return .refused(
                .notAMapping, at: service.entry.key,
                "the service is no mapping; Compose refuses the file, so give it an image first")
        }
        if let refusal = refuseIndirectService(service, node) { return refusal }
        if let refusal = refuseExtends(service, node) { return refusal }
        if let refusal = refuseOlderFamily(node, wanted) { return refusal }
        guard let deploy = resolver.find(.deploy, in: node) else {
            return .refused(
                .noTier, at: service.entry.key,
                "no tier and no `deploy:` is in it; add `<<: *\(wanted.anchor)` to it by hand")
        }
        guard let source = deploy.merges.first else {
            return refuseOwnDeploy(node, deploy, wanted)
        }
        if let refusal = refuseSource(source, deploy, wanted) { return refusal }
        if let refusal = refuseOtherDeploys(node, source, wanted) { return refusal }
        if let refusal = refuseSharedText(service, node, source) { return refusal }
        if let refusal = refuseAnchorPosition(source, wanted) { return refusal }
        let current = tree.resolved(source)
        if let refusal = refuseOtherKeys(node, from: current, to: wanted, at: source) {
            return refusal
        }
        let range = tree[source].span
        return .edit(
            ByteEdit(
                range: range, old: Array(file.bytes[range]), new: Array("*\(wanted.anchor)".utf8),
                line: line(of: source),
                reason: "\(service.name): tier \(service.tier ?? "none") to \(wanted.name)"))
    }

    func line(of node: NodeID) -> Int { file.source.line(at: tree[node].span.lowerBound) }

    private static func firstAliases(_ tree: YAMLTree) -> [NodeID: NodeID] {
        var first: [NodeID: NodeID] = [:]
        for index in tree.nodes.indices where tree.nodes[index].kind == .alias {
            guard let target = tree.nodes[index].first, first[target] == nil else { continue }
            first[target] = NodeID(rawValue: Int32(index))
        }
        return first
    }

    /// The service named by `extends`, where it is one of the same file.
    static func extendedService(of node: NodeID, _ resolver: inout MergeResolver) -> String? {
        guard let extends = resolver.find(.extends, in: node) else { return nil }
        let tree = resolver.tree
        guard let mapping = tree.mapping(extends.value) else { return tree.keyText(extends.value) }
        guard let name = resolver.find(.service, in: mapping) else { return nil }
        return tree.keyText(name.value)
    }
}

extension ComposeFile {
    /// Plans the smallest edits that give services their tiers.
    ///
    /// - Parameter assignments: the wanted tier's name by service name.
    package func plan(assigning assignments: [String: String]) -> PatchPlan {
        var planner = Planner(self)
        return planner.plan(assignments)
    }
}
