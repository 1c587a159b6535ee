extension YAMLTree {
    /// A node as a snippet that means the same elsewhere in the document; nil for what cannot be moved
    /// safely: block scalars, texts of several lines, tags.
    ///
    /// - Parameter source: the text of the tree.
    func copy(_ id: NodeID, from source: SourceText) -> Snippet? {
        let node = self[id]
        if node.kind == .alias { return .raw("*\(text(of: id))") }
        // What has a name is called by it: a second definition would shadow the first.
        if let anchor = anchorNames[id] { return .raw("*\(anchor)") }
        guard !node.hasTag else { return nil }
        switch node.kind {
        case .alias: return nil
        case .scalar:
            if node.start == node.end { return .raw("null") }
            let text = source.text(in: node.span)
            guard
                !text.utf8.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
            else { return nil }
            return .raw(text)
        case .sequence:
            var items: [Snippet] = []
            for child in children(of: id) {
                guard let item = copyInFlow(child, from: source) else { return nil }
                items.append(item)
            }
            return .sequence(items)
        case .mapping:
            var copies: [Snippet.Entry] = []
            for (key, value) in entries(of: id) {
                guard self[key].kind == .scalar,
                    let copy = node.isFlow
                        ? copyInFlow(value, from: source) : copy(value, from: source)
                else { return nil }
                copies.append(
                    Snippet.Entry(key: source.text(in: self[key].span), value: copy))
            }
            // Its braces show how its author writes such things.
            if node.isFlow { return .raw("{" + Snippet.flow(copies) + "}") }
            return .mapping(copies)
        }
    }

    /// In brackets, plain text must not hold what ends it there.
    private func copyInFlow(_ id: NodeID, from source: SourceText) -> Snippet? {
        if self[id].kind == .scalar, self[id].isPlain,
            text(of: id).utf8.contains(where: { Array(",[]{}#:".utf8).contains($0) })
        {
            // Between brackets of its author it stands as it does.
            let text = source.text(in: self[id].span)
            return text.contains(",") || text.contains("{") || text.contains("[")
                || text.contains("}") || text.contains("]") || text.contains("#")
                ? nil : .raw(text)
        }
        return copy(id, from: source)
    }
}
