extension ModelBuilder {
    /// Compose 2.17 and newer refuse a whole file for any key that a mapping has twice.
    ///
    /// - Parameter names: of services by their values.
    mutating func warnOfDuplicateKeys(in document: Int, services names: [NodeID: String]) {
        let tree = documents[document].tree
        for index in tree.nodes.indices where tree.nodes[index].kind == .mapping {
            let mapping = NodeID(rawValue: Int32(index))
            guard tree.hasDuplicateKeys(mapping) else { continue }
            let place = names[mapping].map { "service \($0)" } ?? "a mapping"
            warnOfMerges(in: mapping, of: document, place)
            warnOfKeys(in: mapping, of: document, place)
        }
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

extension YAMLTree {
    func hasDuplicateKeys(_ mapping: NodeID) -> Bool {
        guard let first = self[mapping].first, let value = self[first].next,
            self[value].next != nil
        else { return false }
        // Most mappings are small, and comparing a few keys is faster than hashing them.
        var earlier: [ArraySlice<UInt8>] = []
        var seen: Set<ArraySlice<UInt8>> = []
        for (key, _) in entries(of: mapping) {
            guard let scalar = scalar(key) else { continue }
            let text = bytes(of: scalar)
            if earlier.count < 16 {
                if earlier.contains(where: { $0 == text }) { return true }
                earlier.append(text)
            } else if earlier.contains(where: { $0 == text }) || !seen.insert(text).inserted {
                return true
            }
        }
        return false
    }
}
