/// Reads the tiers, the services and the warnings out of a tree, once, when a file is opened.
struct ModelReader {
    let source: SourceText
    let tree: YAMLTree
    let root: NodeID
    /// The mapping of services; its value under `services:` may be an alias.
    let servicesNode: NodeID
    var resolver: MergeResolver
    var projectName: String?
    var tiers: [ComposeTier] = []
    var tierNames: [NodeID: String] = [:]
    var tierLines: [String: Int] = [:]
    var unusableTiers: [String: String] = [:]
    var services: [ComposeService] = []
    var warnings: [ComposeWarning] = []
    /// A bad value behind an anchor is warned about once, not for each service that merges it.
    var warnedNodes: Set<NodeID> = []

    /// - Throws: `noServices`.
    init(source: SourceText, tree: YAMLTree) throws(ComposeError) {
        self.source = source
        self.tree = tree
        resolver = MergeResolver(tree)
        guard let top = tree.root, !tree.isNull(top) else {
            throw ComposeError(
                .noServices, path: source.path, "holds no YAML document; add a `services:` mapping")
        }
        guard let root = tree.mapping(top) else {
            throw ComposeError(
                .noServices, path: source.path, at: source.position(at: tree[top].span.lowerBound),
                "the document is no mapping; a Compose file is one with a `services:` key")
        }
        self.root = root
        guard let found = resolver.find(.services, in: root) else {
            throw ComposeError(
                .noServices, path: source.path,
                "there is no `services:` key at the top level; is this a Compose file?")
        }
        guard let servicesNode = tree.mapping(found.value) else {
            throw ComposeError(
                .noServices, path: source.path,
                at: source.position(at: tree[found.key].span.lowerBound),
                "`services:` must be a mapping of service names; add at least one service")
        }
        self.servicesNode = servicesNode
    }

    mutating func readModel() {
        if let found = resolver.find(.name, in: root), let name = tree.scalar(found.value),
            !tree.isNull(name)
        {
            projectName = tree.text(of: name)
        }
        if let found = resolver.find(.include, in: root) {
            warn(at: found.key, "`include:` is not followed; services of other files are not seen")
        }
        readTiers()
        readServices()
        warnOfDuplicateKeys()
    }

    func line(of node: NodeID) -> Int { source.line(at: tree[node].span.lowerBound) }

    mutating func warn(
        at node: NodeID, _ text: String, kind: ComposeWarning.Kind = .other
    ) {
        guard warnedNodes.insert(node).inserted else { return }
        warnings.append(ComposeWarning(kind: kind, line: line(of: node), text: text))
    }
}
