extension MergeResolver {
    struct Entry {
        var name: String
        var key: NodeID
        var value: NodeID
        /// Nil for a key of the mapping's own, else the outermost merge source that brought it.
        var merge: NodeID?
    }

    /// All keys in effect: the mapping's own in the order of the text, then merged ones. Each mapping
    /// that is merged is visited once.
    func entries(of mapping: NodeID) -> [Entry] {
        if !tree[mapping].hasMerge, !tree[mapping].traits.contains(.duplicates) {
            var result: [Entry] = []
            // Of `services:` in a large file; what is not touched costs nothing.
            let size = tree[mapping].span.count
            if size > 1 << 16 { result.reserveCapacity(size / 64) }
            for (key, value) in tree.entries(of: mapping) where !tree.isReset(value) {
                guard let name = tree.keyText(key) else { continue }
                result.append(Entry(name: name, key: key, value: value))
            }
            return result
        }
        var result: [Entry] = []
        var places: [String: Int] = [:]
        var visited: Set<NodeID> = []
        collect(mapping, through: nil, &result, &places, &visited)
        return result
    }

    private func collect(
        _ mapping: NodeID, through merge: NodeID?, _ result: inout [Entry],
        _ places: inout [String: Int], _ visited: inout Set<NodeID>
    ) {
        guard visited.insert(mapping).inserted else { return }
        let inherited = result.count
        for (key, value) in tree.entries(of: mapping) where !tree.isMergeKey(key) {
            guard let name = tree.keyText(key), !tree.isReset(value) else { continue }
            let entry = Entry(name: name, key: key, value: value, merge: merge)
            if let place = places[name] {
                // A duplicate in the same mapping: the last wins. Elsewhere the earlier one did.
                if place >= inherited { result[place] = entry }
            } else {
                places[name] = result.count
                result.append(entry)
            }
        }
        guard tree[mapping].hasMerge else { return }
        for source in tree.mergeSourcesByPrecedence(of: mapping) {
            guard let target = tree.mapping(source) else { continue }
            collect(target, through: merge ?? source, &result, &places, &visited)
        }
    }
}
