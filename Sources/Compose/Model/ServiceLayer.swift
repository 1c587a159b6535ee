/// One of the mappings that together make a service: its text in one file, or the service that this
/// extends. Compose merges them deeply; the first of a list of layers wins.
struct ServiceLayer: Sendable {
    /// An index in `ComposeModel.documents` and one in its environments.
    var document: Int
    var environment: Int
    var entry: MergeResolver.Entry
    /// The service's mapping; nil where its value is none.
    var node: NodeID?
    /// The `extends:` keys that led here, outermost first; empty for a text of the service's own.
    var extends: [Step] = []
    /// Tagged `!override`, or `!reset`: what follows does not count.
    var isCutOff = false

    struct Step: Hashable, Sendable {
        var document: Int
        var key: NodeID
    }
}

extension ServiceLayer {
    /// Nil for a service that is merged in from an anchor itself: its text is not its own.
    func group(_ group: Int32, _ alias: NodeID) -> ComposeService.Source? {
        guard let node, entry.merge == nil else { return nil }
        return ComposeService.Source(node: node, alias: alias, group: group)
    }
}

/// What Compose merges one after the other: a file, or one of several documents in it.
struct ComposeUnit: Sendable {
    var document: Int
    var environment: Int
    var root: NodeID
    /// In the order of the text; services merged in from an anchor follow.
    var services: [MergeResolver.Entry]
    /// What relative paths in it start from.
    var directory: String
    /// Services that are reset here: what lower units have of them does not count.
    var resets: Set<String> = []
    /// `services:` is tagged, and takes the place of all that lower units have.
    var isCutOff = false
    var includes: [ComposeScope] = []
}

/// Files that are merged into one project, in the order of `-f`; or those that one `include` names.
struct ComposeScope: Sendable {
    var units: [ComposeUnit] = []

    /// The only unit, where there is no other and nothing is included.
    var onlyUnit: ComposeUnit? {
        units.count == 1 && units[0].includes.isEmpty ? units[0] : nil
    }

    /// Of all services, each once.
    var names: [String] {
        var seen: Set<String> = []
        return units.flatMap { $0.services.map(\.name) + $0.includes.flatMap(\.names) }
            .filter { seen.insert($0).inserted }
    }
}

/// Where a value in effect is written.
struct ValueSite: Sendable {
    /// The index of the layer.
    var layer: Int
    /// The key of the service that leads there, and what follows below it: many services share that.
    var head: Found
    var tail: [Found] = []

    /// From the service's mapping to the value, a key each.
    var steps: [Found] { [head] + tail }

    var leaf: Found { tail.last ?? head }
}

/// Looks values up through layers, and in each through merges. Nothing is expanded.
struct LayerLookup {
    private(set) var documents: [ComposeDocument]
    private(set) var environments: [ComposeEnvironment]
    var resolvers: [MergeResolver]
    /// What lies below a `deploy` that services share, by document and node.
    private var deployTails: [Int: [[Found]?]] = [:]

    init(documents: [ComposeDocument], environments: [ComposeEnvironment]) {
        self.documents = documents
        self.environments = environments
        resolvers = documents.map { MergeResolver($0.tree) }
    }

    /// The last null that was passed over at the end of a path.
    private(set) var passedNull: (document: Int, found: Found)?

    /// Takes note of it, once.
    mutating func takePassedNull() -> (document: Int, found: Found)? {
        defer { passedNull = nil }
        return passedNull
    }

    /// Gives what is remembered to somebody else, and keeps nothing.
    mutating func moved() -> LayerLookup {
        let moved = self
        self = LayerLookup(documents: [], environments: [])
        return moved
    }

    mutating func append(_ document: ComposeDocument) {
        documents.append(document)
        resolvers.append(MergeResolver(document.tree))
    }

    mutating func append(_ environment: ComposeEnvironment) { environments.append(environment) }

