/// Where new text goes, and in which shape: indentation from the siblings, line ends from the neighbours.
struct TextPlaces {
    let file: ComposeDocument
    private var tree: YAMLTree { file.tree }
    private var bytes: [UInt8] { file.bytes }

    init(_ file: ComposeDocument) { self.file = file }

    /// Why a place cannot be found.
    struct Failure: Error {
        var node: NodeID
        var text: String
    }

    // MARK: Into mappings

    /// New entries at the end of a mapping: after its last leaf's line, not at the parser's end mark, which
    /// lies after the comments that follow.
    func append(_ entries: [Snippet.Entry], to mapping: NodeID) throws(Failure) -> ByteEdit {
        if tree[mapping].isFlow { return appendInFlow(entries, to: mapping) }
        guard let first = tree[mapping].first, let indent = column(of: first) else {
            throw Failure(node: mapping, text: "its indentation cannot be seen")
        }
        let lines = Snippet.block(entries, indent: indent, step: step(at: mapping, column: indent))
        return try insertion(of: lines, after: mapping)
    }

    /// New entries before one of a mapping's keys.
    func insert(
        _ entries: [Snippet.Entry], before key: NodeID, in mapping: NodeID
    ) throws(Failure) -> ByteEdit {
        let start = tree[key].span.lowerBound
        if tree[mapping].isFlow {
            let text = Snippet.flow(entries, json: isJSON(mapping)) + ", "
            return ByteEdit(at: start, insert: text)
        }
        let lineStart = lineStart(before: start)
        let isAlone = bytes[lineStart..<start].allSatisfy { $0 == UInt8(ascii: " ") }
        guard isAlone else { return try append(entries, to: mapping) }
        let indent = start - lineStart
        let lines = Snippet.block(entries, indent: indent, step: step(at: mapping, column: indent))
        let end = lineEnd(near: start)
        return ByteEdit(at: lineStart, insert: lines.map { $0 + end }.joined())
    }

    /// A mapping in place of an empty value: below its key, or in braces where that stands in some.
    func fill(
        _ key: NodeID, _ value: NodeID, with entries: [Snippet.Entry], in mapping: NodeID
    ) throws(Failure) -> ByteEdit {
        let node = tree[value]
        let isWritten = node.start != node.end
        if tree[mapping].isFlow || isWritten {
            let text = "{" + Snippet.flow(entries, json: isJSON(mapping)) + "}"
            if isWritten { return replace(value, with: text) }
            return try afterColon(of: key, insert: " " + text)
        }
        guard let column = column(of: key) else {
            throw Failure(node: key, text: "its indentation cannot be seen")
        }
        let step = step(at: mapping, column: column)
        let lines = Snippet.block(entries, indent: column + step, step: step)
        return insertion(of: lines, onLineAfter: tree[key].span.upperBound)
    }

    /// A mapping in place of an alias or another one-line value, such as `*name` by one that merges it.
    func replace(
        _ value: NodeID, of key: NodeID, with entries: [Snippet.Entry], in mapping: NodeID
    ) throws(Failure) -> ByteEdit {
        guard !tree[mapping].isFlow, let column = column(of: key),
            isLast(onLine: tree[value].span.upperBound)
        else {
            return replace(
                value, with: "{" + Snippet.flow(entries, json: isJSON(mapping)) + "}")
        }
        let step = step(at: mapping, column: column)
        let end = lineEnd(near: tree[value].span.lowerBound)
        let lines = Snippet.block(entries, indent: column + step, step: step)
        var start = tree[value].span.lowerBound
        while start > 0, bytes[start - 1] == UInt8(ascii: " ") { start -= 1 }
        let range = start..<tree[value].span.upperBound
        return ByteEdit(
            range: range, old: Array(bytes[range]),
            new: Array((end + lines.joined(separator: end)).utf8), line: 0, reason: "")
    }

    /// Other text for a value; an anchor or a tag before it stays.
    func replace(_ value: NodeID, with text: String) -> ByteEdit {
        let range = contentStart(of: value)..<tree[value].span.upperBound
        return ByteEdit(
            range: range, old: Array(bytes[range]), new: Array(text.utf8), line: 0, reason: "")
    }

    func isJSON(_ mapping: NodeID) -> Bool {
        guard let first = tree[mapping].first else { return false }
        return bytes[tree[first].span.lowerBound] == UInt8(ascii: "\"")
    }

    // MARK: Details

    private func appendInFlow(_ entries: [Snippet.Entry], to mapping: NodeID) -> ByteEdit {
        let text = Snippet.flow(entries, json: isJSON(mapping))
        var last: NodeID?
        for (_, value) in tree.entries(of: mapping) { last = value }
        guard let last else {
            return ByteEdit(at: tree[mapping].span.upperBound - 1, insert: text)
        }
        return ByteEdit(at: tree[last].span.upperBound, insert: ", " + text)
    }

