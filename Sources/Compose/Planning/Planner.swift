internal import Measures

/// Finds for each service the smallest edit that gives it what is wished for: ways are tried in order, and
/// the first that holds is taken. What no way achieves is refused, with the reason.
struct Planner {
    let model: ComposeModel
    var lookup: LayerLookup
    /// Which services have a service's text as one of their layers, by extending it.
    let heirs: [ServiceText: [String]]
    /// The edits so far, by document.
    var edits: [[ByteEdit]]
    /// Services whose wish an edit of text that they share has granted already.
    var covered: [String: Candidate] = [:]
    /// Whether every candidate is tried by itself, since some edit of an earlier plan was not local.
    var simulatesAll = false
    /// How many more bytes may be parsed to see what edits of shared text would change.
    var simulatedBytesLeft = 64 << 20
    /// What tiers hold beside their amounts, by anchor; whether a `deploy` holds nothing else.
    var otherKeys: [String: Set<String>] = [:]
    var resourcesOnly: [ServiceText: Bool] = [:]
    var tierDifferences: [TierDifferences] = []
    /// What services have in common that merge nothing but one anchor, by that (`LayerLookup.onlySource`):
    /// whether it writes amounts in the older family, and the tier that it is, if any.
    var usesOlderFamily: [Int: Bool] = [:]
    var directTiers: [Int: ComposeTier?] = [:]
    /// What variables of `.env` files are used for, once one of them is to be edited.
    var variableUses: VariableUses?
    /// The line that was asked for last, in each document.
    var latestLines: [Int]

    /// A service as one file writes it.
    struct ServiceText: Hashable {
        var document: Int
        var key: NodeID
    }

    /// What one way would do.
    struct Candidate {
        var way: PatchPlan.Way
        var edits: [DocumentEdit] = []
        var after: ComposeResources
        /// Where they are others than of what was wished for.
        var words: ServiceChange.Words?
        /// Where text that others may use is edited.
        var isShared = false
        /// Others that were given their present amounts in a text of their own.
        var pinned: [String] = []

        mutating func add(_ edit: ByteEdit, in document: Int) {
            edits.append(DocumentEdit(document: document, edit: edit))
        }

        mutating func add(_ edit: DocumentEdit) {
            edits.append(edit)
            guard edit.variable != nil else { return }
            isShared = true
            way = .variableEdited
        }

        /// What others may use too.
        var subject: String {
            edits.lazy.compactMap(\.variable).first.map { "\($0.name) (\($0.place))" } ?? "its text"
        }
    }

    struct DocumentEdit {
        /// An index of `ComposeModel.source(at:)`.
        var document: Int
        var edit: ByteEdit
        /// Where the value of a variable in a `.env` file is edited.
        var variable: Variable?

        struct Variable {
            var name: String
            /// `path:line`.
            var place: String
        }
    }

    /// Why a way is not to be had.
    struct Obstacle: Error {
        var reason: PatchRefusal.Reason
        var document: Int
        var node: NodeID
        var text: String
    }

    init(_ model: ComposeModel) {
        self.model = model
        lookup = LayerLookup(documents: model.documents, environments: model.environments)
        latestLines = [Int](
            repeating: 0, count: model.documents.count + model.environmentFiles.count)
        edits = Array(
            repeating: [], count: model.documents.count + model.environmentFiles.count)
        var heirs: [ServiceText: [String]] = [:]
        for service in model.services where model.hasSeveralLayers && service.layers.count > 1 {
            for layer in service.layers where !layer.extends.isEmpty {
                let text = ServiceText(document: layer.document, key: layer.entry.key)
                heirs[text, default: []].append(service.name)
            }
        }
        self.heirs = heirs
    }

    mutating func plan(_ wishes: ServiceWishes) -> PatchPlan {
        var refused: [String: PatchRefusal] = [:]
        // A service whose edit does not hold beside the others' is taken out, and the rest tried again.
        while true {
            let plan = draft(wishes, &refused)
            guard let violation = PlanVerifier(plan).violation() else { return plan }
            let decisions = plan.decisions
            let blamed = violation.service.flatMap { name in
                decisions.contains { $0.service == name } ? name : nil
            }
            if blamed == nil, !simulatesAll {
                simulatesAll = true
                continue
            }
            for decision in decisions where blamed == nil || decision.service == blamed {
                guard let service = model.service(decision.service),
                    let layer = service.layers.first
                else { continue }
                refused[decision.service] = refusal(
                    service,
                    Obstacle(
                        reason: .unverified, document: layer.document, node: layer.entry.key,
                        text: "\(violation.text); edit it by hand, or use --override"))
            }
        }
    }

