/// A YAML document as its author spelled it: aliases stay aliases, duplicate keys stay, and every node
/// knows the exact bytes it came from. Nodes live in one array, so that a large file costs no
/// allocation a node.
package final class YAMLTree: NodeTree, Sendable {
    let nodes: [YAMLNode]
    let texts: NodeTexts
    let keys: [MappingKeys]
    let tags: [NodeID: String]
    let hasComposeTags: Bool
    let anchorNames: [NodeID: String]
    /// Every definition of an anchor, in the order of the text: YAML allows to define one again.
    let anchorDefinitions: [String: [NodeID]]
    /// Those that have a key twice, in the order in which they end.
    let mappingsWithDuplicates: [NodeID]
    /// The top nodes of the documents in the stream. Compose merges several as it merges several files.
    package let roots: [NodeID]

    /// Of the first document; nil for an empty stream.
    package var root: NodeID? { roots.first }

    init(_ grown: GrowingTree) {
        nodes = grown.nodes
        texts = grown.texts
        keys = grown.keys
        tags = grown.tags
        hasComposeTags = grown.hasComposeTags
        anchorNames = grown.anchorNames
        anchorDefinitions = grown.anchorDefinitions
        mappingsWithDuplicates = grown.mappingsWithDuplicates
        roots = grown.roots
    }
}

/// A tree while it is parsed. A finished one is an object, since everybody holds it and nobody changes it.
struct GrowingTree: NodeTree {
    var nodes: [YAMLNode] = []
    var texts: NodeTexts
    var keys: [MappingKeys] = []
    var tags: [NodeID: String] = [:]
    var hasComposeTags = false
    var anchorNames: [NodeID: String] = [:]
    var anchorDefinitions: [String: [NodeID]] = [:]
    var mappingsWithDuplicates: [NodeID] = []
    var roots: [NodeID] = []

    init(_ file: [UInt8]) { texts = NodeTexts(file) }

    subscript(id: NodeID) -> YAMLNode {
        _read { yield nodes[Int(id.rawValue)] }
        _modify { yield &nodes[Int(id.rawValue)] }
    }
}

/// What can be asked of nodes, in a finished tree and while it is parsed.
protocol NodeTree {
    var nodes: [YAMLNode] { get }
    var texts: NodeTexts { get }
    /// Of each mapping (`YAMLNode.keysIndex`).
    var keys: [MappingKeys] { get }
    var tags: [NodeID: String] { get }
    /// Whether any node has one of Compose's own tags, `!reset` and `!override`.
    var hasComposeTags: Bool { get }
}

/// A node's place in its tree. A parent comes before its children, an anchor before its aliases.
package struct NodeID: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static func < (left: NodeID, right: NodeID) -> Bool { left.rawValue < right.rawValue }
}

/// 28 bytes, since a large file has a million of them.
package struct YAMLNode: Sendable {
    package enum Kind: UInt8, Sendable { case scalar, mapping, sequence, alias }

    struct Traits: OptionSet, Sendable {
        var rawValue: UInt8 = 0

        /// A scalar without quotes and without block style.
        static let plain = Traits(rawValue: 1)
        /// A mapping or sequence in braces or brackets.
        static let flow = Traits(rawValue: 2)
        /// A mapping that has at least one merge key (`<<:`) of its own.
        static let merge = Traits(rawValue: 4)
        static let anchor = Traits(rawValue: 8)
        static let tag = Traits(rawValue: 16)
        /// A merge key itself.
        static let mergeKey = Traits(rawValue: 32)
        /// A mapping that has a key of its own twice.
        static let duplicates = Traits(rawValue: 64)
        /// Some alias stands for it.
        static let aliased = Traits(rawValue: 128)
    }

    package let kind: Kind
    var traits: Traits = []
    /// The node's bytes, an anchor or tag before it included. A block collection ends with its last
    /// child: libyaml's own mark lies after the comments that follow.
    var start: Int32
    var end: Int32
    /// Where the scalar's text or the alias's name lies in `YAMLTree.texts`.
    var textStart: Int32 = 0
    var textEnd: Int32 = 0
    /// Of a collection the first child, of an alias the target, of a key its name's number (`KeyNames`).
    var link: Int32 = -1
    var nextLink: Int32 = -1

    package var span: Range<Int> { Int(start)..<Int(end) }
    var isPlain: Bool { traits.contains(.plain) }
    var isFlow: Bool { traits.contains(.flow) }
    var hasMerge: Bool { traits.contains(.merge) }
    var hasAnchor: Bool { traits.contains(.anchor) }
    var hasTag: Bool { traits.contains(.tag) }

    /// The first child (keys and values of a mapping alternate); of an alias, its target.
    var first: NodeID? { kind == .scalar || link < 0 ? nil : NodeID(rawValue: link) }
    var next: NodeID? { nextLink < 0 ? nil : NodeID(rawValue: nextLink) }

    /// Of a mapping, where its keys lie in `YAMLTree.keys`.
    var keysIndex: Int32 {
        get { textStart }
        set { textStart = newValue }
    }
}

