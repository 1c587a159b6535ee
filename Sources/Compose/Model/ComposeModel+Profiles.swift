extension ComposeModel {
    /// The profiles of the services that have any. Compose appends the lists of all layers.
    package var profiles: [String: [String]] {
        var lookup = LayerLookup(documents: documents, environments: environments)
        var result: [String: [String]] = [:]
        for service in services {
            var names: [String] = []
            for layer in service.layers.reversed() {
                guard let node = layer.node else { continue }
                let tree = documents[layer.document].tree
                guard let found = lookup.resolvers[layer.document].find(.profiles, in: node),
                    let list = tree.sequence(found.value)
                else { continue }
                names += tree.children(of: list).compactMap(tree.keyText).filter {
                    !names.contains($0)
                }
            }
            if !names.isEmpty { result[service.name] = names }
        }
        return result
    }
}

extension ComposeModel {
    /// The services that Compose has nothing to start from. It refuses a file for them, unless others
    /// complete it, or their profiles are off: those that have any are no part of this.
    package var servicesWithoutImage: [ComposeService] {
        var lookup = LayerLookup(documents: documents, environments: environments)
        return services.filter { service in
            ![ComposeKey.image, .build, .provider, .profiles].contains { key in
                lookup.site([key], in: service.layers) != nil
            }
        }
    }
}
