/// Proves a plan before anyone sees it: the patched files parse; the services are the same; each edited
/// service has exactly what was wished for, and nothing else of it has changed; no other service and nothing
/// outside the services has; planning again finds nothing to do; reversing the edits gives the old bytes.
struct PlanVerifier {
    private let plan: PatchPlan
    private var model: ComposeModel { plan.model }

    struct Violation {
        /// Whose edit is to blame; nil where that is not known.
        var service: String?
        var text: String
    }

    init(_ plan: PatchPlan) { self.plan = plan }

    func violation() -> Violation? {
        guard !plan.isEmpty else { return nil }
        for change in plan.changes {
            for (left, right) in zip(change.edits, change.edits.dropFirst())
            where left.range.upperBound > right.range.lowerBound {
                return Violation(
                    service: right.reason.service, text: "its text is changed for another too")
            }
        }
        var files: [String: [UInt8]] = [:]
        for change in plan.changes {
            files[change.path] = change.patched
            guard change.edits.inverted.applied(to: change.patched) == change.original else {
                return Violation(text: "reversing the edits does not restore the file")
            }
        }
        let patched: ComposeModel
        do throws(ComposeError) {
            patched = try model.replacing(files)
        } catch {
            return Violation(text: "the patched text does not parse: \(error)")
        }
        guard patched.services.elementsEqual(model.services, by: { $0.name == $1.name }) else {
            return Violation(text: "the list of services would change")
        }
        let decided = decisionsByService
        var comparison = ServiceComparison(model, patched)
        if let found = changedServices(patched, decided, &comparison)
            ?? changedRest(patched, comparison)
        {
            return found
        }
        if let found = changedVariables(patched) { return found }
        if let rejection = patched.rejections.first(where: { !model.rejections.contains($0) }) {
            // A line may have moved; a new reason to refuse the file may not.
            guard patched.rejections.count == model.rejections.count else {
                return Violation(text: "Compose would refuse the file: \(rejection)")
            }
        }
        var planner = Planner(patched)
        for (index, service) in patched.services.enumerated() where decided[index] != nil {
            guard let wish = plan.wishes[index] else { continue }
            if !planner.isSatisfied(wish, service) {
                return Violation(
                    service: service.name, text: "planning again would still change something")
            }
        }
        return nil
    }

    /// For each service the place of its decision; nil for those that are not edited.
    private var decisionsByService: [Int?] {
        var next = 0
        return model.services.map { service in
            guard next < plan.decisions.count, plan.decisions[next].service == service.name else {
                return nil
            }
            defer { next += 1 }
            return next
        }
    }

    private func changedServices(
        _ patched: ComposeModel, _ decided: [Int?], _ comparison: inout ServiceComparison
    ) -> Violation? {
        for (index, (old, new)) in zip(model.services, patched.services).enumerated() {
            let blamed = decided[index] == nil ? nil : old.name
            if let place = decided[index] {
                let decision = plan.decisions[place]
                guard new.resources.isEquivalent(to: decision.after) else {
                    return Violation(
                        service: old.name, text: "it would not get exactly what is wanted")
                }
            } else if !new.resources.isEquivalent(to: old.resources) {
                return Violation(
                    service: nil, text: "service \(old.name) would change as well")
            }
            if new.hasConflictingFamilies, !old.hasConflictingFamilies {
                return Violation(
                    service: blamed,
                    text:
                        "Compose would refuse service \(old.name), whose two families would differ")
            }
            guard new.resources.pidsLimit == old.resources.pidsLimit,
                new.replicas == old.replicas, comparison.isRestEqual(old, new)
            else {
                return Violation(
                    service: blamed,
                    text: "service \(old.name) would change in more than its resources")
            }
        }
        return nil
    }

