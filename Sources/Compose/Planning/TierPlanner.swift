internal import Measures

extension ComposeModel {
    /// Plans new values for tiers themselves: the scalars in their anchors. Every service that uses one gets
    /// them, through chains of anchors and `extends` too; the plan's decisions name them all.
    ///
    /// - Parameter values: new amounts by the names of tiers.
    package func plan(tiers values: [String: ResourceAmounts]) -> PatchPlan {
        var edits: [Int: [ByteEdit]] = [:]
        var refusals: [PatchRefusal] = []
        var edited: [ComposeTier] = []
        for (name, amounts) in values.sorted(by: { $0.key < $1.key }) {
            guard let tier = tier(name) else {
                refusals.append(
                    PatchRefusal(
                        service: name, reason: .unknownTier, path: path, line: nil,
                        text: "\(path) defines no tier \(name)"))
                continue
            }
            do throws(Planner.Obstacle) {
                let new = try tierEdits(tier, amounts)
                edits[tier.document, default: []] += new
                if !new.isEmpty { edited.append(tier) }
            } catch {
                let file = documents[error.document]
                refusals.append(
                    PatchRefusal(
                        service: name, reason: error.reason, path: file.path,
                        line: file.line(of: error.node), text: error.text))
            }
        }
        let changes = edits.keys.sorted().map { document in
            let file = documents[document]
            return PatchPlan.FileChange(
                path: file.path, original: file.bytes,
                edits: (edits[document] ?? []).merged())
        }
        let plan = PatchPlan(
            model: self, changes: changes.filter { !$0.edits.isEmpty }, refusals: refusals,
            unchanged: [], decisions: tierDecisions(edited, values), wishes: ServiceWishes())
        guard let violation = PlanVerifier(plan).violation() else { return plan }
        let refused = edited.map { tier in
            PatchRefusal(
                service: tier.name, reason: .unverified, path: documents[tier.document].path,
                line: tier.line, text: "\(violation.text); edit the anchor by hand")
        }
        return PatchPlan(
            model: self, changes: [], refusals: refusals + refused, unchanged: [], decisions: [],
            wishes: ServiceWishes())
    }

    private func tierEdits(
        _ tier: ComposeTier, _ amounts: ResourceAmounts
    ) throws(Planner.Obstacle) -> [ByteEdit] {
        let entry = MergeResolver.Entry(name: tier.name, key: tier.node, value: tier.node)
        let layer = ServiceLayer(
            document: tier.document, environment: 0, entry: entry, node: tier.node)
        var writer = DeployWriter(
            self, layer, lookup: LayerLookup(documents: documents, environments: environments))
        if documents[tier.document].isConverted { throw Planner.Obstacle.converted(layer) }
        let now = ComposeResources(tier.tier)
        var wanted = amounts.feasible(beside: now).wanted(spelled: [:])
        let depth =
            switch tier.shape {
            case .service: 0
            case .deploy: 1
            case .resources: 2
            }
        for _ in 0..<depth {
            guard case .mapping(let inner)? = wanted.first?.value else { break }
            wanted = inner
        }
        try writer.ensure(wanted, in: tier.node)
        // A tier has plain values, or it is none.
        precondition(writer.variableEdits.isEmpty, "a tier of variables")
        return writer.edits.map { edit in
            var edit = edit
            edit.line = documents[tier.document].source.line(at: edit.range.lowerBound)
            edit.reason = EditReason("tier \(tier.name): new values for &\(tier.anchor)")
            return edit
        }
    }

    /// Who uses the tiers, by amount: a service may take only some of them from there.
    private func tierDecisions(
        _ tiers: [ComposeTier], _ values: [String: ResourceAmounts]
    ) -> [PatchPlan.Decision] {
        var lookup = LayerLookup(documents: documents, environments: environments)
        var decisions: [PatchPlan.Decision] = []
        for service in services {
            let sites = lookup.resourceSites(of: service.layers)
            var after = service.resources
            var names: [String] = []
            for key in ResourceKey.allCases {
                guard let site = sites.deploy[key] else { continue }
                let layer = service.layers[site.layer]
                guard
                    let tier = tiers.first(where: { tier in
                        tier.document == layer.document
                            && site.steps.contains { $0.owner == tier.node }
                    }), let amounts = values[tier.name]
                else { continue }
                after.set(
                    key, from: amounts.feasible(beside: ComposeResources(tier.tier)))
                if !names.contains(tier.name) { names.append(tier.name) }
            }
            guard !names.isEmpty, !after.isEquivalent(to: service.resources) else { continue }
            decisions.append(
                PatchPlan.Decision(
                    service: service.name, tier: nil, way: .anchorEdited,
                    reason: "\(service.name): uses tier \(names.joined(separator: ", "))",
                    before: service.resources, after: after))
        }
        return decisions
    }
}

extension ComposeResources {
    mutating func set(_ key: ResourceKey, from amounts: ResourceAmounts) {
        switch key {
        case .cpuLimit: if let value = amounts.cpuLimit { cpuLimit = .known(value) }
        case .memoryLimit: if let value = amounts.memoryLimit { memoryLimit = .known(value) }
        case .cpuReservation:
            if let value = amounts.cpuReservation { cpuReservation = .known(value) }
        case .memoryReservation:
            if let value = amounts.memoryReservation { memoryReservation = .known(value) }
        case .pidsLimit: break
        }
    }
}
