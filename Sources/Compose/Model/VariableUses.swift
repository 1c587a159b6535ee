/// Where variables of `.env` files are used for something else than the amounts of services: changing such a variable
/// would change that as well.
struct VariableUses {
    /// The first such use, by name.
    private(set) var others: [String: Place] = [:]

    struct Place: Sendable {
        var path: String
        var line: Int
        var text: String
    }

    private let model: ComposeModel
    private var names: Set<String> = []
    /// What amounts in effect are written as, by document.
    private var amounts: [Set<NodeID>]

    init(_ model: ComposeModel) {
        self.model = model
        amounts = model.documents.map { _ in [] }
        for file in model.environmentFiles {
            for entry in DotEnv.entries(of: file) { names.insert(entry.name) }
        }
        findAmounts()
        for document in model.documents.indices { findUses(in: document) }
        for file in model.environmentFiles { findUses(in: file) }
    }

    private mutating func findAmounts() {
        var lookup = LayerLookup(documents: model.documents, environments: model.environments)
        for service in model.services {
            let sites = lookup.resourceSites(of: service.layers)
            for site in ResourceKey.allCases.flatMap({ [sites.deploy[$0], sites.service[$0]] }) {
                guard let site else { continue }
                let document = service.layers[site.layer].document
                amounts[document].insert(model.documents[document].tree.resolved(site.leaf.value))
            }
            findPassedFiles(service)
        }
    }

    private mutating func findUses(in document: Int) {
        let (file, tree) = (model.documents[document], model.documents[document].tree)
        for index in tree.nodes.indices where tree.nodes[index].kind == .scalar {
            let node = NodeID(rawValue: Int32(index))
            guard !amounts[document].contains(node) else { continue }
            let text = tree.text(of: node)
            // Without a value, `environment: [NAME]` and its like take the variable's.
            let used = names.contains(text) ? [text] : Self.names(in: text)
            for name in used where names.contains(name) {
                note(name, Place(path: file.path, line: file.line(of: node), text: text))
            }
        }
    }

    private mutating func findUses(in file: SourceText) {
        for entry in DotEnv.entries(of: file) {
            for name in Self.names(in: entry.value) {
                note(name, Place(path: file.path, line: entry.line, text: entry.name))
            }
        }
    }

    /// `env_file` gives a container every variable of a file.
    private mutating func findPassedFiles(_ service: ComposeService) {
        for layer in service.layers {
            let file = model.documents[layer.document]
            var resolver = MergeResolver(file.tree)
            guard let node = layer.node, let found = resolver.find(.envFile, in: node) else {
                continue
            }
            for item in file.tree.sequence(found.value).map({ Array(file.tree.children(of: $0)) })
                ?? [found.value]
            {
                let path = file.tree.mapping(item).flatMap { resolver.find(.path, in: $0)?.value }
                guard let text = file.tree.keyText(path ?? item) else { continue }
                note(fileNamed: text, Place(path: file.path, line: file.line(of: item), text: text))
            }
        }
    }

    /// Directories may be written in many ways, so that the last part of a path has to do.
    private mutating func note(fileNamed text: String, _ place: Place) {
        let name = text.split(separator: "/").last
        for file in model.environmentFiles
        where text.contains("$") || file.path.split(separator: "/").last == name {
            for entry in DotEnv.entries(of: file) { note(entry.name, place) }
        }
    }

    private mutating func note(_ name: String, _ place: Place) {
        if others[name] == nil { others[name] = place }
    }

    /// The names after `$` and `${` in a text, nested ones too.
    private static func names(in text: String) -> [String] {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return [] }
        return text.split(separator: "$", omittingEmptySubsequences: false).dropFirst().map {
            part in
            let name = part.hasPrefix("{") ? part.dropFirst() : part
            return String(name.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        }
    }
}
