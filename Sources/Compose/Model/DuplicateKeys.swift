extension ModelBuilder {
    /// Compose 2.17 and newer refuse a whole file for any key that a mapping has twice.
    ///
    mutating func warnOfDuplicateKeys(in document: Int, _ services: [ComposeService]) {
        let tree = documents[document].tree
        var names: [NodeID: String]?
        for mapping in tree.mappingsWithDuplicates.sorted() {
            let known = names ?? Self.names(of: services, in: document)
            names = known
            let place = known[mapping].map { "service \($0)" } ?? "a mapping"
            warnOfMerges(in: mapping, of: document, place)
            warnOfKeys(in: mapping, of: document, place)
        }
    }

    /// By their mappings, where those are their own.
    private static func names(of services: [ComposeService], in document: Int) -> [NodeID: String] {
        var names: [NodeID: String] = [:]
        for service in services {
            for layer in service.layers where layer.document == document && layer.entry.merge == nil
            {
                names[layer.entry.value] = service.name
            }
        }
        return names
    }

    private mutating func warnOfMerges(
        in mapping: NodeID, of document: Int, _ place: String
    ) {
        let file = documents[document]
        let tree = file.tree
        let merges = tree.entries(of: mapping).filter { tree.isMergeKey($0.key) }
        guard merges.count > 1, let last = merges.last else { return }
        let lines = merges.map { file.line(of: $0.key) }
        let folded = tree.mergeSourcesByPrecedence(of: mapping).map { source in
            tree[source].kind == .alias ? "*\(tree.text(of: source))" : "{…}"
        }
        let times = merges.count == 2 ? "twice" : "\(merges.count) times"
        warn(
            at: last.key, of: document,
            "\(place) has `<<` \(times) (lines \(lines.map(String.init).joined(separator: ", "))); "
                + "Compose 2.17 and newer refuse the whole file. The last one wins where it was "
                + "accepted, so this means the same: `<<: [\(folded.joined(separator: ", "))]`",
            kind: .duplicateMerge)
    }

    private mutating func warnOfKeys(
        in mapping: NodeID, of document: Int, _ place: String
    ) {
        let file = documents[document]
        let tree = file.tree
        var first: [String: NodeID] = [:]
        for (key, _) in tree.entries(of: mapping) where !tree.isMergeKey(key) {
            guard let name = tree.keyText(key) else { continue }
            if let earlier = first[name] {
                warn(
                    at: key, of: document,
                    "\(place) has the key \(name) again (first on line \(file.line(of: earlier))); "
                        + "Compose 2 refuses the whole file, so remove one")
            } else {
                first[name] = key
            }
        }
    }
}