    private func insertion(
        of lines: [String], after mapping: NodeID
    ) throws(Failure) -> ByteEdit {
        let leaf = lastLeaf(of: mapping)
        let node = tree[leaf]
        // The mark of a block scalar's end is the start of a later line.
        if node.kind == .scalar, isBlockScalar(leaf) {
            let end = node.span.upperBound
            guard end > 0,
                bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r")
            else {
                throw Failure(
                    node: leaf,
                    text:
                        "it ends in a block scalar without a line end, which new text would change")
            }
            let lineEnd = lineEnd(near: end - 1)
            return ByteEdit(at: end, insert: lines.map { $0 + lineEnd }.joined())
        }
        return insertion(of: lines, onLineAfter: node.span.upperBound)
    }

    private func insertion(of lines: [String], onLineAfter offset: Int) -> ByteEdit {
        var end = offset
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "\r")
        {
            end += 1
        }
        let lineEnd = lineEnd(near: end)
        return ByteEdit(at: end, insert: lines.map { lineEnd + $0 }.joined())
    }

    private func afterColon(of key: NodeID, insert text: String) throws(Failure) -> ByteEdit {
        var place = tree[key].span.upperBound
        while place < bytes.count, bytes[place] == UInt8(ascii: " ") { place += 1 }
        guard place < bytes.count, bytes[place] == UInt8(ascii: ":") else {
            // `{deploy}` is a key without a colon.
            return ByteEdit(at: tree[key].span.upperBound, insert: ":" + text)
        }
        return ByteEdit(at: place + 1, insert: text)
    }

    private func lastLeaf(of id: NodeID) -> NodeID {
        var leaf = id
        while !tree[leaf].isFlow, tree[leaf].kind == .mapping || tree[leaf].kind == .sequence {
            var last: NodeID?
            for child in tree.children(of: leaf) { last = child }
            guard let last else { break }
            leaf = last
        }
        return leaf
    }

    private func isBlockScalar(_ id: NodeID) -> Bool {
        let start = contentStart(of: id)
        guard start < bytes.count, !tree[id].isPlain else { return false }
        return bytes[start] == UInt8(ascii: "|") || bytes[start] == UInt8(ascii: ">")
    }

    /// After an anchor and a tag.
    func contentStart(of id: NodeID) -> Int {
        let span = tree[id].span
        var start = span.lowerBound
        guard tree[id].kind != .alias else { return start }
        while start < span.upperBound,
            bytes[start] == UInt8(ascii: "&") || bytes[start] == UInt8(ascii: "!")
        {
            while start < span.upperBound, !isBlank(bytes[start]) { start += 1 }
            while start < span.upperBound, isBlank(bytes[start]) { start += 1 }
        }
        return start
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
            || byte == UInt8(ascii: "\r")
    }

    /// Blanks before a key; nil where something else than `- ` and `? ` stands before it.
    private func column(of key: NodeID) -> Int? {
        let start = tree[key].span.lowerBound
        let lineStart = lineStart(before: start)
        let before = bytes[lineStart..<start]
        let isIndentation = before.allSatisfy { byte in
            byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "?")
        }
        guard isIndentation else { return nil }
        return start - lineStart
    }

    /// How much deeper a level is indented here: as the mapping is from its parent's key, else 2.
    private func step(at mapping: NodeID, column: Int) -> Int {
        guard let key = parentKeys[mapping], let outer = self.column(of: key), outer < column
        else { return 2 }
        return column - outer
    }

    /// The key that each mapping of this path stands under; set by the planner as it walks.
    var parentKeys: [NodeID: NodeID] = [:]

    private func lineStart(before offset: Int) -> Int {
        var start = offset
        while start > file.source.textStart, bytes[start - 1] != UInt8(ascii: "\n"),
            bytes[start - 1] != UInt8(ascii: "\r")
        { start -= 1 }
        return start
    }

    private func isLast(onLine offset: Int) -> Bool {
        var place = offset
        while place < bytes.count, bytes[place] == UInt8(ascii: " ") { place += 1 }
        return place == bytes.count || bytes[place] == UInt8(ascii: "\n")
            || bytes[place] == UInt8(ascii: "\r")
    }

    /// The end of the line that an offset is in, else of the one before: files mix them.
    private func lineEnd(near offset: Int) -> String {
        var place = offset
        while place < bytes.count {
            if let end = lineEnd(at: place) { return end }
            place += 1
        }
        place = min(offset, bytes.count) - 1
        while place >= 0 {
            if let end = lineEnd(at: place) {
                return end == "\n" && place > 0 && bytes[place - 1] == UInt8(ascii: "\r")
                    ? "\r\n" : end
            }
            place -= 1
        }
        return "\n"
    }

    private func lineEnd(at offset: Int) -> String? {
        switch bytes[offset] {
        case UInt8(ascii: "\n"): "\n"
        case UInt8(ascii: "\r"):
            offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n") ? "\r\n" : "\r"
        default: nil
        }
    }
}

extension ByteEdit {
    init(at offset: Int, insert text: String) {
        self.init(
            range: offset..<offset, old: [], new: Array(text.utf8), line: 0, reason: "")
    }
}