    /// A plan that nothing has been proved of yet, without the services that are refused already.
    mutating func draft(
        _ wishes: ServiceWishes, _ refused: inout [String: PatchRefusal]
    ) -> PatchPlan {
        for document in edits.indices { edits[document] = [] }
        covered = [:]
        var alike = AlikeServices(model, wishes)
        var progress = Progress(refused: refused)
        progress.decisions.reserveCapacity(wishes.count)
        for index in model.services.indices {
            guard let kind = wishes.kind(ofServiceAt: index) else { continue }
            if progress.refused.isEmpty, covered.isEmpty, let answer = alike.answer(index, kind) {
                take(answer, model.services[index].name, &progress)
            } else {
                plan(index, kind, wishes, &alike, &progress)
            }
        }
        refused = progress.refused
        return patchPlan(progress, wishes)
    }

    /// What has been decided so far.
    private struct Progress {
        var decisions: [PatchPlan.Decision] = []
        var unchanged: [String] = []
        var refused: [String: PatchRefusal]
    }

    private mutating func take(
        _ answer: AlikeServices.Answer, _ name: String, _ progress: inout Progress
    ) {
        switch answer {
        case .satisfied: progress.unchanged.append(name)
        case .swapped(let swap):
            take(swap.edit, in: swap.document, swap.change, of: name)
            progress.decisions.append(PatchPlan.Decision(name, swap.change))
        }
    }

    /// One service by itself, and what others can learn from it.
    private mutating func plan(
        _ index: Int, _ kind: Int, _ wishes: ServiceWishes, _ alike: inout AlikeServices,
        _ progress: inout Progress
    ) {
        let service = model.services[index]
        guard progress.refused[service.name] == nil else { return }
        let wish = wishes.kinds[kind]
        if let shared = covered[service.name] {
            progress.decisions.append(.init(service.name, take(shared, service, wish)))
            return
        }
        if isSatisfied(wish, service) {
            progress.unchanged.append(service.name)
            alike.learnSatisfied(index, kind)
            return
        }
        switch outcome(service, wish, wishes) {
        case .success(let candidate):
            let change = take(candidate, service, wish)
            progress.decisions.append(.init(service.name, change))
            if let swap = swapForAll(candidate, change, service, wish) {
                alike.learn(swap, index, kind)
            }
        case .failure(let obstacle):
            progress.refused[service.name] = refusal(service, obstacle)
        }
    }

    private func patchPlan(
        _ progress: Progress, _ wishes: ServiceWishes
    ) -> PatchPlan {
        let refused = progress.refused
        var refusals = refused.isEmpty ? [] : model.services.compactMap { refused[$0.name] }
        for name in wishes.unknown {
            refusals.append(
                PatchRefusal(
                    service: name, reason: .unknownService, path: model.path, line: nil,
                    text: "\(model.path) has no service of this name; is it in another file?"))
        }
        let changes = edits.indices.map { document in
            let file = model.source(at: document)
            return PatchPlan.FileChange(
                path: file.path, original: file.bytes, edits: edits[document].merged())
        }
        return PatchPlan(
            model: model, changes: changes.filter { !$0.edits.isEmpty }, refusals: refusals,
            unchanged: progress.unchanged, decisions: progress.decisions, wishes: wishes)
    }

    private func refusal(_ service: ComposeService, _ obstacle: Obstacle) -> PatchRefusal {
        let file = model.documents[obstacle.document]
        return PatchRefusal(
            service: service.name, reason: obstacle.reason, path: file.path,
            line: file.line(of: obstacle.node), text: obstacle.text)
    }

    // MARK: Ways

    private mutating func outcome(
        _ service: ComposeService, _ wish: ResourceWish, _ wishes: ServiceWishes
    ) -> Result<Candidate, Obstacle> {
        let amounts = wish.amounts.feasible(beside: service.resources)
        if !simulatesAll, !model.hasSeveralLayers,
            let plain = lookup.plainAmounts(of: service.layers),
            let candidate = editPlain(plain, service, amounts)
        {
            return .success(candidate)
        }
        var first: Obstacle?
        // Compose refuses both families beside each other, and a `pids_limit` beside `deploy` limits.
        let steps = usesOlderFamily(service) ? [Step.editOlderFamily] : Step.allCases
        for index in layersToEdit(of: service) {
            let document = service.layers[index].document
            if model.documents[document].isConverted {
                first = first ?? Obstacle.converted(service.layers[index])
                continue
            }
            for step in steps {
                do throws(Obstacle) {
                    guard var candidate = try candidate(step, service, index, wish, amounts)
                    else { continue }
                    if try holds(&candidate, service, index, wishes) { return .success(candidate) }
                } catch {
                    // The first obstacle is the most telling: it is in the most direct way.
                    first = first ?? error
                }
            }
        }
        let layer = service.layers[0]
        return .failure(
            first
                ?? Obstacle(
                    reason: .unverified, document: layer.document, node: layer.entry.key,
                    text:
                        "no way of editing gives exactly \(wish.description); edit it by hand, or "
                        + "use --override"))
    }

    private mutating func usesOlderFamily(_ service: ComposeService) -> Bool {
        let question = lookup.onlySource(of: service.layers)?.question
        if let question, let known = usesOlderFamily[question] { return known }
        let answer = !lookup.resourceSites(of: service.layers).service.isEmpty
        if let question { usesOlderFamily[question] = answer }
        return answer
    }

