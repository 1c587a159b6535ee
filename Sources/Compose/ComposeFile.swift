/// A Compose file as its bytes and a tree of spans over them, with what it says about resources.
///
/// One file is read at a time: `extends`, `include` and override files are named in warnings, and a
/// service that needs them is not patched.
package struct ComposeFile: Sendable {
    package let source: SourceText
    package let tree: YAMLTree
    /// The top-level `name:`.
    package let projectName: String?
    /// From the smallest to the largest.
    package let tiers: [ComposeTier]
    /// In the order of the text; services merged in from an anchor follow.
    package let services: [ComposeService]
    /// In the order of the lines.
    package let warnings: [ComposeWarning]
    /// Anchors that look like tiers but hold no usable values, by tier name, with the reason.
    let unusableTiers: [String: String]
    /// The names of the tiers by their anchored mappings.
    let tierNames: [NodeID: String]
    let root: NodeID
    let servicesNode: NodeID

    package var path: String { source.path }
    package var bytes: [UInt8] { source.bytes }

    /// Reads and parses a file.
    ///
    /// - Throws: `ComposeError`; every kind but the ones about writing.
    package init(path: String) throws(ComposeError) {
        try self.init(SourceText(path: path))
    }

    /// - Parameter path: names the file in errors; nothing is read from it.
    package init(bytes: [UInt8], path: String) throws(ComposeError) {
        try self.init(SourceText(bytes: bytes, path: path))
    }

    private init(_ source: SourceText) throws(ComposeError) {
        let tree = try YAMLParser.parse(source)
        var reader = try ModelReader(source: source, tree: tree)
        reader.readModel()
        self.source = source
        self.tree = tree
        root = reader.root
        servicesNode = reader.servicesNode
        projectName = reader.projectName
        tiers = reader.tiers
        services = reader.services
        tierNames = reader.tierNames
        unusableTiers = reader.unusableTiers
        warnings = reader.warnings.sorted { $0.line < $1.line }
    }

    package func service(_ name: String) -> ComposeService? {
        services.first { $0.name == name }
    }

    package func tier(_ name: String) -> ComposeTier? { tiers.first { $0.name == name } }
}
