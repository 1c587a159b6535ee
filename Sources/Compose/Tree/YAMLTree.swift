/// A YAML document as its author spelled it: aliases stay aliases, duplicate keys stay, and every node
/// knows the exact bytes it came from. Nodes live in one array, so that a large file costs no
/// allocation a node.
package struct YAMLTree: Sendable {
    var nodes: [YAMLNode] = []
    /// The decoded scalars and alias names, one after the other.
    var decoded: [UInt8] = []
    var anchorNames: [NodeID: String] = [:]
    var tags: [NodeID: String] = [:]
    /// Every definition of an anchor, in the order of the text: YAML allows to define one again.
    var anchorDefinitions: [String: [NodeID]] = [:]
    /// The top nodes of the documents in the stream. Compose merges several as it merges several files.
    package internal(set) var roots: [NodeID] = []
    /// Whether any node has one of Compose's own tags, `!reset` and `!override`.
    var hasComposeTags = false

    /// Of the first document; nil for an empty stream.
    package var root: NodeID? { roots.first }

    subscript(id: NodeID) -> YAMLNode {
        get { nodes[Int(id.rawValue)] }
        set { nodes[Int(id.rawValue)] = newValue }
    }
}

/// A node's place in its tree. A parent comes before its children, an anchor before its aliases.
package struct NodeID: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static func < (left: NodeID, right: NodeID) -> Bool { left.rawValue < right.rawValue }
}

package struct YAMLNode: Sendable {
    package enum Kind: UInt8, Sendable { case scalar, mapping, sequence, alias }

    package let kind: Kind
    /// A scalar without quotes and without block style.
    var isPlain = false
    /// A mapping or sequence in braces or brackets.
    var isFlow = false
    /// A mapping that has at least one merge key (`<<:`) of its own.
    var hasMerge = false
    var hasAnchor = false
    var hasTag = false
    /// The node's bytes, an anchor or tag before it included. A block collection ends with its last
    /// child: libyaml's own mark lies after the comments that follow.
    var start: Int32
    var end: Int32
    /// Where the decoded scalar or the alias's name lies in `YAMLTree.decoded`.
    var textStart: Int32 = 0
    var textEnd: Int32 = 0
    /// Of a mapping, the keys that it has itself, and those with what it merges (more than there are where
    /// some are reset).
    var ownKeys: ComposeKeys = []
    var reachableKeys: ComposeKeys = []
    /// The first child (keys and values of a mapping alternate); of an alias, its target.
    var first: NodeID?
    var next: NodeID?

    package var span: Range<Int> { Int(start)..<Int(end) }
}

extension YAMLTree {
    func text(of id: NodeID) -> String {
        let node = self[id]
        return String(decoding: decoded[Int(node.textStart)..<Int(node.textEnd)], as: UTF8.self)
    }

    func bytes(of id: NodeID) -> ArraySlice<UInt8> {
        let node = self[id]
        return decoded[Int(node.textStart)..<Int(node.textEnd)]
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

    func isMergeKey(_ key: NodeID) -> Bool {
        let node = self[key]
        let start = Int(node.textStart)
        return node.kind == .scalar && node.isPlain
            && (!node.hasTag || tags[key] == "tag:yaml.org,2002:merge")
            && Int(node.textEnd) == start + 2 && decoded[start] == UInt8(ascii: "<")
            && decoded[start + 1] == UInt8(ascii: "<")
    }

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
        guard self[target].kind == .scalar, self[target].isPlain, !self[target].hasTag
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