    /// Of the variables of `.env` files only those may change that are nothing but amounts.
    private func changedVariables(_ patched: ComposeModel) -> Violation? {
        let paths = Set(model.environmentFiles.map(\.path))
        guard plan.changes.contains(where: { paths.contains($0.path) }) else { return nil }
        guard patched.environmentFiles.map(\.path) == model.environmentFiles.map(\.path) else {
            return Violation(text: "a `.env` file would not be read any more")
        }
        let uses = VariableUses(model)
        for (old, new) in zip(model.environmentFiles, patched.environmentFiles) {
            let (before, after) = (DotEnv.entries(of: old), DotEnv.entries(of: new))
            guard before.map(\.name) == after.map(\.name) else {
                return Violation(text: "\(old.path) would get other variables")
            }
            for (left, right) in zip(before, after) where left.value != right.value {
                guard let other = uses.others[left.name] else { continue }
                return Violation(
                    text: "\(left.name) of \(old.path) is used in \(other.path):\(other.line) too")
            }
        }
        return nil
    }

    /// Outside `services:` only `x-…` may change, and only where an edit is in it.
    private func changedRest(
        _ patched: ComposeModel, _ comparison: ServiceComparison
    ) -> Violation? {
        for (document, change) in model.documents.indices.compactMap({ index in
            plan.changes.first { $0.path == model.documents[index].path }.map { (index, $0) }
        }) {
            let (old, new) = (model.documents[document], patched.documents[document])
            let (before, after) = (comparison.before[document], comparison.after[document])
            guard old.roots.count == new.roots.count else {
                return Violation(text: "the documents would change")
            }
            for (oldRoot, newRoot) in zip(old.roots, new.roots) {
                let oldEntries = Array(old.tree.entries(of: oldRoot))
                let newEntries = Array(new.tree.entries(of: newRoot))
                guard oldEntries.count == newEntries.count else {
                    return Violation(text: "something outside `services:` would change")
                }
                for (left, right) in zip(oldEntries, newEntries) {
                    if before[left.key] == after[right.key],
                        before[left.value] == after[right.value]
                            || old.tree.isKey(left.key, .services)
                    {
                        continue
                    }
                    // What an extension merges may have changed; its own text only where it is edited.
                    let isExtension = old.tree.keyText(left.key)?.hasPrefix("x-") ?? false
                    let span = old.tree[left.value].span
                    let isEdited = change.edits.contains {
                        span.overlaps($0.range) || span.contains($0.range.lowerBound)
                    }
                    let isSameText =
                        old.bytes[span].elementsEqual(new.bytes[new.tree[right.value].span])
                    guard isExtension, before[left.key] == after[right.key], isEdited || isSameText
                    else {
                        return Violation(text: "something outside `services:` would change")
                    }
                }
            }
        }
        return nil
    }
}

/// Compares what two models make of a service beside its amounts.
struct ServiceComparison {
    private let old: ComposeModel
    private let new: ComposeModel
    /// By document.
    let before: [Fingerprints]
    let after: [Fingerprints]
    private let resolvers: (old: [MergeResolver], new: [MergeResolver])
    private var equalDeploys: [DeployPair: Bool] = [:]

    private struct DeployPair: Hashable {
        var left: NodeID?
        var leftDocument: Int
        var right: NodeID?
        var rightDocument: Int
    }

    private var weights: (old: [MergeWeights], new: [MergeWeights])

    init(_ old: ComposeModel, _ new: ComposeModel) {
        self.old = old
        self.new = new
        before = old.documents.map { Fingerprints($0.tree) }
        after = new.documents.map { Fingerprints($0.tree) }
        resolvers = (
            old.documents.map { MergeResolver($0.tree) },
            new.documents.map { MergeResolver($0.tree) }
        )
        weights = (
            old.documents.map { MergeWeights($0.tree) }, new.documents.map { MergeWeights($0.tree) }
        )
    }

    /// Keys of a service that hold amounts; `memswap_limit` follows `mem_limit`.
    static let amountKeys: Set<String> = [
        "mem_limit", "mem_reservation", "memswap_limit", "cpus", "cpu_quota",
    ]

