internal import CYAML
import Glibc

/// Turns libyaml's events into a `YAMLTree`. Everything that could make later work unbounded is refused
/// here: depth, size, cycles, chains of merges.
struct YAMLParser {
    /// Deeper nesting than this is no Compose file; it bounds every recursion over the tree.
    static let depthMax = 200
    /// `<<` through more mappings than this is refused for the same reason.
    static let mergeDepthMax = 100
    /// Bounds the tree's memory to some hundred megabytes.
    static let nodeCountMax = 4_000_000

    private let source: SourceText
    private var offsets: CodePointOffsets
    private var tree: GrowingTree
    /// The innermost collection that is open, and those around it, the stream first.
    private var top = OpenCollection(id: NodeID(rawValue: -1))
    private var open: [OpenCollection] = []
    private var names = KeyNames()
    /// The names of anchors and aliases, and the newest definition of each, -1 where there is none.
    private var anchors = KeyNames()
    private var definitions: [Int32] = []

    private struct OpenCollection {
        var id: NodeID
        var lastChild: NodeID?
    }

    private init(_ source: SourceText) {
        self.source = source
        offsets = CodePointOffsets(source)
        tree = GrowingTree(source.bytes)
        // What is not touched costs nothing, and a larger array is not copied as it grows.
        tree.nodes.reserveCapacity(source.bytes.count / 8 + 16)
        LargeMemory.advise(&tree.nodes)
        tree.keys.reserveCapacity(source.bytes.count / 64 + 16)
    }

    /// - Throws: `malformedYAML`, `undefinedAlias`, `cyclicAlias`, `unmergeable`, `tooDeep`,
    ///   `tooLarge`.
    static func parse(_ source: SourceText) throws(ComposeError) -> YAMLTree {
        var builder = YAMLParser(source)
        try builder.run()
        return YAMLTree(builder.tree)
    }

