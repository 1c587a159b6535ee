internal import Measures

/// Amounts that all stand in the service's own plain text are edited where they are. It is what `editDeploy` does with
/// them, without looking for what else could be.
extension Planner {
    /// Nil where one of the amounts is not written yet, or in a way that `Amount` must look at.
    func editPlain(
        _ plain: PlainAmounts, _ service: ComposeService, _ amounts: ResourceAmounts
    ) -> Candidate? {
        let layer = service.layers[0]
        guard !model.documents[layer.document].isConverted else { return nil }
        var candidate = Candidate(
            way: .deployEdited, after: amounts.applied(to: service.resources))
        for (key, amount) in amounts.each {
            guard let leaf = plain[key] else { return nil }
            switch plainEdit(of: leaf, to: amount, in: model.documents[layer.document]) {
            case .none: return nil
            case .same: continue
            case .edit(let edit): candidate.add(edit, in: layer.document)
            }
        }
        candidate.edits.sort { $0.edit.range.lowerBound < $1.edit.range.lowerBound }
        return candidate.edits.isEmpty ? nil : candidate
    }

    private enum PlainEdit {
        case none, same
        case edit(ByteEdit)
    }

    private func plainEdit(
        of leaf: NodeID, to amount: Amount, in file: ComposeDocument
    ) -> PlainEdit {
        switch amount {
        case .cpus(let cores):
            guard let now = file.tree.commonCPUs(leaf) else { return .none }
            if abs(now.rawValue - cores.rawValue) < 1e-6 { return .same }
        case .memory(let bytes):
            guard let now = file.tree.commonMemory(leaf) else { return .none }
            if now == bytes { return .same }
        case .count: return .none
        }
        let (range, node) = (file.tree[leaf].span, file.tree[leaf])
        // Without an anchor or a tag, the text begins with its quotes if it has any.
        let quotes = range.count - Int(node.textEnd - node.textStart)
        guard quotes == (node.isPlain ? 0 : 2) else { return .none }
        var new = amount.bareSpelling(like: file.tree.text(of: node))
        let quote = file.bytes[range.lowerBound]
        // `deploy` wants its sizes as text.
        if node.isPlain, case .memory = amount, new.utf8.allSatisfy({ $0 <= UInt8(ascii: "9") }) {
            new = "'\(new)'"
        }
        var text: [UInt8] = []
        text.reserveCapacity(new.utf8.count + quotes)
        if quotes > 0 { text.append(quote) }
        text.append(contentsOf: new.utf8)
        if quotes > 0 { text.append(quote) }
        return .edit(
            ByteEdit(
                range: range, old: Array(file.bytes[range]), new: text, line: 0, reason: ""))
    }
}

extension ResourceAmounts {
    /// Those that are wanted.
    fileprivate var each: [(ResourceKey, Amount)] {
        var result: [(ResourceKey, Amount)] = []
        result.reserveCapacity(4)
        if let cpuLimit { result.append((.cpuLimit, .cpus(cpuLimit))) }
        if let memoryLimit { result.append((.memoryLimit, .memory(memoryLimit))) }
        if let cpuReservation { result.append((.cpuReservation, .cpus(cpuReservation))) }
        if let memoryReservation { result.append((.memoryReservation, .memory(memoryReservation))) }
        return result
    }
}