    mutating func isRestEqual(_ left: ComposeService, _ right: ComposeService) -> Bool {
        guard left.layers.count == right.layers.count else { return false }
        for (old, new) in zip(left.layers, right.layers) where !isRestEqual(old, new) {
            return false
        }
        return true
    }

    private mutating func isRestEqual(_ left: ServiceLayer, _ right: ServiceLayer) -> Bool {
        let same =
            before[left.document][left.entry.value] == after[right.document][right.entry.value]
        if same { return true }
        guard let leftNode = left.node, let rightNode = right.node else {
            return (left.node == nil) == (right.node == nil)
        }
        guard
            weights.old[left.document].heavySources(of: leftNode, before[left.document])
                == weights.new[right.document].heavySources(of: rightNode, after[right.document])
        else {
            return isRestEqual(
                leftNode, left.document, rightNode, right.document, except: Self.amountKeys,
                path: ["deploy", "resources"])
        }
        let leftDeploy = weights.old[left.document].deploy(of: leftNode)
        let rightDeploy = weights.new[right.document].deploy(of: rightNode)
        guard isDeployEqual(leftDeploy, left.document, rightDeploy, right.document) else {
            return false
        }
        // What both merge alike need not be expanded: a hostile file has very much of it.
        if isOwnTextEqual(leftNode, left.document, rightNode, right.document) { return true }
        let (leftOwn, rightOwn) = (
            ownEntries(leftNode, old.documents[left.document].tree),
            ownEntries(rightNode, new.documents[right.document].tree)
        )
        let names = Set(leftOwn.keys).union(rightOwn.keys).subtracting(Self.amountKeys)
        for name in names where name != "deploy" {
            guard let leftValue = leftOwn[name], let rightValue = rightOwn[name],
                before[left.document][leftValue] == after[right.document][rightValue]
            else { return false }
        }
        return true
    }

    /// Compared once for each pair, however many services have it.
    private mutating func isDeployEqual(
        _ left: NodeID?, _ leftDocument: Int, _ right: NodeID?, _ rightDocument: Int
    ) -> Bool {
        let pair = DeployPair(
            left: left, leftDocument: leftDocument, right: right, rightDocument: rightDocument)
        if let known = equalDeploys[pair] { return known }
        let answer = isRestEqual(
            left, leftDocument, right, rightDocument, except: [], path: ["resources"])
        equalDeploys[pair] = answer
        return answer
    }

    /// Whether two mappings have the same keys of their own in the same order, with the same values except
    /// for amounts, what they merge, and `deploy`.
    private func isOwnTextEqual(
        _ left: NodeID, _ leftDocument: Int, _ right: NodeID, _ rightDocument: Int
    ) -> Bool {
        let (oldTree, newTree) = (
            old.documents[leftDocument].tree, new.documents[rightDocument].tree
        )
        var (leftKey, rightKey) = (oldTree[left].first, newTree[right].first)
        while let one = leftKey, let other = rightKey {
            guard let value = oldTree[one].next, let otherValue = newTree[other].next,
                before[leftDocument][one] == after[rightDocument][other],
                oldTree.isMergeKey(one) == newTree.isMergeKey(other)
            else { return false }
            if before[leftDocument][value] != after[rightDocument][otherValue],
                !oldTree.isMergeKey(one), !oldTree.isKey(one, .deploy),
                !Self.amountKeys.contains(oldTree.keyText(one) ?? "")
            {
                return false
            }
            (leftKey, rightKey) = (oldTree[value].next, newTree[otherValue].next)
        }
        return leftKey == nil && rightKey == nil
    }

    private func ownEntries(_ mapping: NodeID, _ tree: YAMLTree) -> [String: NodeID] {
        var result: [String: NodeID] = [:]
        for (key, value) in tree.entries(of: mapping) where !tree.isMergeKey(key) {
            guard let name = tree.keyText(key), !tree.isReset(value) else { continue }
            result[name] = value
        }
        return result
    }

