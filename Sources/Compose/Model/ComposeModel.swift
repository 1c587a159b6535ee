/// What Compose makes of one or several files: the services with their resources in effect, and where each
/// value is written.
package struct ComposeModel: Sendable {
    /// All files that were read, the ones asked for first.
    package let documents: [ComposeDocument]
    let environments: [ComposeEnvironment]
    /// The `.env` files that were read.
    let environmentFiles: [SourceText]
    let scope: ComposeScope
    /// The top-level `name:`.
    package let projectName: String?
    /// Of the first file that defines any; from the smallest to the largest.
    package let tiers: [ComposeTier]
    /// By document.
    let documentTiers: [DocumentTiers]
    /// In the order of the text; services merged in from an anchor follow, then those of `include`.
    package let services: [ComposeService]
    /// In the order of files and lines.
    package let warnings: [ComposeWarning]
    /// What Compose refuses the files for, as far as it is seen here.
    package let rejections: [ComposeError]
    /// How many groups of services have their facts in common (`ComposeService.Source`).
    let groupCount: Int
    /// Whether some service has more than one layer.
    let hasSeveralLayers: Bool
    private let origin: Origin

    /// What the model was read from, to read it again with changes.
    private struct Origin {
        var paths: [String]
        var environment: ComposeEnvironment
        var files: ComposeFiles
    }

    /// Of the first file.
    package var path: String { documents[0].path }
    package var bytes: [UInt8] { documents[0].bytes }

    /// - Parameters:
    ///   - paths: in the order in which Compose is given them.
    ///   - environment: the variables of the process; `.env` beside the first file is read here.
    /// - Throws: `ComposeError`; every kind but the ones about writing.
    package init(
        paths: [String], environment: ComposeEnvironment, files: ComposeFiles = .disk
    ) throws(ComposeError) {
        precondition(!paths.isEmpty, "a model of no file")
        var builder = ModelBuilder(files: files)
        var filled = environment
        try builder.read(
            dotEnv: ComposePath.join(ComposePath.directory(of: paths[0]), ".env"), into: &filled)
        let main = builder.addEnvironment(filled)
        scope = try builder.scope(of: paths, environment: main)
        try Self.requireServices(scope, builder)
        builder.checkTopKeys(of: scope)
        // Reading the services reads the files that they extend; what those define are no tiers of ours.
        let tiers = builder.documents.indices.map { builder.tiers(of: $0, environment: main) }
        let tierNames = tiers.map(\.names)
        services = builder.services(of: scope, tiers: tierNames)
        for document in builder.documents.indices {
            builder.warnOfDuplicateKeys(in: document, services)
        }
        projectName = scope.units.reversed().lazy.compactMap { unit in
            builder.find(.name, in: unit.root, of: unit.document).flatMap {
                builder.text($0.value, unit.document, unit.environment)
            }
        }.first { !$0.isEmpty }
        documents = builder.documents
        environments = builder.lookup.environments
        environmentFiles = builder.environmentFiles
        documentTiers =
            tiers
            + (tiers.count..<builder.documents.count).map { _ in DocumentTiers() }
        self.tiers = tiers.first { !$0.tiers.isEmpty }?.tiers ?? []
        let order = Dictionary(
            uniqueKeysWithValues: documents.enumerated().map { ($0.element.path, $0.offset) })
        warnings = builder.warnings.sorted {
            (order[$0.path] ?? 0, $0.line) < (order[$1.path] ?? 0, $1.line)
        }
        rejections = builder.rejections
        groupCount = builder.sharedFacts.count
        hasSeveralLayers = builder.hasSeveralLayers
        origin = Origin(paths: paths, environment: environment, files: files)
    }

    /// Reads one file, as `docker compose -f FILE` does.
    package init(path: String) throws(ComposeError) {
        try self.init(paths: [path], environment: .process)
    }

    /// - Parameter path: names the file in errors; nothing is read from the disk.
    package init(bytes: [UInt8], path: String) throws(ComposeError) {
        try self.init(
            paths: [path], environment: ComposeEnvironment(), files: .only([path: bytes]))
    }

    /// The same files with the content of some replaced.
    func replacing(_ files: [String: [UInt8]]) throws(ComposeError) -> ComposeModel {
        try ComposeModel(
            paths: origin.paths, environment: origin.environment,
            files: origin.files.replacing(files))
    }

    /// The same with one more file after the others.
    func adding(_ path: String, _ bytes: [UInt8]) throws(ComposeError) -> ComposeModel {
        try ComposeModel(
            paths: origin.paths + [path], environment: origin.environment,
            files: origin.files.replacing([path: bytes]))
    }

    /// For whoever asks for many; made anew each time.
    package func servicesByName() -> [String: ComposeService] {
        Dictionary(services.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Looks at one service after the other.
    package func service(_ name: String) -> ComposeService? {
        services.first { $0.name == name }
    }

    package func tier(_ name: String) -> ComposeTier? { tiers.first { $0.name == name } }

    private static func requireServices(
        _ scope: ComposeScope, _ builder: ModelBuilder
    ) throws(ComposeError) {
        var builder = builder
        for unit in scope.units {
            if !unit.includes.isEmpty { return }
            if builder.find(.services, in: unit.root, of: unit.document) != nil { return }
        }
        if let refused = builder.rejections.first { throw refused }
        throw ComposeError(
            .noServices, path: builder.documents[0].path,
            "there is no `services:` key at the top level; is this a Compose file?")
    }
}
