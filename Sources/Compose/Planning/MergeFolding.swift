/// Duplicate `<<` keys as one list that means the same: where they were accepted, the last one won; in a
/// list the first does, so that the order turns round wherever keys overlap.
struct MergeFolding {
    private let file: ComposeDocument
    private var tree: YAMLTree { file.tree }
    private let resolver: MergeResolver

    init(_ file: ComposeDocument) {
        self.file = file
        resolver = MergeResolver(file.tree)
    }

    /// The mappings that have `<<` more than once.
    var mappings: [NodeID] {
        tree.nodes.indices.map { NodeID(rawValue: Int32($0)) }.filter { id in
            tree[id].kind == .mapping && tree[id].hasMerge
                && tree.entries(of: id).filter { tree.isMergeKey($0.key) }.count > 1
        }
    }

    /// The edits with one mapping folded; nil where its text does not allow that.
    ///
    /// - Parameter edits: what is planned already; swapped aliases move into the list.
    func folded(_ mapping: NodeID, with edits: [ByteEdit]) -> [ByteEdit]? {
        let merges = tree.entries(of: mapping).filter { tree.isMergeKey($0.key) }
        guard let first = merges.first, merges.count > 1 else { return nil }
        var rest = edits
        var items: [(source: NodeID, text: String)] = []
        for merge in merges {
            let span = tree[merge.value].span
            if let place = rest.firstIndex(where: { $0.range == span && !span.isEmpty }),
                tree[merge.value].kind == .alias
            {
                // One alias, or a list that one was added to.
                let new = String(decoding: rest.remove(at: place).new, as: UTF8.self)
                let names = new.trimming(["[", "]"])
                items.append((merge.value, names))
                continue
            }
            for source in tree.mergeSources(merge.value) {
                guard tree[source].kind == .alias else { return nil }
                let place = rest.firstIndex { $0.range == tree[source].span }
                let text =
                    place.map { String(decoding: rest.remove(at: $0).new, as: UTF8.self) }
                    ?? file.source.text(in: tree[source].span)
                items.append((source, text))
            }
        }
        if haveCommonKeys(items.map(\.source)) {
            let order = tree.mergeSourcesByPrecedence(of: mapping)
            items.sort { left, right in
                (order.firstIndex(of: left.source) ?? 0) < (order.firstIndex(of: right.source) ?? 0)
            }
        }
        let list = "[\(items.map(\.text).joined(separator: ", "))]"
        var result = rest
        result.append(edit(tree[first.value].span, new: list))
        for merge in merges.dropFirst() {
            guard let removal = removal(of: merge, in: mapping) else { return nil }
            result.append(removal)
        }
        result.sort { $0.range.lowerBound < $1.range.lowerBound }
        for (left, right) in zip(result, result.dropFirst())
        where left.range.upperBound > right.range.lowerBound { return nil }
        return result
    }

    private func edit(_ range: Range<Int>, new: String) -> ByteEdit {
        ByteEdit(
            range: range, old: Array(file.bytes[range]), new: Array(new.utf8),
            line: file.source.line(at: range.lowerBound),
            reason: "duplicate `<<` keys folded into a list")
    }

    private func haveCommonKeys(_ sources: [NodeID]) -> Bool {
        var seen: Set<String> = []
        for source in sources {
            guard let target = tree.mapping(source) else { continue }
            for entry in resolver.entries(of: target) where !seen.insert(entry.name).inserted {
                return true
            }
        }
        return false
    }

    /// Takes an entry out: with its line where it is alone on it, without where a comment stays.
    private func removal(of entry: (key: NodeID, value: NodeID), in mapping: NodeID) -> ByteEdit? {
        let bytes = file.bytes
        let span = tree[entry.key].span.lowerBound..<tree[entry.value].span.upperBound
        if tree[mapping].isFlow {
            var start = span.lowerBound
            while start > 0, bytes[start - 1] != UInt8(ascii: ",") {
                guard bytes[start - 1] == UInt8(ascii: " ") else { return nil }
                start -= 1
            }
            return start > 0 ? edit(start - 1..<span.upperBound, new: "") : nil
        }
        var lineStart = span.lowerBound
        while lineStart > 0, bytes[lineStart - 1] == UInt8(ascii: " ") { lineStart -= 1 }
        guard lineStart > 0, isLineEnd(bytes[lineStart - 1]) else { return nil }
        var end = span.upperBound
        while end < bytes.count, bytes[end] == UInt8(ascii: " ") || bytes[end] == UInt8(ascii: "\t")
        {
            end += 1
        }
        if end < bytes.count, bytes[end] == UInt8(ascii: "#") {
            return edit(span.lowerBound..<end, new: "")
        }
        if end == bytes.count {
            // The line end before goes instead: a file without a last one keeps none.
            lineStart -= 1
            if bytes[lineStart] == UInt8(ascii: "\n"), lineStart > 0,
                bytes[lineStart - 1] == UInt8(ascii: "\r")
            {
                lineStart -= 1
            }
            return edit(lineStart..<end, new: "")
        }
        guard isLineEnd(bytes[end]) else { return nil }
        let isPair =
            bytes[end] == UInt8(ascii: "\r") && end + 1 < bytes.count
            && bytes[end + 1] == UInt8(ascii: "\n")
        return edit(lineStart..<end + (isPair ? 2 : 1), new: "")
    }

    private func isLineEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
}

extension String {
    fileprivate func trimming(_ characters: Set<Character>) -> String {
        var text = self[...]
        while let first = text.first, characters.contains(first) { text.removeFirst() }
        while let last = text.last, characters.contains(last) { text.removeLast() }
        return String(text)
    }
}

extension PatchPlan {
    /// The same plan with duplicate `<<` keys folded, wherever the meaning stays; how many were.
    package func foldingMerges() -> (plan: PatchPlan, folded: Int) {
        let whole = folded { _, _ in true }
        if whole.folded == 0 || PlanVerifier(whole.plan).violation() == nil { return whole }
        // Each by itself, as far as a bounded number of trials goes.
        var accepted: Set<[Int32]> = []
        var trials = 0
        for document in model.documents.indices {
            for mapping in MergeFolding(model.documents[document]).mappings where trials < 200 {
                trials += 1
                let key = [Int32(document), mapping.rawValue]
                let attempt = folded {
                    accepted.contains([Int32($0), $1.rawValue]) || [Int32($0), $1.rawValue] == key
                }
                if PlanVerifier(attempt.plan).violation() == nil { accepted.insert(key) }
            }
        }
        return folded { accepted.contains([Int32($0), $1.rawValue]) }
    }

    private func folded(_ isWanted: (Int, NodeID) -> Bool) -> (plan: PatchPlan, folded: Int) {
        var result: [FileChange] = []
        var count = 0
        for (index, file) in model.documents.enumerated() {
            let change = changes.first { $0.path == file.path }
            var edits = change?.edits ?? []
            guard !file.isConverted else { continue }
            let folding = MergeFolding(file)
            for mapping in folding.mappings where isWanted(index, mapping) {
                guard let folded = folding.folded(mapping, with: edits) else { continue }
                edits = folded
                count += 1
            }
            guard !edits.isEmpty else { continue }
            result.append(FileChange(path: file.path, original: file.bytes, edits: edits))
        }
        let documents = Set(model.documents.map(\.path))
        result += changes.filter { !documents.contains($0.path) }
        let plan = PatchPlan(
            model: model, changes: result, refusals: refusals, unchanged: unchanged,
            decisions: decisions, wishes: wishes)
        return (plan, count)
    }
}
