/// Reads Compose files and all that they name, and puts services together from their layers.
struct ModelBuilder {
    let files: ComposeFiles
    var lookup = LayerLookup(documents: [], environments: [])
    private var documentIndices: [String: Int] = [:]
    /// Where services lie in units that were asked for one by name, by document and root.
    private var places: [Int: [String: Int]] = [:]
    /// Units of files that `extends` names, by document and environment.
    private var extended: [[Int]: [ComposeUnit]] = [:]
    /// The `.env` files that were read, each once; those that are no UTF-8 are not edited, and are left out.
    private(set) var environmentFiles: [SourceText] = []
    private(set) var warnings: [ComposeWarning] = []
    private(set) var rejections: [ComposeError] = []
    /// The amounts of a `deploy`, by document, environment and node.
    var deployResources: [Int: ComposeResources] = [:]
    /// What services have that merge nothing but one anchor, by that (`LayerLookup.onlySource`).
    var sharedFacts: [Int: (facts: ComposeService.Facts, group: Int32)] = [:]
    /// Whether some service has more than one layer.
    var hasSeveralLayers = false
    /// The line that was asked for last, in each document: services are read in the order of the text.
    private var latestLines: [Int] = []
    /// A bad value behind an anchor is warned about once, not for each service that merges it.
    private var warned: Set<[Int32]> = []
    /// Mappings whose keys were compared with those that Compose knows, by document, node and place.
    var checkedForKeys: Set<[Int32]> = []

    init(files: ComposeFiles) { self.files = files }

    var documents: [ComposeDocument] { lookup.documents }

    // MARK: Files

    /// - Returns: the index of the document, which is read once.
    mutating func document(at path: String) throws(ComposeError) -> Int {
        if let known = documentIndices[path] { return known }
        let document = try ComposeDocument(bytes: files.read(path), path: path)
        lookup.append(document)
        latestLines.append(0)
        documentIndices[path] = documents.count - 1
        return documents.count - 1
    }

    /// Adds what a `.env` file sets, if there is one.
    mutating func read(
        dotEnv path: String, into environment: inout ComposeEnvironment
    ) throws(ComposeError) {
        guard let bytes = try files.readIfPresent(path) else { return }
        environment.addDotEnv(String(decoding: bytes, as: UTF8.self), path: path)
        guard !environmentFiles.contains(where: { $0.path == path }) else { return }
        do throws(ComposeError) {
            environmentFiles.append(try SourceText(bytes: bytes, path: path))
        } catch  where error.kind == .notUTF8 {
            return
        }
    }

    mutating func addEnvironment(_ environment: ComposeEnvironment) -> Int {
        lookup.append(environment)
        return lookup.environments.count - 1
    }

    /// - Parameters:
    ///   - directory: of the project; nil for that of the first file.
    ///   - including: the files whose `include` led here.
    mutating func scope(
        of paths: [String], environment: Int, directory: String? = nil, including: [String] = []
    ) throws(ComposeError) -> ComposeScope {
        var scope = ComposeScope()
        let directory =
            directory ?? paths.first.map(ComposePath.directory(of:)) ?? ""
        for path in paths {
            let document = try document(at: path)
            for root in documents[document].roots {
                var unit = try unit(document, root, environment, directory)
                unit.includes = includes(of: unit, including + [path])
                scope.units.append(unit)
            }
        }
        return scope
    }

    private mutating func unit(
        _ document: Int, _ root: NodeID, _ environment: Int, _ directory: String
    ) throws(ComposeError) -> ComposeUnit {
        var unit = ComposeUnit(
            document: document, environment: environment, root: root, services: [],
            directory: directory)
        let file = documents[document]
        guard let found = lookup.resolvers[document].find(.services, in: root) else { return unit }
        guard let services = file.tree.mapping(found.value) else {
            throw ComposeError(
                .noServices, path: file.path, at: file.position(of: found.key),
                "`services:` must be a mapping of service names; add at least one service")
        }
        unit.services = lookup.resolvers[document].entries(of: services)
        if file.tree.hasComposeTags {
            unit.isCutOff = lookup.resolvers[document].isCutOff(.services, in: root)
            for (key, value) in file.tree.entries(of: services) where file.tree.isReset(value) {
                if let name = file.tree.keyText(key) { unit.resets.insert(name) }
            }
        }
        return unit
    }

    /// Files that cannot be read are said in `rejections`; the rest of the project still stands.
    private mutating func includes(of unit: ComposeUnit, _ including: [String]) -> [ComposeScope] {
        let file = documents[unit.document]
        guard let found = lookup.resolvers[unit.document].find(.include, in: unit.root),
            let list = file.tree.sequence(found.value)
        else { return [] }
        return file.tree.children(of: list).compactMap { item in
            do throws(ComposeError) {
                let include = try include(item, unit, unit.directory)
                for path in include.paths where including.contains(path) {
                    throw ComposeError(
                        .invalidInclude, path: file.path, at: file.position(of: item),
                        "\(path) includes itself; Compose refuses the cycle, so remove it")
                }
                return try scope(
                    of: include.paths, environment: include.environment,
                    directory: include.directory, including: including)
            } catch {
                reject(located(error, at: item, of: file, "include"))
                return nil
            }
        }
    }

