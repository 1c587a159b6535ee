extension ModelReader {
    /// Compose 2.17 and newer refuse a whole file for any key that a mapping has twice.
    mutating func warnOfDuplicateKeys() {
        var names: [NodeID: String] = [:]
        for service in services where service.entry.merge == nil {
            names[service.entry.value] = service.name
        }
        for index in tree.nodes.indices where tree.nodes[index].kind == .mapping {
            let mapping = NodeID(rawValue: Int32(index))
            guard hasDuplicates(mapping) else { continue }
            let place = names[mapping].map { "service \($0)" } ?? "a mapping"
            warnOfMerges(in: mapping, place)
            warnOfKeys(in: mapping, place)
        }
    }

    private func hasDuplicates(_ mapping: NodeID) -> Bool {
        guard let first = tree[mapping].first, let value = tree[first].next,
            tree[value].next != nil
        else { return false }
        // Most mappings are small, and comparing a few keys is faster than hashing them.
        var earlier: [ArraySlice<UInt8>] = []
        var seen: Set<ArraySlice<UInt8>> = []
        for (key, _) in tree.entries(of: mapping) {
            guard let scalar = tree.scalar(key) else { continue }
            let bytes = tree.bytes(of: scalar)
            if earlier.count < 16 {
                if earlier.contains(where: { $0 == bytes }) { return true }
                earlier.append(bytes)
            } else if earlier.contains(where: { $0 == bytes }) || !seen.insert(bytes).inserted {
                return true
            }
        }
        return false
    }

    private mutating func warnOfMerges(in mapping: NodeID, _ place: String) {
        let merges = tree.entries(of: mapping).filter { tree.isMergeKey($0.key) }
        guard merges.count > 1, let last = merges.last else { return }
        let lines = merges.map { line(of: $0.key) }
        let folded = tree.mergeSourcesByPrecedence(of: mapping).map(spelling(ofMerge:))
        let times = merges.count == 2 ? "twice" : "\(merges.count) times"
        warn(
            at: last.key,
            "\(place) has `<<` \(times) (lines \(lines.map(String.init).joined(separator: ", "))); "
                + "Compose 2.17 and newer refuse the whole file. The last one wins where it was "
                + "accepted, so this means the same: `<<: [\(folded.joined(separator: ", "))]`",
            kind: .duplicateMerge)
    }

    private func spelling(ofMerge source: NodeID) -> String {
        tree[source].kind == .alias ? "*\(tree.text(of: source))" : "{…}"
    }

    private mutating func warnOfKeys(in mapping: NodeID, _ place: String) {
        var first: [String: NodeID] = [:]
        for (key, _) in tree.entries(of: mapping) where !tree.isMergeKey(key) {
            guard let name = tree.keyText(key) else { continue }
            if let earlier = first[name] {
                warn(
                    at: key,
                    "\(place) has the key \(name) again (first on line \(line(of: earlier))); "
                        + "Compose 2 refuses the whole file, so remove one")
            } else {
                first[name] = key
            }
        }
    }
}
