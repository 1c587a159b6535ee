/// Keys for which Compose refuses a file, since nothing of that name may stand where they do.
extension ModelBuilder {
    /// Those at the top of files that Compose reads as a whole; of one that only `extends` names it takes the service.
    mutating func checkTopKeys(of scope: ComposeScope) {
        for unit in scope.units {
            checkKeys(of: unit.root, unit.document, in: .top, "")
            for included in unit.includes { checkTopKeys(of: included) }
        }
    }

    /// In quotes `<<` is such a key, and merges nothing.
    mutating func checkKeys(of layers: [ServiceLayer], _ name: String) {
        for layer in layers where isValidated(layer) {
            guard let node = layer.node else { continue }
            checkKeys(of: node, layer.document, in: .service, name)
        }
    }

    /// Those of `deploy` and below it.
    mutating func checkDeployKeys(of layers: [ServiceLayer], _ name: String) {
        for layer in layers where isValidated(layer) {
            guard let node = layer.node, let deploy = find(.deploy, in: node, of: layer.document)
            else { continue }
            checkKeysBelow(deploy.value, layer.document, in: .deploy, name)
        }
    }

    /// Compose validates each file after `extends`, when `!reset` may have taken a key away again.
    private func isValidated(_ layer: ServiceLayer) -> Bool {
        layer.extends.isEmpty || !documents.contains { $0.tree.hasComposeTags }
    }

    private mutating func checkKeysBelow(
        _ value: NodeID, _ document: Int, in place: KeyPlace, _ name: String
    ) {
        let tree = documents[document].tree
        if let mapping = tree.mapping(value) {
            checkKeys(of: mapping, document, in: place, name)
            for child in place.children {
                guard let found = find(child.key, in: mapping, of: document) else { continue }
                checkKeysBelow(found.value, document, in: child.place, name)
            }
        } else if let list = tree.sequence(value), isFirstCheck(of: list, document, place) {
            for item in tree.children(of: list) where tree.mapping(item) != nil {
                checkKeysBelow(item, document, in: place, name)
            }
        }
    }

    /// What is merged is looked at once, and said of the service with this name that is read first. The depth is that of merges, which `YAMLParser` bounds.
    private mutating func checkKeys(
        of mapping: NodeID, _ document: Int, in place: KeyPlace, _ name: String
    ) {
        let file = documents[document]
        guard file.tree.reachableKeys(of: mapping).hasForeign(in: place),
            isFirstCheck(of: mapping, document, place)
        else { return }
        for (key, value) in file.tree.entries(of: mapping) where !file.tree.isReset(value) {
            guard hasRoomForRejections else { return }
            guard !file.tree.isMergeKey(key), let text = file.tree.keyText(key),
                !KeyTable.shared.meaning(of: text).isAllowed(in: place)
            else { continue }
            reject(unknownKey(text, key, file, place, name))
        }
        for source in file.tree.mergeSourcesByPrecedence(of: mapping) {
            guard let target = file.tree.mapping(source) else { continue }
            checkKeys(of: target, document, in: place, name)
        }
    }

    private mutating func isFirstCheck(
        of node: NodeID, _ document: Int, _ place: KeyPlace
    ) -> Bool {
        checkedForKeys.insert([Int32(document), node.rawValue, Int32(place.rawValue)]).inserted
    }

    private func unknownKey(
        _ text: String, _ key: NodeID, _ file: ComposeDocument, _ place: KeyPlace, _ name: String
    ) -> ComposeError {
        let advice =
            text == "<<"
            ? "in quotes it merges nothing, so write it without"
            : "correct it, or begin it with x-"
        let owner = place == .top ? "the top level" : "service \(name)"
        let parent = place.path.isEmpty ? "" : " in `\(place.path)`"
        return ComposeError(
            place == .top ? .unknownKey : .invalidService, path: file.path,
            at: file.position(of: key),
            "\(owner) has the key `\(text)`\(parent), for which \(KeyPlace.source) refuses the "
                + "file; \(advice)")
    }
}