    private mutating func include(
        _ item: NodeID, _ unit: ComposeUnit, _ directory: String
    ) throws(ComposeError) -> (paths: [String], environment: Int, directory: String) {
        let tree = documents[unit.document].tree
        var paths: [String] = []
        var project: String?
        var environmentFiles: [String] = []
        if let mapping = tree.mapping(item) {
            if let path = lookup.resolvers[unit.document].find(.path, in: mapping) {
                paths = texts(path.value, unit.document, unit.environment)
            }
            if let key = lookup.resolvers[unit.document].find(.projectDirectory, in: mapping) {
                project = text(key.value, unit.document, unit.environment)
            }
            if let key = lookup.resolvers[unit.document].find(.envFile, in: mapping) {
                environmentFiles = texts(key.value, unit.document, unit.environment)
            }
        } else {
            paths = texts(item, unit.document, unit.environment)
        }
        paths = paths.map { ComposePath.join(directory, $0) }
        let home =
            project.map { ComposePath.join(directory, $0) }
            ?? paths.first.map(ComposePath.directory(of:)) ?? directory
        environmentFiles =
            environmentFiles.isEmpty
            ? [ComposePath.join(home, ".env")]
            : environmentFiles.map { ComposePath.join(directory, $0) }
        var environment = lookup.environments[unit.environment]
        for path in environmentFiles {
            try read(dotEnv: path, into: &environment)
        }
        return (paths, addEnvironment(environment), home)
    }

    private func texts(_ value: NodeID, _ document: Int, _ environment: Int) -> [String] {
        let tree = documents[document].tree
        guard let list = tree.sequence(value) else {
            return text(value, document, environment).map { [$0] } ?? []
        }
        return tree.children(of: list).compactMap { text($0, document, environment) }
    }

    /// A text with its variables filled in; nil where it is none or cannot be filled in.
    func text(_ value: NodeID, _ document: Int, _ environment: Int) -> String? {
        guard let text = documents[document].tree.keyText(value) else { return nil }
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var unset: [String] = []
        do throws(Template.Failure) {
            return try Template(text).filled(
                from: lookup.environments[environment], unset: &unset)
        } catch {
            return nil
        }
    }

    // MARK: Layers

    /// A unit's service of this name.
    private mutating func entry(_ name: String, of unit: ComposeUnit) -> MergeResolver.Entry? {
        let question = unit.document << 32 | Int(unit.root.rawValue)
        if places[question] == nil {
            places[question] = Dictionary(
                uniqueKeysWithValues: unit.services.enumerated().map { ($1.name, $0) })
        }
        return places[question]?[name].map { unit.services[$0] }
    }

    /// The layers of a service of the only unit.
    mutating func layers(of entry: MergeResolver.Entry, in unit: ComposeUnit) -> [ServiceLayer] {
        let tree = documents[unit.document].tree
        if !tree.hasComposeTags, let node = tree.mapping(entry.value),
            !tree.reachableKeys(of: node).contains(.extends)
        {
            return [
                ServiceLayer(
                    document: unit.document, environment: unit.environment, entry: entry,
                    node: node)
            ]
        }
        return layers(of: entry.name, in: ComposeScope(units: [unit]))
    }

    /// The layers of a service, the one that wins first.
    mutating func layers(of name: String, in scope: ComposeScope) -> [ServiceLayer] {
        var layers: [ServiceLayer] = []
        for unit in scope.units.reversed() {
            if entry(name, of: unit) != nil {
                var visited: Set<[Int32]> = []
                append(name, of: unit, through: [], &layers, &visited)
            }
            for included in unit.includes {
                let more = self.layers(of: name, in: included)
                if let own = entry(name, of: unit), let other = more.first {
                    rejectConflict(name, own, unit, other)
                } else {
                    layers += more
                }
            }
            if unit.isCutOff || unit.resets.contains(name) { break }
        }
        return layers
    }

    /// Compose takes a service from one side only, unless both say the very same.
    private mutating func rejectConflict(
        _ name: String, _ own: MergeResolver.Entry, _ unit: ComposeUnit, _ other: ServiceLayer
    ) {
        let file = documents[unit.document]
        let prints = [unit.document, other.document].map { Fingerprints(documents[$0].tree) }
        guard prints[0][own.value] != prints[1][other.entry.value] else { return }
        reject(
            ComposeError(
                .invalidInclude, path: file.path, at: file.position(of: own.key),
                "service \(name) is also in \(documents[other.document].path), which is included; "
                    + "Compose refuses two of a name"))
    }