    private mutating func run() throws(ComposeError) {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else {
            throw ComposeError(.malformedYAML, path: source.path, "not enough memory to parse it")
        }
        defer { yaml_parser_delete(&parser) }
        // The parser keeps the pointer, so the parsing happens inside.
        let input = ParserInput(source)
        let outcome: Result<Void, ComposeError> = input.withBytes { bytes in
            input.give(bytes, to: &parser)
            do throws(ComposeError) {
                while try step(&parser) {}
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    /// Takes one event; false at the end of the stream.
    private mutating func step(_ parser: inout yaml_parser_t) throws(ComposeError) -> Bool {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { throw syntaxError(parser) }
        defer { yaml_event_delete(&event) }
        let start = offsets.byte(at: event.start_mark.index)
        let end = offsets.byte(at: event.end_mark.index)
        switch event.type {
        case YAML_STREAM_END_EVENT: return false
        case YAML_DOCUMENT_START_EVENT:
            // Compose merges several documents like several files. Its parser lets anchors pass from one
            // to the next, which YAML does not.
            break
        case YAML_SCALAR_EVENT: try addScalar(event.data.scalar, start, end)
        case YAML_ALIAS_EVENT: try addAlias(event.data.alias, start, end)
        case YAML_MAPPING_START_EVENT:
            let data = event.data.mapping_start
            var node = YAMLNode(kind: .mapping, start: start, end: end)
            if data.style == YAML_FLOW_MAPPING_STYLE { node.traits.insert(.flow) }
            try openCollection(node, anchor: data.anchor, tag: data.tag)
        case YAML_SEQUENCE_START_EVENT:
            let data = event.data.sequence_start
            var node = YAMLNode(kind: .sequence, start: start, end: end)
            if data.style == YAML_FLOW_SEQUENCE_STYLE { node.traits.insert(.flow) }
            try openCollection(node, anchor: data.anchor, tag: data.tag)
        case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT: try closeCollection(end)
        default: break
        }
        return true
    }

    private mutating func addScalar(
        _ data: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar, _ start: Int32,
        _ end: Int32
    ) throws(ComposeError) {
        var node = YAMLNode(kind: .scalar, start: start, end: end)
        if data.style == YAML_PLAIN_SCALAR_STYLE { node.traits.insert(.plain) }
        let isQuoted =
            data.style == YAML_SINGLE_QUOTED_SCALAR_STYLE
            || data.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE
        tree.texts.put(
            UnsafeBufferPointer(start: data.value, count: data.length),
            endingAt: isQuoted ? end - 1 : end, for: &node)
        try add(node, anchor: data.anchor, tag: data.tag)
    }

    private mutating func addAlias(
        _ data: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_alias, _ start: Int32,
        _ end: Int32
    ) throws(ComposeError) {
        var node = YAMLNode(kind: .alias, start: start, end: end)
        let number = anchorNumber(data.anchor, &node)
        guard definitions[number] >= 0 else {
            let name = tree.text(of: node)
            throw error(
                .undefinedAlias, at: start,
                "*\(name) stands for nothing: no &\(name) is defined before it in this file; "
                    + "define it above, or correct the name")
        }
        // An anchor is known before its node is complete, and only then can it contain itself.
        let target = NodeID(rawValue: definitions[number])
        if top.id == target || open.contains(where: { $0.id == target }) {
            let name = tree.text(of: node)
            let line = source.line(at: Int(tree[target].start))
            throw error(
                .cyclicAlias, at: start,
                "*\(name) is part of &\(name) itself (line \(line)); Compose refuses cycles, so "
                    + "remove the alias")
        }
        node.link = target.rawValue
        tree[target].traits.insert(.aliased)
        try add(node, anchor: nil, tag: nil)
    }

    /// The number of a name, which becomes a node's text.
    private mutating func anchorNumber(
        _ name: UnsafeMutablePointer<UInt8>, _ node: inout YAMLNode
    ) -> Int {
        tree.texts.put(
            UnsafeBufferPointer(start: name, count: strlen(name)), endingAt: node.end, for: &node)
        let number = Int(anchors.number(of: node, in: tree.texts))
        if number == definitions.count { definitions.append(-1) }
        return number
    }

    @discardableResult
    private mutating func add(
        _ newNode: YAMLNode, anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?
    ) throws(ComposeError) -> NodeID {
        var node = newNode
        guard tree.nodes.count < Self.nodeCountMax else {
            throw error(
                .tooLarge, at: node.start,
                "more than \(Self.nodeCountMax) YAML nodes; split the file")
        }
        let id = NodeID(rawValue: Int32(tree.nodes.count))
        if let anchor {
            let name = String(cString: anchor)
            tree.anchorNames[id] = name
            tree.anchorDefinitions[name, default: []].append(id)
            var spelled = node
            definitions[anchorNumber(anchor, &spelled)] = id.rawValue
            node.traits.insert(.anchor)
        }
        if let tag {
            let text = String(cString: tag)
            tree.tags[id] = text
            node.traits.insert(.tag)
            if text == "!reset" || text == "!override" { tree.hasComposeTags = true }
        }
        tree.nodes.append(node)
        if open.isEmpty {
            tree.roots.append(id)
        } else if let previous = top.lastChild {
            tree[previous].nextLink = id.rawValue
        } else {
            tree[top.id].link = id.rawValue
        }
        top.lastChild = id
        return id
    }

    private mutating func openCollection(
        _ node: YAMLNode, anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?
    ) throws(ComposeError) {
        guard open.count < Self.depthMax else {
            throw error(
                .tooDeep, at: node.start,
                "nested more than \(Self.depthMax) levels deep; no Compose file needs that")
        }
        let id = try add(node, anchor: anchor, tag: tag)
        open.append(top)
        top = OpenCollection(id: id)
    }

    private mutating func closeCollection(_ end: Int32) throws(ComposeError) {
        guard let outer = open.popLast() else { return }
        let closed = top
        top = outer
        if tree[closed.id].isFlow {
            tree[closed.id].end = end
        } else if let last = closed.lastChild {
            tree[closed.id].end = tree[last].end
        }
        guard tree[closed.id].kind == .mapping else { return }
        takeKeys(of: closed.id)
        if tree[closed.id].hasMerge { try checkMerges(of: closed.id) }
    }

    /// Gives each key the number of its name, and finds those that are there twice.
    private mutating func takeKeys(of mapping: NodeID) {
        var keys = MappingKeys()
        var hasDuplicates = false
        var next = tree[mapping].link
        while next >= 0 {
            let key = NodeID(rawValue: next)
            next = tree.nodes[Int(tree[key].nextLink)].nextLink
            guard let scalar = tree.scalar(key) else { continue }
            let name = names.number(of: tree[scalar], in: tree.texts)
            tree[scalar].link = name
            if tree.isPlainMerge(key) {
                tree[key].traits.insert(.mergeKey)
                tree[mapping].traits.insert(.merge)
            } else {
                keys.own.formUnion(names.meaning(of: name))
            }
            if !names.isFirst(name, in: mapping) { hasDuplicates = true }
        }
        keys.reachable = keys.own
        tree[mapping].keysIndex = Int32(tree.keys.count)
        tree.keys.append(keys)
        if hasDuplicates {
            tree[mapping].traits.insert(.duplicates)
            tree.mappingsWithDuplicates.append(mapping)
        }
    }

    /// Merges must be of mappings, and not through endless chains. (Cycles were refused above.)
    private mutating func checkMerges(of mapping: NodeID) throws(ComposeError) {
        var depth = 0
        // Written only after the loop, which holds the array of nodes: else it would be copied.
        var reachable = tree.reachableKeys(of: mapping)
        for (key, value) in tree.entries(of: mapping) where tree.isMergeKey(key) {
            var source: NodeID? = value
            let list = tree.sequence(value)
            if let list { source = tree[list].first }
            while let current = source {
                guard let target = tree.mapping(current) else {
                    throw error(
                        .unmergeable, at: tree[current].start,
                        "`<<` merges mappings only, and this is none; write `<<: *anchor` or "
                            + "`<<: [*first, *second]` with anchors of mappings")
                }
                let keys = tree.keys[Int(tree[target].keysIndex)]
                depth = max(depth, 1 + keys.mergeDepth)
                reachable.formUnion(keys.reachable)
                source = list == nil ? nil : tree[current].next
            }
        }
        guard depth <= Self.mergeDepthMax else {
            throw error(
                .tooDeep, at: tree[mapping].start,
                "`<<` leads through more than \(Self.mergeDepthMax) anchors; merge them directly")
        }
        let index = Int(tree[mapping].keysIndex)
        tree.keys[index].mergeDepth = depth
        tree.keys[index].reachable = reachable
    }

    private func error(
        _ kind: ComposeError.Kind, at offset: Int32, _ text: String
    ) -> ComposeError {
        ComposeError(kind, path: source.path, at: source.position(at: Int(offset)), text)
    }

    private func syntaxError(_ parser: yaml_parser_t) -> ComposeError {
        let problem = parser.problem.map { String(cString: $0) } ?? "cannot be parsed"
        // The reader's errors come with a byte offset, all others with a mark.
        let offset =
            parser.error == YAML_READER_ERROR
            ? Int32(min(parser.problem_offset, source.bytes.count))
            : offsets.byte(at: parser.problem_mark.index)
        let context = parser.context.map { " \(String(cString: $0))" } ?? ""
        return error(
            .malformedYAML, at: offset, "not YAML:\(context) \(problem); correct this line")
    }
}

extension GrowingTree {
    /// Whether a key merges: `<<` without quotes.
    fileprivate func isPlainMerge(_ key: NodeID) -> Bool {
        let node = self[key]
        return node.textEnd - node.textStart == 2 && node.kind == .scalar && node.isPlain
            && (!node.hasTag || tags[key] == "tag:yaml.org,2002:merge")
            && texts.withBytes(of: node) { $0.elementsEqual("<<".utf8) }
    }
}