    /// Compares the entries in effect; `path` leads down to where amounts are.
    private func isRestEqual(
        _ left: NodeID?, _ leftDocument: Int, _ right: NodeID?, _ rightDocument: Int,
        except: Set<String>, path: [String]
    ) -> Bool {
        let leftEntries = entries(left, resolvers.old[leftDocument])
        let rightEntries = entries(right, resolvers.new[rightDocument])
        for name in Set(leftEntries.keys).union(rightEntries.keys) where !except.contains(name) {
            let (leftValue, rightValue) = (leftEntries[name], rightEntries[name])
            let isOnPath =
                path.first == name || path.isEmpty && (name == "limits" || name == "reservations")
            if isOnPath {
                let deeper = isRestEqual(
                    leftValue.flatMap { old.documents[leftDocument].tree.mapping($0) },
                    leftDocument,
                    rightValue.flatMap { new.documents[rightDocument].tree.mapping($0) },
                    rightDocument, except: path.isEmpty ? ["cpus", "memory"] : [],
                    path: path.isEmpty ? ["-"] : Array(path.dropFirst()))
                guard deeper else { return false }
                continue
            }
            guard let leftValue, let rightValue,
                before[leftDocument][leftValue] == after[rightDocument][rightValue]
            else { return false }
        }
        return true
    }

    private func entries(_ mapping: NodeID?, _ resolver: MergeResolver) -> [String: NodeID] {
        guard let mapping else { return [:] }
        var result: [String: NodeID] = [:]
        for entry in resolver.entries(of: mapping) { result[entry.name] = entry.value }
        return result
    }
}

/// Which anchors bring a service more than its `deploy` and amounts; each is looked at once.
private struct MergeWeights {
    private var resolver: MergeResolver
    private var isLight: [NodeID: Bool] = [:]

    init(_ tree: YAMLTree) { resolver = MergeResolver(tree) }

    /// The fingerprints of the merge sources that bring other keys, in their order.
    mutating func heavySources(of mapping: NodeID, _ fingerprints: Fingerprints) -> [UInt64] {
        var result: [UInt64] = []
        for source in resolver.tree.mergeSourcesByPrecedence(of: mapping) {
            guard let target = resolver.tree.mapping(source) else { continue }
            if isLight[target] == nil {
                isLight[target] = resolver.entries(of: target).allSatisfy {
                    $0.name == "deploy" || ServiceComparison.amountKeys.contains($0.name)
                }
            }
            if isLight[target] == false { result.append(fingerprints[target]) }
        }
        return result
    }

    mutating func deploy(of mapping: NodeID) -> NodeID? {
        resolver.find(.deploy, in: mapping).flatMap { resolver.tree.mapping($0.value) }
    }
}

extension PatchPlan {
    /// What is wrong with a draft; nil where it is proved.
    package var violationText: String? { PlanVerifier(self).violation()?.text }
}

extension ComposeModel {
    /// What is wrong with edits of the first file that are meant to give services what is wished for; nil
    /// for a proof that nothing is.
    package func violation(
        of edits: [ByteEdit], giving wishes: [String: ResourceWish]
    ) -> String? {
        let decisions = services.compactMap { service in
            wishes[service.name].map { wish in
                var after = service.resources
                if let tier = wish.tier { after.replaceTier(by: tier) }
                return PatchPlan.Decision(
                    service: service.name, tier: wish.tierName, way: .deployEdited, reason: "",
                    before: service.resources, after: wish.amounts.applied(to: after))
            }
        }
        let change = PatchPlan.FileChange(path: path, original: bytes, edits: edits)
        let plan = PatchPlan(
            model: self, changes: [change], refusals: [], unchanged: [], decisions: decisions,
            wishes: ServiceWishes(self, wishes))
        return PlanVerifier(plan).violation()?.text
    }
}