    private mutating func append(
        _ name: String, of unit: ComposeUnit, through steps: [ServiceLayer.Step],
        _ layers: inout [ServiceLayer], _ visited: inout Set<[Int32]>
    ) {
        guard let entry = entry(name, of: unit) else { return }
        let file = documents[unit.document]
        let node = file.tree.mapping(entry.value)
        let isReset = file.tree.isReset(entry.value)
        layers.append(
            ServiceLayer(
                document: unit.document, environment: unit.environment, entry: entry,
                node: isReset ? nil : node, extends: steps,
                isCutOff: isReset || file.tree.isOverride(entry.value)))
        guard let node, let found = lookup.resolvers[unit.document].find(.extends, in: node)
        else { return }
        var isCutOff = false
        if file.tree.hasComposeTags {
            isCutOff = lookup.resolvers[unit.document].isCutOff(.extends, in: node)
        }
        guard !isCutOff, visited.insert([Int32(unit.document), entry.key.rawValue]).inserted else {
            if !isCutOff { rejectExtends(found, unit, "leads back to service \(name)") }
            return
        }
        let path = steps + [ServiceLayer.Step(document: unit.document, key: found.key)]
        guard let (base, units) = extendedService(found, unit) else { return }
        guard let other = units.first(where: { self.entry(base, of: $0) != nil }) else {
            let place = units.first.map { documents[$0.document].path } ?? file.path
            rejectExtends(found, unit, "names the service \(base), which \(place) does not have")
            return
        }
        append(base, of: other, through: path, &layers, &visited)
    }

    private mutating func extendedService(
        _ found: Found, _ unit: ComposeUnit
    ) -> (name: String, units: [ComposeUnit])? {
        let file = documents[unit.document]
        guard let mapping = file.tree.mapping(found.value) else {
            guard let name = text(found.value, unit.document, unit.environment) else { return nil }
            return (name, [unit])
        }
        let service = lookup.resolvers[unit.document].find(.service, in: mapping)
        guard let service, let name = text(service.value, unit.document, unit.environment) else {
            rejectExtends(found, unit, "names no service")
            return nil
        }
        guard let key = lookup.resolvers[unit.document].find(.file, in: mapping),
            let relative = text(key.value, unit.document, unit.environment)
        else { return (name, [unit]) }
        let path = ComposePath.join(unit.directory, relative)
        do throws(ComposeError) {
            let document = try document(at: path)
            if let known = extended[[document, unit.environment]] { return (name, known) }
            var units: [ComposeUnit] = []
            for root in documents[document].roots {
                units.append(
                    try self.unit(
                        document, root, unit.environment, ComposePath.directory(of: path)))
            }
            extended[[document, unit.environment]] = units
            return (name, units)
        } catch {
            reject(located(error, at: key.value, of: file, "extends"))
            return nil
        }
    }

    private mutating func rejectExtends(_ found: Found, _ unit: ComposeUnit, _ problem: String) {
        let file = documents[unit.document]
        guard warned.insert([Int32(unit.document), found.key.rawValue]).inserted else { return }
        reject(
            ComposeError(
                .invalidExtends, path: file.path, at: file.position(of: found.key),
                "`extends` \(problem); Compose refuses the file, so correct it"))
    }

    /// What is wrong with a file that another names is said where it is named.
    private func located(
        _ error: ComposeError, at node: NodeID, of file: ComposeDocument, _ key: String
    ) -> ComposeError {
        if error.kind == .invalidInclude { return error }
        return ComposeError(
            key == "include" ? .invalidInclude : .invalidExtends, path: file.path,
            at: file.position(of: node), "`\(key)` cannot be followed: \(error)")
    }

    // MARK: What is wrong

    /// Nobody reads more of them, and a hostile file could have very many.
    var hasRoomForRejections: Bool { rejections.count < 100 }

    mutating func reject(_ error: ComposeError) {
        guard hasRoomForRejections, !rejections.contains(error) else { return }
        rejections.append(error)
    }

    /// Counted from 1.
    mutating func line(of node: NodeID, in document: Int) -> Int {
        let file = documents[document]
        return file.source.line(
            at: file.tree[node].span.lowerBound, near: &latestLines[document])
    }

    mutating func warn(
        at node: NodeID, of document: Int, _ text: String, kind: ComposeWarning.Kind = .other
    ) {
        guard warned.insert([Int32(document), node.rawValue]).inserted else { return }
        let file = documents[document]
        warnings.append(
            ComposeWarning(kind: kind, path: file.path, line: file.line(of: node), text: text))
    }

    // MARK: Lookups

    mutating func site(_ path: [ComposeKey], in layers: [ServiceLayer]) -> ValueSite? {
        lookup.site(path, in: layers)
    }

    func entries(of mapping: NodeID, in document: Int) -> [MergeResolver.Entry] {
        lookup.resolvers[document].entries(of: mapping)
    }

    mutating func find(_ key: ComposeKey, in mapping: NodeID, of document: Int) -> Found? {
        lookup.resolvers[document].find(key, in: mapping)
    }
}
