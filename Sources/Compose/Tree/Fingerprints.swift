/// A hash of what every node means: an alias hashes as its target, so that sharing costs nothing. Equal
/// text has equal fingerprints, in other trees of the same process too; what differs has others, for all that a
/// file can know, since each process mixes in a number of its own.
struct Fingerprints {
    private var values: [UInt64]
    private let tree: YAMLTree

    /// Of all nodes.
    init(_ tree: YAMLTree) {
        self.init(lazily: tree)
        for root in tree.roots { compute(root) }
    }

    /// Of those that are asked for by `value`.
    init(lazily tree: YAMLTree) {
        self.tree = tree
        values = [UInt64](repeating: 0, count: tree.nodes.count)
    }

    subscript(node: NodeID) -> UInt64 { values[Int(node.rawValue)] }

    mutating func value(of node: NodeID) -> UInt64 {
        if self[node] == 0 { compute(node) }
        return self[node]
    }

    /// The values of all keys in effect.
    mutating func entries(of mapping: NodeID, _ resolver: MergeResolver) -> [String: UInt64] {
        var result: [String: UInt64] = [:]
        for entry in resolver.entries(of: mapping) { result[entry.name] = value(of: entry.value) }
        return result
    }

    /// In the order of the text, where an alias's target is always complete before the alias; the
    /// recursion is as deep as the nesting, which `YAMLParser.depthMax` bounds.
    private mutating func compute(_ id: NodeID) {
        let node = tree.nodes[Int(id.rawValue)]
        var mix = Mix()
        switch node.kind {
        case .alias:
            values[Int(id.rawValue)] = value(of: tree.resolved(id))
            return
        case .scalar:
            mix.add(node.isPlain ? 1 : 2)
            tree.texts.withBytes(of: node) { mix.add($0[...]) }
        case .mapping, .sequence:
            mix.add(node.kind == .mapping ? 3 : 4)
            var child = node.first
            while let current = child {
                compute(current)
                mix.add(self[current])
                child = tree.nodes[Int(current.rawValue)].next
            }
        }
        if node.hasTag, let tag = tree.tags[id] {
            mix.add(
                Array(tag.utf8).withUnsafeBytes { bytes in
                    var text = Mix()
                    text.add(bytes[...])
                    return text.value
                })
        }
        values[Int(id.rawValue)] = mix.value
    }

    /// Words, folded by 64 × 64 → 128 bit products.
    private struct Mix {
        private static let seed = UInt64.random(in: .min ... .max)
        private var state = Self.seed

        mutating func add(_ word: UInt64) {
            let product = (state ^ word &+ 0x9E37_79B9_7F4A_7C15)
                .multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93 ^ state >> 32)
            state = product.high ^ product.low
        }

        mutating func add(_ bytes: Slice<UnsafeRawBufferPointer>) {
            var offset = bytes.startIndex
            while bytes.endIndex - offset >= 8 {
                add(bytes.base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var word = UInt64(bytes.count)
            for byte in bytes[offset...] { word = word << 8 | UInt64(byte) }
            add(word)
        }

        /// Never 0, which stands for none yet.
        var value: UInt64 { state | 1 }
    }
}
