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
        guard service.resources.cpuReservation.isAbsent,
            lookup.resourceSites(of: service.layers).isOlderFamily
        else { return false }
        wanted.cpuReservation = .absent
        return wanted.isEquivalent(to: service.resources)
    }

    /// The services beside `service` that a candidate would change; nil where it does not do what it is
    /// meant to.
    mutating func simulate(
        _ candidate: Candidate, _ service: ComposeService, _ layer: ServiceLayer
    ) throws(Obstacle) -> [(name: String, resources: ComposeResources)]? {
        var files: [String: [UInt8]] = [:]
        for (document, edits) in Dictionary(grouping: candidate.edits, by: \.document) {
            let file = model.documents[document]
            files[file.path] = edits.map(\.edit).merged(in: file).applied(to: file.bytes)
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
        var affected: [(name: String, resources: ComposeResources)] = []
        for (old, new) in zip(model.services, patched.services) {
            guard old.name == new.name else { return nil }
            if old.name == service.name {
                guard new.resources.isEquivalent(to: candidate.after) else { return nil }
            } else if !new.resources.isEquivalent(to: old.resources) {
                affected.append((old.name, new.resources))
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
    /// Says in every edit which service it is for, and why.
    mutating func label(
        _ candidate: inout Candidate, _ service: ComposeService, _ wish: ResourceWish
    ) {
        let before = service.tier.map { [": tier ", $0, " to "] } ?? [": "]
        let reason = String(
            joining: [service.name] + before + [wish.description, ", ", candidate.way.rawValue])
        candidate.reason = reason
        for index in candidate.edits.indices {
            let document = candidate.edits[index].document
            candidate.edits[index].edit.line = model.documents[document].source.line(
                at: candidate.edits[index].edit.range.lowerBound, near: &latestLines[document])
            candidate.edits[index].edit.reason = reason
        }
    }
}

extension String {
    /// Several texts as one, in one piece of memory: a large file has as many reasons as services.
    fileprivate init(joining parts: [String]) {
        let count = parts.reduce(0) { $0 + $1.utf8.count }
        self.init(unsafeUninitializedCapacity: count) { buffer in
            var place = 0
            for var part in parts {
                part.withUTF8 { text in
                    _ = UnsafeMutableBufferPointer(rebasing: buffer[place...])
                        .initialize(from: text)
                    place += text.count
                }
            }
            return count
        }
    }
}

extension Planner.Candidate {
    /// Whether an edit touches text that another changes already.
    func overlaps(_ others: [Int: [ByteEdit]]) -> Bool {
        edits.contains { new in
            let range = new.edit.range
            return (others[new.document] ?? []).contains { other in
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
        let isSorted = zip(self, dropFirst()).allSatisfy {
            $0.range.lowerBound < $1.range.lowerBound
        }
        if isSorted { return self }
        return enumerated().sorted { left, right in
            (left.element.range.lowerBound, left.element.range.upperBound, left.offset)
                < (right.element.range.lowerBound, right.element.range.upperBound, right.offset)
        }.map(\.element)
    }

    /// Sorted; what is inserted at one place becomes one edit, in the order of planning.
    func merged(in file: ComposeDocument) -> [ByteEdit] {
        var result: [ByteEdit] = []
        result.reserveCapacity(count)
        for edit in inOrder {
            if let last = result.last, last.range.isEmpty, last.range == edit.range {
                result[result.count - 1].new += edit.new
                if last.reason != edit.reason {
                    result[result.count - 1].reason += "; " + edit.reason
                }
            } else {
                result.append(edit)
            }
        }
        return result
    }
}
