internal import Measures

extension Planner {
    /// Whether a service needs no edit.
    mutating func isSatisfied(_ wish: ResourceWish, _ service: ComposeService) -> Bool {
        if case .tier(let tier) = wish, service.tier == tier.name,
            model.tier(tier.name)?.tier == tier
        {
            return true
        }
        let amounts = wish.amounts.feasible(beside: service.resources)
        var wanted = amounts.applied(to: service.resources)
        if wanted.isEquivalent(to: service.resources) { return true }
        // CPU reservations, which have no effect outside a swarm, are unknown to the older family.
        guard wish.amounts.cpuReservation != nil, service.resources.cpuReservation.isAbsent,
            lookup.resourceSites(of: service.layers).isOlderFamily
        else { return false }
        wanted.cpuReservation = .absent
        return wanted.isEquivalent(to: service.resources)
    }

    /// The services beside `service` that a candidate would change; nil where it does not do what it is
    /// meant to.
    mutating func simulate(
        _ candidate: Candidate, _ service: ComposeService, _ layer: ServiceLayer
    ) throws(Obstacle) -> [(index: Int, resources: ComposeResources)]? {
        var files: [String: [UInt8]] = [:]
        for (document, edits) in Dictionary(grouping: candidate.edits, by: \.document) {
            let file = model.source(at: document)
            files[file.path] = edits.map(\.edit).merged().applied(to: file.bytes)
        }
        simulatedBytesLeft -= model.documents.reduce(0) { $0 + $1.bytes.count }
        guard simulatedBytesLeft > 0 else {
            throw Obstacle(
                reason: .shared, document: layer.document, node: layer.entry.key,
                text:
                    "its text is shared, like that of too many others to try each edit; edit it by "
                    + "hand, or use --override")
        }
        let patched: ComposeModel
        do throws(ComposeError) {
            patched = try model.replacing(files)
        } catch {
            return nil
        }
        guard patched.services.count == model.services.count else { return nil }
        var affected: [(index: Int, resources: ComposeResources)] = []
        for (index, new) in patched.services.enumerated() {
            let old = model.services[index]
            guard old.name == new.name else { return nil }
            if old.name == service.name {
                guard new.resources.isEquivalent(to: candidate.after) else { return nil }
            } else if !new.resources.isEquivalent(to: old.resources) {
                affected.append((index, new.resources))
            }
        }
        return affected
    }
}

extension Planner.Obstacle {
    /// Offsets of the converted text are not those of the file.
    static func converted(_ layer: ServiceLayer) -> Planner.Obstacle {
        Planner.Obstacle(
            reason: .notUTF8, document: layer.document, node: layer.entry.key,
            text:
                "the file is UTF-16, and only UTF-8 is edited; convert it with `iconv -t UTF-8`, or "
                + "use --override")
    }
}

extension ResourceSites {
    /// Whether all amounts stand in `mem_limit` and its family.
    var isOlderFamily: Bool { deploy.isEmpty && !service.isEmpty }
}

extension Planner {
    /// Takes a candidate into the plan.
    mutating func take(
        _ candidate: Candidate, _ service: ComposeService, _ wish: ResourceWish
    ) -> ServiceChange {
        let change = ServiceChange(
            tier: wish.tierName, way: candidate.way,
            words: candidate.words ?? .wish(wish, was: service.tier), before: service.resources,
            after: candidate.after)
        for new in candidate.edits { take(new.edit, in: new.document, change, of: service.name) }
        return change
    }

    mutating func take(
        _ new: ByteEdit, in document: Int, _ change: ServiceChange, of service: String
    ) {
        var edit = new
        edit.line = model.source(at: document).line(
            at: edit.range.lowerBound, near: &latestLines[document])
        edit.reason = EditReason(change, of: service)
        edits[document].append(edit)
    }
}

extension Planner.Candidate {
    /// Whether an edit touches text that another changes already.
    func overlaps(_ others: [[ByteEdit]]) -> Bool {
        edits.contains { new in
            let range = new.edit.range
            return others[new.document].contains { other in
                range.isEmpty || other.range.isEmpty
                    ? other.range.lowerBound < range.lowerBound
                        && range.lowerBound < other.range.upperBound
                        || range.lowerBound < other.range.lowerBound
                            && other.range.lowerBound < range.upperBound
                    : other.range.overlaps(range)
            }
        }
    }

    func satisfies(_ wish: ResourceWish) -> Bool {
        wish.amounts.applied(to: after).isEquivalent(to: after)
    }
}

extension [ByteEdit] {
    /// As they lie in the file; those at one place in the order of planning.
    private var inOrder: [ByteEdit] {
        enumerated().sorted { left, right in
            (left.element.range.lowerBound, left.element.range.upperBound, left.offset)
                < (right.element.range.lowerBound, right.element.range.upperBound, right.offset)
        }.map(\.element)
    }

    /// Whether each begins after the one before it; then nothing is to be joined either.
    private var isSorted: Bool {
        indices.dropFirst().allSatisfy { self[$0 - 1].range.lowerBound < self[$0].range.lowerBound }
    }

    /// Sorted; what is inserted at one place becomes one edit, in the order of planning.
    func merged() -> [ByteEdit] {
        if isSorted { return self }
        var result: [ByteEdit] = []
        result.reserveCapacity(count)
        for edit in inOrder {
            if let last = result.last, last.range.isEmpty, last.range == edit.range {
                result[result.count - 1].new += edit.new
                result[result.count - 1].reason = last.reason + edit.reason
            } else {
                result.append(edit)
            }
        }
        return result
    }
}
