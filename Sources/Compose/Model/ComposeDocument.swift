/// One Compose file as it is written: its bytes, and a tree of spans over them. What it means together
/// with other files is a `ComposeModel`. An object, since many hold it and nobody changes it.
package final class ComposeDocument: Sendable {
    package let source: SourceText
    package let tree: YAMLTree
    /// The top mappings of its documents; Compose merges several as if they were files.
    let roots: [NodeID]
    /// It was UTF-16, and the text is a conversion: its offsets are not the file's, so nothing is edited.
    let isConverted: Bool

    package var path: String { source.path }
    package var bytes: [UInt8] { source.bytes }

    /// - Throws: `ComposeError`; every kind about reading text, and `noServices` where no top node is a
    ///   mapping.
    init(bytes: [UInt8], path: String) throws(ComposeError) {
        let converted = try SourceText.utf8(fromUTF16: bytes, path: path)
        isConverted = converted != nil
        source = try SourceText(bytes: converted ?? bytes, path: path)
        tree = try YAMLParser.parse(source)
        var roots: [NodeID] = []
        for top in tree.roots {
            if tree.roots.count == 1, tree.isNull(top) { continue }
            guard let root = tree.mapping(top) else {
                throw ComposeError(
                    .noServices, path: path, at: source.position(at: tree[top].span.lowerBound),
                    "the document is no mapping; a Compose file is one with a `services:` key")
            }
            roots.append(root)
        }
        guard !roots.isEmpty else {
            throw ComposeError(
                .noServices, path: path, at: SourcePosition(line: 1, column: 1),
                "holds no YAML document; add a `services:` mapping")
        }
        self.roots = roots
    }

    /// Reads a whole file.
    package static func bytes(ofFile path: String) throws(ComposeError) -> [UInt8] {
        try SourceText.readFile(path)
    }

    func position(of node: NodeID) -> SourcePosition {
        source.position(at: tree[node].span.lowerBound)
    }

    func line(of node: NodeID) -> Int { source.line(at: tree[node].span.lowerBound) }

    /// An alias or a `<<` source as one would write it.
    func spelling(_ source: NodeID) -> String {
        tree[source].kind == .alias ? "*\(tree.text(of: source))" : "a mapping"
    }
}
