/// Services that merge one anchor and say nothing about resources themselves: what one of them gets for a wish,
/// all get that wish for it the same, only each at its own alias.
struct AlikeServices {
    enum Answer {
        case satisfied
        case swapped(Swap)
    }

    /// An alias swapped, as it is for one of the services.
    struct Swap {
        var document: Int
        var edit: ByteEdit
        var change: ServiceChange
        /// The anchor that the new alias names; an alias must come after it.
        var anchor: NodeID
    }

    private enum Known {
        case nothing, satisfied
        case swap(Swap)
    }

    /// More would take more memory than it saves time.
    private static let countMax = 1 << 14

    private let model: ComposeModel
    private let kinds: Int
    /// By group and wish; empty where services extend others, whose text is then not theirs alone.
    private var known: [Known]

    init(_ model: ComposeModel, _ wishes: ServiceWishes) {
        self.model = model
        kinds = wishes.kinds.count
        // Where each service merges or wants something else, nobody is alike.
        let count = model.groupCount * kinds
        let isWorthwhile = !model.hasSeveralLayers && count <= Self.countMax
        known = isWorthwhile ? Array(repeating: .nothing, count: count) : []
    }

    /// Nil where it is to be found out.
    func answer(_ service: Int, _ kind: Int) -> Answer? {
        guard let place = place(service, kind), let source = model.services[service].source else {
            return nil
        }
        switch known[place] {
        case .nothing: return nil
        case .satisfied: return .satisfied
        case .swap(var swap):
            let tree = model.documents[swap.document].tree
            // A text that has an alias itself is not the service's alone.
            guard source.alias > swap.anchor, !tree[source.node].traits.contains(.aliased) else {
                return nil
            }
            swap.edit.range = tree[source.alias].span
            return .swapped(swap)
        }
    }

    mutating func learnSatisfied(_ service: Int, _ kind: Int) {
        if let place = place(service, kind) { known[place] = .satisfied }
    }

    mutating func learn(_ swap: Swap, _ service: Int, _ kind: Int) {
        if let place = place(service, kind) { known[place] = .swap(swap) }
    }

    private func place(_ service: Int, _ kind: Int) -> Int? {
        guard !known.isEmpty, let source = model.services[service].source else { return nil }
        return Int(source.group) * kinds + kind
    }
}

extension Planner {
    /// The edit of a service, where all that are alike get the same for this wish.
    mutating func swapForAll(
        _ candidate: Candidate, _ change: ServiceChange, _ service: ComposeService,
        _ wish: ResourceWish
    ) -> AlikeServices.Swap? {
        guard !simulatesAll, case .tier(let tier) = wish, let source = service.source,
            candidate.way == .aliasSwapped, !candidate.isShared, candidate.edits.count == 1,
            let wanted = wantedTier(tier, in: service.layers[0]),
            let (alias, present) = tierAlias(of: service, 0), alias == source.alias
        else { return nil }
        let (document, tree) = (
            service.layers[0].document, model.documents[service.layers[0].document].tree
        )
        // An anchor that is defined twice means something else from there on; and what differs between the two
        // tiers may be hidden by this service's own text.
        guard tree[alias].span == candidate.edits[0].edit.range,
            tree.anchorDefinitions[wanted.anchor]?.count == 1,
            wanted.shape != .service || isAlike(present.node, wanted.node, in: document)
        else { return nil }
        return AlikeServices.Swap(
            document: document, edit: candidate.edits[0].edit, change: change, anchor: wanted.node)
    }
}