    /// The value in effect at a path; nil where nothing is, or nothing but null: that never takes back
    /// what a lower layer says.
    mutating func site(_ path: [ComposeKey], in layers: [ServiceLayer]) -> ValueSite? {
        let passedBefore = passedNull
        var cut: [ServiceLayer.Step]?
        for index in layers.indices {
            let layer = layers[index]
            if let cut, layer.extends.count > cut.count, layer.extends.starts(with: cut) {
                continue
            }
            guard let node = layer.node else {
                if layer.isCutOff { return nil }
                continue
            }
            // Most keys are nowhere.
            guard isReachable(path[0], in: node, of: layer.document) else {
                if layer.isCutOff { return nil }
                continue
            }
            var steps: [Found] = []
            var isCutOff = layer.isCutOff
            walk(path, in: node, of: layer.document, &steps, &isCutOff)
            if steps.count == path.count, let leaf = steps.last {
                if !documents[layer.document].tree.isNull(leaf.value) {
                    // Compose validates what comes out: a null that something lies under is none.
                    passedNull = passedBefore
                    return ValueSite(
                        layer: index, head: steps[0], tail: Array(steps.dropFirst()))
                }
                passedNull = (layer.document, leaf)
            }
            guard isCutOff else { continue }
            if layer.extends.isEmpty { return nil }
            // Tags of a service that is extended concern what it extends in turn, and nothing else.
            cut = layer.extends
        }
        return nil
    }

    private func isReachable(_ key: ComposeKey, in mapping: NodeID, of document: Int) -> Bool {
        let keys = documents[document].tree.reachableKeys(of: mapping)
        return keys.contains(key)
            || documents[document].tree.hasComposeTags
    }

    /// As far as the path exists in one mapping.
    mutating func walk(
        _ path: [ComposeKey], in mapping: NodeID, of document: Int, _ steps: inout [Found],
        _ isCutOff: inout Bool
    ) {
        let tree = documents[document].tree
        var place: NodeID? = mapping
        var (isBehindAlias, isBehindList) = (false, false)
        for key in path {
            guard let mapping = place else { return }
            if tree.hasComposeTags, !isBehindList,
                resolvers[document].isCutOff(key, in: mapping, isAlias: isBehindAlias)
            {
                isCutOff = true
            }
            guard let found = resolvers[document].find(key, in: mapping) else { return }
            steps.append(found)
            if tree.hasComposeTags {
                isBehindAlias =
                    isBehindAlias || tree[found.value].kind == .alias
                    || found.merges.contains { tree[$0].kind == .alias }
                isBehindList = isBehindList || found.merges.contains { !tree.isMergeValue($0) }
            }
            place = tree.mapping(found.value)
        }
    }
}

extension LayerLookup {
    /// The one anchor that a service merges, where its own text says nothing that decides about resources:
    /// then all services that merge it alike have the same.
    func onlySource(of layers: [ServiceLayer]) -> (alias: NodeID, question: Int)? {
        guard layers.count == 1, let node = layers[0].node else { return nil }
        let layer = layers[0]
        let tree = documents[layer.document].tree
        guard !tree.hasComposeTags, tree[node].hasMerge,
            tree.ownKeys(of: node).isDisjoint(with: .decisive)
        else { return nil }
        var alias: NodeID?
        for (key, value) in tree.entries(of: node) where tree.isMergeKey(key) {
            guard alias == nil, tree[value].kind == .alias else { return nil }
            alias = value
        }
        guard let alias, let target = tree.mapping(alias) else { return nil }
        return (
            alias, (layer.document << 16 | layer.environment) << 32 | Int(target.rawValue)
        )
    }

    /// What lies below the `deploy` of a service that has one layer: for each amount the steps from
    /// `resources` on; nil for what is not there. Asked once for each `deploy`, however many services merge it.
    mutating func tails(of deploy: Found, in document: Int) -> [[Found]?] {
        let tree = documents[document].tree
        guard let mapping = tree.mapping(deploy.value) else { return [] }
        let question = document << 32 | Int(mapping.rawValue)
        if let known = deployTails[question] { return known }
        var result: [[Found]?] = []
        for key in ResourceKey.allCases {
            var steps: [Found] = []
            var isCutOff = false
            walk(Array(key.deployPath.dropFirst()), in: mapping, of: document, &steps, &isCutOff)
            let isThere = steps.count == 3 && !tree.isNull(steps[2].value)
            result.append(isThere ? steps : nil)
        }
        deployTails[question] = result
        return result
    }
}
