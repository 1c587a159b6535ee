import Glibc

/// Where a value was found, from the mapping that was asked to the one that spells it.
struct Found {
    /// The value as it is written: maybe an alias.
    var value: NodeID
    var key: NodeID
    /// The mapping whose own text has the key.
    var owner: NodeID
    /// The merge sources passed on the way (aliases, or mappings written under `<<`), outermost
    /// first; empty for a key of the mapping's own.
    var merges: [NodeID] = []
}

extension Found {
    /// A scalar under a plain key, which is the node before it.
    init(_ scalar: NodeID) {
        let key = NodeID(rawValue: scalar.rawValue - 1)
        self.init(value: scalar, key: key, owner: key)
    }
}

/// Looks keys up through merges by the rule of Compose v1 and PyYAML, which v2 shares wherever it
/// accepts the file: a mapping's own key beats a merged one, in a list of merges the first wins,
/// among several `<<` keys (and other duplicates) the last.
///
/// Nothing is expanded: what a shared mapping answered is remembered, so that the time is linear in the
/// file, however its aliases multiply.
struct MergeResolver {
    let tree: YAMLTree
    /// By node and key, of anchors: only these can be asked again by someone else.
    private var remembered: [Int: Answer] = [:]
    /// The merge sources of the mapping asked last: a service is asked for a dozen keys in a row.
    private var latest: (mapping: NodeID, sources: [NodeID])?

    private enum Answer {
        case absent
        case own(key: NodeID, value: NodeID)
        case merged(from: NodeID)
    }

    init(_ tree: YAMLTree) { self.tree = tree }

    /// - Parameter mapping: a mapping, not an alias.
    mutating func find(_ key: ComposeKey, in mapping: NodeID) -> Found? {
        var merges: [NodeID] = []
        var owner = mapping
        while true {
            switch answer(key, in: owner) {
            case .absent: return nil
            case .own(let key, let value):
                return Found(value: value, key: key, owner: owner, merges: merges)
            case .merged(let source):
                merges.append(source)
                owner = tree.resolved(source)
            }
        }
    }

    /// The value under a path of keys, through aliases and merges at every level.
    mutating func find(_ path: ComposeKey..., in mapping: NodeID) -> Found? {
        var found: Found?
        var place: NodeID? = mapping
        for key in path {
            guard let mapping = place, let next = find(key, in: mapping) else { return nil }
            found = next
            place = tree.mapping(next.value)
        }
        return found
    }

    /// Recursion is bounded by `YAMLParser.mergeDepthMax`.
    private mutating func answer(_ key: ComposeKey, in mapping: NodeID) -> Answer {
        let node = tree[mapping]
        guard tree.reachableKeys(of: mapping).contains(key) else { return .absent }
        guard node.hasAnchor else { return search(key, in: mapping, node) }
        let question = Int(mapping.rawValue) << 8 | Int(key.rawValue)
        if let known = remembered[question] { return known }
        let answer = search(key, in: mapping, node)
        remembered[question] = answer
        return answer
    }

    private mutating func search(
        _ key: ComposeKey, in mapping: NodeID, _ node: YAMLNode
    ) -> Answer {
        var answer = Answer.absent
        if tree.ownKeys(of: mapping).contains(key) {
            for (entry, value) in tree.entries(of: mapping) where tree.isKey(entry, key) {
                // Compose drops a key whose value is `!reset` before it merges.
                if tree.isReset(value) { continue }
                answer = .own(key: entry, value: value)
            }
            if case .own = answer { return answer }
        }
        guard node.hasMerge else { return .absent }
        for source in sources(of: mapping) {
            guard let target = tree.mapping(source) else { continue }
            if case .absent = self.answer(key, in: target) { continue }
            return .merged(from: source)
        }
        return .absent
    }
}

extension MergeResolver {
    /// Whether `!reset` or `!override` stands at this key: Compose then forgets what lower layers have
    /// there.
    func isCutOff(_ key: ComposeKey, in mapping: NodeID, isAlias: Bool = false) -> Bool {
        guard tree.hasComposeTags else { return false }
        var visited: Set<NodeID> = []
        return isCutOff(key, in: mapping, isAlias: isAlias, &visited)
    }

    /// As Compose's own program does it: tags count through a single merge and not through a list of them,
    /// and a `!reset` behind an anchor is taken out where it stands.
    private func isCutOff(
        _ key: ComposeKey, in mapping: NodeID, isAlias: Bool, _ visited: inout Set<NodeID>
    ) -> Bool {
        guard visited.insert(mapping).inserted else { return false }
        for (entry, value) in tree.entries(of: mapping) {
            if tree.isMergeKey(entry) {
                guard let target = tree.mapping(value) else { continue }
                let isBehindAlias = isAlias || tree[value].kind == .alias
                if isCutOff(key, in: target, isAlias: isBehindAlias, &visited) { return true }
            } else if tree.isKey(entry, key) {
                if tree.isOverride(value) || !isAlias && tree.isReset(value) { return true }
            }
        }
        return false
    }

    private mutating func sources(of mapping: NodeID) -> [NodeID] {
        if let latest, latest.mapping == mapping { return latest.sources }
        let sources = tree.mergeSourcesByPrecedence(of: mapping)
        latest = (mapping, sources)
        return sources
    }
}

extension NodeTree {
    /// Whether a merge source is the value of `<<` itself, and no item of a list.
    func isMergeValue(_ source: NodeID) -> Bool {
        // Siblings are linked: only the value of a key follows a merge key.
        source.rawValue > 0 && nodes[Int(source.rawValue) - 1].next == source
            && isMergeKey(NodeID(rawValue: source.rawValue - 1))
    }

    /// Compares UTF-8 in place: a large file asks this a million times.
    func isKey(_ node: NodeID, _ key: ComposeKey) -> Bool {
        let target = resolved(node)
        let scalar = self[target]
        let spelling = key.bytes
        guard scalar.kind == .scalar, Int(scalar.textEnd - scalar.textStart) == spelling.count
        else { return false }
        return texts.withBytes(of: scalar) { text in
            spelling.withUnsafeBytes { spelling in
                guard let one = text.baseAddress, let other = spelling.baseAddress else {
                    return true
                }
                return memcmp(one, other, text.count) == 0
            }
        }
    }

    /// What the value of one `<<` names: one source, or the items of a list.
    func mergeSources(_ value: NodeID) -> [NodeID] {
        sequence(value).map { Array(children(of: $0)) } ?? [value]
    }

    /// All of a mapping's merge sources, the one that wins first.
    func mergeSourcesByPrecedence(of mapping: NodeID) -> [NodeID] {
        var sources: [NodeID] = []
        for (key, value) in entries(of: mapping) where isMergeKey(key) {
            sources.insert(contentsOf: mergeSources(value), at: 0)
        }
        return sources
    }
}