/// Of a mapping, the keys that it has itself, and those with what it merges (more than there are where some
/// are reset).
struct MappingKeys: Sendable {
    var own: ComposeKeys = []
    var reachable: ComposeKeys = []
    /// Through how many mappings the longest chain of its merges leads.
    var mergeDepth = 0
}

extension NodeTree {
    subscript(id: NodeID) -> YAMLNode { nodes[Int(id.rawValue)] }

    func ownKeys(of mapping: NodeID) -> ComposeKeys { keys[Int(self[mapping].keysIndex)].own }

    func reachableKeys(of mapping: NodeID) -> ComposeKeys {
        keys[Int(self[mapping].keysIndex)].reachable
    }

    func text(of id: NodeID) -> String { text(of: self[id]) }

    func text(of node: YAMLNode) -> String {
        String(decoding: texts[node], as: UTF8.self)
    }

    func bytes(of id: NodeID) -> ArraySlice<UInt8> {
        texts[self[id]]
    }

    /// The node itself, or of an alias what it stands for. (A target is never an alias.)
    func resolved(_ id: NodeID) -> NodeID {
        let node = self[id]
        return node.kind == .alias ? node.first ?? id : id
    }

    /// The mapping that a node is or stands for.
    func mapping(_ id: NodeID) -> NodeID? { of(.mapping, id) }
    func sequence(_ id: NodeID) -> NodeID? { of(.sequence, id) }
    func scalar(_ id: NodeID) -> NodeID? { of(.scalar, id) }

    private func of(_ kind: YAMLNode.Kind, _ id: NodeID) -> NodeID? {
        let target = resolved(id)
        return self[target].kind == kind ? target : nil
    }

    /// A key that is text; nil for a key that is a mapping or a sequence.
    func keyText(_ key: NodeID) -> String? { scalar(key).map(text(of:)) }

    func isMergeKey(_ key: NodeID) -> Bool { self[key].traits.contains(.mergeKey) }

    /// Two keys of one mapping have the same where they are the same text; nil for a key that is none.
    func keyNumber(_ key: NodeID) -> Int32? { scalar(key).map { self[$0].link } }

    /// Tagged `!reset`: Compose drops the key, and what earlier files and extended services have there.
    func isReset(_ id: NodeID) -> Bool { hasComposeTags && tag(of: id) == "!reset" }

    /// Tagged `!override`: takes the place of what earlier files and extended services have there.
    func isOverride(_ id: NodeID) -> Bool { hasComposeTags && tag(of: id) == "!override" }

    private func tag(of id: NodeID) -> String? {
        let target = resolved(id)
        return self[target].hasTag ? tags[target] : nil
    }

    /// An empty value, `~` or `null`.
    func isNull(_ id: NodeID) -> Bool {
        let target = resolved(id)
        let node = self[target]
        guard node.kind == .scalar, node.isPlain, !node.hasTag, node.textEnd - node.textStart <= 4
        else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text(of: target))
    }

    func children(of id: NodeID) -> NodeChildren {
        NodeChildren(nodes: nodes, upcoming: self[id].first)
    }

    func entries(of mapping: NodeID) -> MappingEntries {
        MappingEntries(children: children(of: mapping))
    }
}

struct NodeChildren: Sequence, IteratorProtocol {
    let nodes: [YAMLNode]
    var upcoming: NodeID?

    mutating func next() -> NodeID? {
        guard let current = upcoming else { return nil }
        upcoming = nodes[Int(current.rawValue)].next
        return current
    }
}

/// A mapping's own pairs in the order of the text, merge keys and duplicates included.
struct MappingEntries: Sequence, IteratorProtocol {
    var children: NodeChildren

    mutating func next() -> (key: NodeID, value: NodeID)? {
        guard let key = children.next(), let value = children.next() else { return nil }
        return (key, value)
    }
}

extension YAMLTree {
    /// Every alias in the order of the text: its name without `*` and its bytes.
    package var aliases: [(name: String, span: Range<Int>)] {
        nodes.indices.filter { nodes[$0].kind == .alias }.map { index in
            (text(of: NodeID(rawValue: Int32(index))), nodes[index].span)
        }
    }
}
