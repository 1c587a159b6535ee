/// Refusals about the anchor that a tier comes from.
extension Planner {
    /// The `deploy` comes from a merge of the service's own; is that merge an alias of a tier?
    func refuseSource(_ source: NodeID, _ deploy: Found, _ wanted: ComposeTier) -> Outcome? {
        guard tree[source].kind == .alias else {
            return .refused(
                .inlineMerge, at: source,
                "its `deploy:` is in a mapping written under `<<`; edit that by hand")
        }
        let anchored = tree.resolved(source)
        if file.tierNames[anchored] != nil { return nil }
        let shared = others(of: anchored, than: nil) ?? "this service"
        if let step = deploy.merges.last, file.tierNames[deploy.owner] != nil {
            return .refused(
                .chainedAnchor, at: source,
                "the tier comes through \(spelling(source)), which merges \(spelling(step)) on line "
                    + "\(line(of: step)) and gives it to \(shared); change it there for all of "
                    + "them, or write `<<: [*\(wanted.anchor), \(spelling(source))]` here")
        }
        return .refused(
            .anchorIsNoTier, at: source,
            "its `deploy:` comes from \(spelling(source)) (line \(line(of: anchored))), which is no "
                + "tier and gives it to \(shared); write `<<: [*\(wanted.anchor), "
                + "\(spelling(source))]` here if nothing else of that `deploy:` is needed")
    }

    /// With two sources of a `deploy`, which one counts depends on their order.
    mutating func refuseOtherDeploys(
        _ node: NodeID, _ source: NodeID, _ wanted: ComposeTier
    ) -> Outcome? {
        for other in tree.mergeSourcesByPrecedence(of: node) where other != source {
            guard let target = tree.mapping(other), resolver.find(.deploy, in: target) != nil
            else { continue }
            return .refused(
                .severalDeploys, at: source,
                "\(spelling(source)) and \(spelling(other)) (line \(line(of: other))) both bring a "
                    + "`deploy:`, and only the first counts; keep one of them, or write the "
                    + "`deploy:` out")
        }
        return nil
    }

    /// The text around the alias is used again elsewhere, and would change there too.
    func refuseSharedText(
        _ service: ComposeService, _ node: NodeID, _ source: NodeID
    ) -> Outcome? {
        let lists = tree.entries(of: node).lazy.map(\.value).filter { value in
            tree[value].kind == .sequence && tree[value].span.contains(tree[source].span.lowerBound)
        }
        for container in [node, file.servicesNode] + lists {
            guard let use = firstAliases[container], let anchor = tree.anchorNames[container]
            else { continue }
            let heirs = others(of: node, than: service.name).map { " (\($0))" } ?? ""
            return .refused(
                .sharedServiceAnchor, at: container == node ? service.entry.key : container,
                "&\(anchor) shares this text with line \(line(of: use))\(heirs), which would change "
                    + "too; put `<<: [*TIER, *\(anchor)]` there first, or swap it for both by hand")
        }
        return nil
    }

    /// The wanted alias must mean the wanted tier at the place where it will stand.
    func refuseAnchorPosition(_ source: NodeID, _ wanted: ComposeTier) -> Outcome? {
        let definitions = tree.anchorDefinitions[wanted.anchor] ?? []
        if definitions.last(where: { $0 < source }) == wanted.node { return nil }
        if source < wanted.node {
            return .refused(
                .definedAfterUse, at: source,
                "&\(wanted.anchor) is defined only on line \(wanted.line), and an alias must come "
                    + "after its anchor; move the tier to the top of the file")
        }
        let lines = definitions.map { String(line(of: $0)) }.joined(separator: ", ")
        return .refused(
            .anchorRedefined, at: source,
            "&\(wanted.anchor) is defined more than once (lines \(lines)) and means something else "
                + "here; give the definitions different names")
    }

    /// A tier may carry more than resources; swapping it must not change the rest of the service.
    mutating func refuseOtherKeys(
        _ node: NodeID, from current: NodeID, to wanted: ComposeTier, at source: NodeID
    ) -> Outcome? {
        let changed = differences.names(from: current, to: wanted.node, in: node)
        guard !changed.isEmpty else { return nil }
        return .refused(
            .otherKeysChange, at: source,
            "\(spelling(source)) and *\(wanted.anchor) also differ in "
                + "\(changed.joined(separator: ", ")); if that is meant, swap the alias by hand")
    }
}
