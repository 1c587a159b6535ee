extension PatchPlan {
    /// The patched file, after proof that it is what was asked for.
    ///
    /// Proved are: it parses; the services are the same; each edited service has exactly its tier's
    /// resources and is otherwise unchanged; no other service and nothing outside the services has
    /// changed; planning again finds nothing to do; reversing the edits gives the old bytes.
    ///
    /// - Throws: `unverified` when a proof fails, which is an error of this program.
    package func patchedBytes() throws(ComposeError) -> [UInt8] {
        let bytes = edits.applied(to: file.bytes)
        guard !edits.isEmpty else { return bytes }
        let patched: ComposeFile
        do throws(ComposeError) {
            patched = try ComposeFile(bytes: bytes, path: file.path)
        } catch {
            throw unverified("the patched text does not parse: \(error)")
        }
        let before = Fingerprints(file.tree)
        let after = Fingerprints(patched.tree)
        try verifyServices(of: patched, before, after)
        try verifyRest(of: patched, before, after)
        let again = patched.plan(assigning: assigned)
        guard again.edits.isEmpty, again.refusals.isEmpty else {
            throw unverified("planning again would still change something")
        }
        guard edits.inverted.applied(to: bytes) == file.bytes else {
            throw unverified("reversing the edits does not restore the file")
        }
        return bytes
    }

    private func verifyServices(
        of patched: ComposeFile, _ before: Fingerprints, _ after: Fingerprints
    ) throws(ComposeError) {
        guard patched.services.map(\.name) == file.services.map(\.name) else {
            throw unverified("the list of services would change")
        }
        let tiers = Dictionary(uniqueKeysWithValues: file.tiers.map { ($0.name, $0) })
        var differences = TierDifferences(file.tree, before)
        for (old, new) in zip(file.services, patched.services) {
            guard let tierName = assigned[old.name] else {
                guard before[old.entry.value] == after[new.entry.value],
                    old.resources == new.resources, old.tier == new.tier
                else { throw unverified("service \(old.name) would change as well") }
                continue
            }
            guard let wanted = tiers[tierName], new.tier == tierName,
                new.resources.isEquivalent(to: ComposeResources(wanted.tier))
            else { throw unverified("service \(old.name) would not get tier \(tierName)") }
            let swaps = swaps(
                file.tree, old.entry.value, before, patched.tree, new.entry.value, after)
            guard swaps.count == 1,
                differences.names(from: swaps[0], to: wanted.node, in: old.entry.value).isEmpty
            else { throw unverified("service \(old.name) would change in more than its resources") }
        }
    }

    /// What the merge sources that are not the same any more stood for. Everything else must be the same,
    /// else the answer is empty.
    private func swaps(
        _ oldTree: YAMLTree, _ old: NodeID, _ before: Fingerprints, _ newTree: YAMLTree,
        _ new: NodeID, _ after: Fingerprints
    ) -> [NodeID] {
        var swaps: [NodeID] = []
        var newEntries = newTree.entries(of: new)
        for (key, value) in oldTree.entries(of: old) {
            guard let other = newEntries.next(), before[key] == after[other.key] else { return [] }
            if before[value] == after[other.value] { continue }
            guard oldTree.isMergeKey(key) else { return [] }
            let sources = oldTree.mergeSources(value)
            let others = newTree.mergeSources(other.value)
            guard sources.count == others.count else { return [] }
            for (source, other) in zip(sources, others) where before[source] != after[other] {
                swaps.append(oldTree.resolved(source))
            }
        }
        return newEntries.next() == nil ? swaps : []
    }

    private func verifyRest(
        of patched: ComposeFile, _ before: Fingerprints, _ after: Fingerprints
    ) throws(ComposeError) {
        let name = ComposeKey.services.rawValue
        var old = before.entries(of: file.root, MergeResolver(file.tree))
        var new = after.entries(of: patched.root, MergeResolver(patched.tree))
        old[name] = nil
        new[name] = nil
        guard old == new else {
            throw unverified("something outside `services:` would change")
        }
    }

    private func unverified(_ text: String) -> ComposeError {
        ComposeError(
            .unverified, path: file.path,
            "not patched: \(text). This is a defect of rightsize; please report it with the file")
    }
}