    /// In the order of preference.
    private enum Step: CaseIterable { case swapAlias, editOlderFamily, addMerge, editDeploy }

    /// A way that does not apply gives nil; one that is barred says why.
    private mutating func candidate(
        _ step: Step, _ service: ComposeService, _ layer: Int, _ wish: ResourceWish,
        _ amounts: ResourceAmounts
    ) throws(Obstacle) -> Candidate? {
        switch step {
        case .swapAlias: try swapAlias(service, layer, wish)
        case .editOlderFamily: try editOlderFamily(service, layer, amounts)
        case .addMerge: try addMerge(service, layer, wish)
        case .editDeploy: try editDeploy(service, layer, wish, amounts)
        }
    }

    /// The layer that the limits come from, then the service's other texts, the lowest first: what says
    /// nothing about resources yet is better said where the service is defined than in an override.
    private mutating func layersToEdit(of service: ComposeService) -> [Int] {
        let own = service.layers.indices.filter {
            service.layers[$0].extends.isEmpty && service.layers[$0].node != nil
        }
        guard own.count > 1 else { return own }
        let sites = lookup.resourceSites(of: service.layers)
        let present = (sites[.memoryLimit] ?? sites[.cpuLimit])?.layer
        return own.filter { $0 == present } + own.reversed().filter { $0 != present }
    }

    /// Whether a candidate changes what it shall and nothing else. Where only the service itself uses the
    /// text, the verification of the whole plan is proof enough, and cheaper.
    private mutating func holds(
        _ candidate: inout Candidate, _ service: ComposeService, _ index: Int,
        _ wishes: ServiceWishes
    ) throws(Obstacle) -> Bool {
        let layer = service.layers[index]
        let text = ServiceText(document: layer.document, key: layer.entry.key)
        let inherited = heirs[text] ?? []
        guard
            simulatesAll || candidate.isShared || !inherited.isEmpty || service.layers.count > 1
                || layer.entry.merge != nil
        else { return true }
        try requireOnlyAmounts(candidate, layer)
        if candidate.overlaps(edits) { return false }
        guard let affected = try simulate(candidate, service, layer) else { return false }
        var others: [String] = []
        for other in affected {
            var shared = candidate
            shared.edits = []
            shared.after = other.resources
            let name = model.services[other.index].name
            if let wish = wishes[other.index], shared.satisfies(wish) {
                shared.words = .text("\(name): \(wish.description), with \(service.name)")
                covered[name] = shared
            } else {
                others.append(name)
            }
        }
        if others.isEmpty { return true }
        throw Obstacle(
            reason: .shared, document: layer.document, node: layer.entry.key,
            text:
                "\(candidate.subject) is also that of \(others.prefix(5).joined(separator: ", ")), which would "
                + "change too; give it a text of its own, or use --override")
    }
}

extension ComposeModel {
    /// Plans the smallest edits that give services what is wished for, and verifies them.
    ///
    package func plan(_ wishes: ServiceWishes) -> PatchPlan {
        var planner = Planner(self)
        return planner.plan(wishes)
    }

    /// - Parameter wishes: by the names of services.
    package func plan(_ wishes: [String: ResourceWish]) -> PatchPlan {
        plan(ServiceWishes(self, wishes))
    }

    /// A plan without its proof, for measuring the two apart.
    package func draft(_ wishes: ServiceWishes) -> PatchPlan {
        var planner = Planner(self)
        var refused: [String: PatchRefusal] = [:]
        return planner.draft(wishes, &refused)
    }

    /// - Parameter assignments: the names of tiers of these files by those of services.
    package func plan(assigning assignments: [String: String]) -> PatchPlan {
        var wishes: [String: ResourceWish] = [:]
        var refusals: [PatchRefusal] = []
        for (service, name) in assignments.sorted(by: { $0.key < $1.key }) {
            if let tier = tier(name) {
                wishes[service] = .tier(tier.tier)
            } else {
                refusals.append(unknownTier(name, for: service))
            }
        }
        return plan(wishes).adding(refusals)
    }

    private func unknownTier(_ name: String, for service: String) -> PatchRefusal {
        let known = tiers.map(\.name).joined(separator: ", ")
        let unusable = documentTiers.lazy.compactMap { $0.unusable[name] }.first
        let text =
            if let unusable {
                "tier \(name) cannot be used: \(unusable)"
            } else {
                "\(path) defines no tier \(name) (\(known.isEmpty ? "it has none" : "it has \(known)")); "
                    + "add an anchor &resources-\(name) with deploy.resources.limits to it"
            }
        return PatchRefusal(
            service: service, reason: .unknownTier, path: path, line: nil, text: text)
    }
}

extension PatchPlan {
    func adding(_ more: [PatchRefusal]) -> PatchPlan {
        PatchPlan(
            model: model, changes: changes, refusals: refusals + more, unchanged: unchanged,
            decisions: decisions, wishes: wishes)
    }
}
