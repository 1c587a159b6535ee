/// A hash of what every node means: an alias hashes as its target, so that sharing costs nothing. Equal
/// text has equal fingerprints, in other trees of the same process too.
struct Fingerprints {
    private var values: [Int]
    private let tree: YAMLTree

    init(_ tree: YAMLTree) {
        self.tree = tree
        values = [Int](repeating: 0, count: tree.nodes.count)
        if let root = tree.root { compute(root) }
    }

    subscript(node: NodeID) -> Int { values[Int(node.rawValue)] }

    /// The values of all keys in effect.
    func entries(of mapping: NodeID, _ resolver: MergeResolver) -> [String: Int] {
        var result: [String: Int] = [:]
        for entry in resolver.entries(of: mapping) { result[entry.name] = self[entry.value] }
        return result
    }

    /// In the order of the text, where an alias's target is always complete before the alias; the
    /// recursion is as deep as the nesting, which `YAMLParser.depthMax` bounds.
    private mutating func compute(_ id: NodeID) {
        let node = tree[id]
        if node.kind == .alias {
            values[Int(id.rawValue)] = self[tree.resolved(id)]
            return
        }
        var hasher = Hasher()
        hasher.combine(node.kind)
        hasher.combine(tree.tags[id])
        if node.kind == .scalar {
            hasher.combine(node.isPlain)
            tree.decoded.withUnsafeBytes {
                hasher.combine(bytes: .init(rebasing: $0[Int(node.textStart)..<Int(node.textEnd)]))
            }
        }
        for child in tree.children(of: id) {
            compute(child)
            hasher.combine(self[child])
        }
        values[Int(id.rawValue)] = hasher.finalize()
    }
}
