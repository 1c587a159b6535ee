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
            guard file.rest(of: old, before) == patched.rest(of: new, after) else {
                throw unverified("service \(old.name) would change in more than its resources")
            }
        }
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

extension ComposeFile {
    /// All that a service has in effect, but for its resources.
    fileprivate func rest(of service: ComposeService, _ prints: Fingerprints) -> [String: Int] {
        guard let node = tree.mapping(service.entry.value) else { return [:] }
        var resolver = MergeResolver(tree)
        var rest = prints.entries(of: node, resolver)
        guard
            let deploy = resolver.find(.deploy, in: node).flatMap({ tree.mapping($0.value) })
        else { return rest }
        rest[ComposeKey.deploy.rawValue] = nil
        for (key, value) in prints.entries(of: deploy, resolver)
        where key != ComposeKey.resources.rawValue {
            rest["deploy.\(key)"] = value
        }
        return rest
    }
}
