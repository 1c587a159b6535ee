/// YAML that is about to be written: new values, and copies of nodes that they would hide.
indirect enum Snippet {
    /// A scalar or an alias, as it is to stand in the text.
    case raw(String)
    /// In the order of writing.
    case mapping([Entry])
    case sequence([Snippet])

    struct Entry {
        var key: String
        var value: Snippet
    }
}

extension Snippet {
    /// How the text around writes its mappings.
    enum Style {
        /// Keys below each other, each level indented by so many more blanks.
        case block(indent: Int, step: Int)
        /// In braces, on one line.
        case flow
        /// In braces, with everything in double quotes that JSON wants there.
        case json
    }

    /// On one line, in braces and brackets.
    func flow(json: Bool = false) -> String {
        switch self {
        case .raw(let text): json ? Self.jsonScalar(text) : text
        case .mapping(let entries):
            "{" + Self.flow(entries, json: json) + "}"
        case .sequence(let items):
            "[" + items.map { $0.flow(json: json) }.joined(separator: ", ") + "]"
        }
    }

    static func flow(_ entries: [Entry], json: Bool = false) -> String {
        entries.map { entry in
            let key = json ? "\"\(entry.key)\"" : entry.key
            return "\(key): \(entry.value.flow(json: json))"
        }.joined(separator: ", ")
    }

    /// Lines without their ends, each with its indentation.
    static func block(_ entries: [Entry], indent: Int, step: Int) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        return entries.flatMap { entry in
            guard case .mapping(let children) = entry.value, !children.isEmpty else {
                return ["\(blanks)\(entry.key): \(entry.value.flow())"]
            }
            return ["\(blanks)\(entry.key):"]
                + block(children, indent: indent + step, step: step)
        }
    }

    /// Numbers and what is quoted already stay; other text gets JSON's quotes.
    private static func jsonScalar(_ text: String) -> String {
        if text.hasPrefix("\"") || ["true", "false", "null"].contains(text) { return text }
        if text.hasPrefix("'"), text.hasSuffix("'") { return "\"\(text.dropFirst().dropLast())\"" }
        return Double(text) != nil ? text : "\"\(text)\""
    }
}
