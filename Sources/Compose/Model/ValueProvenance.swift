/// Where a value in effect comes from, for people.
package struct ValueProvenance: Sendable {
    /// As in `limits.memory_bytes`.
    package var name: String
    /// The value as it is written.
    package var text: String
    package var path: String
    package var position: SourcePosition
    /// From the service to the value: `deploy.resources.limits.memory`.
    package var key: String
    /// What leads there, from the service on: `extends` and merges, each with its place.
    package var chain: [String]
}

extension ComposeModel {
    /// Where each amount in effect of a service is written.
    package func provenance(of service: ComposeService) -> [ValueProvenance] {
        var lookup = LayerLookup(documents: documents, environments: environments)
        let sites = lookup.resourceSites(of: service.layers)
        return ResourceKey.allCases.flatMap { key in
            // Both families, where both are written: Compose wants them equal.
            [sites.deploy[key], sites.service[key]].compactMap { $0 }.map {
                provenance(key.outputName, $0, service.layers[$0.layer])
            }
        }
    }

    private func provenance(
        _ name: String, _ site: ValueSite, _ layer: ServiceLayer
    ) -> ValueProvenance {
        let file = documents[layer.document]
        let leaf = site.leaf
        var chain = layer.extends.map { step in
            "extends (\(documents[step.document].path):\(documents[step.document].line(of: step.key)))"
        }
        if let merge = layer.entry.merge {
            chain.append("<<: \(file.spelling(merge)) (line \(file.line(of: merge)))")
        }
        for step in site.steps {
            for merge in step.merges {
                chain.append("<<: \(file.spelling(merge)) (line \(file.line(of: merge)))")
            }
            if file.tree[step.value].kind == .alias {
                chain.append("\(file.spelling(step.value)) (line \(file.line(of: step.value)))")
            }
        }
        let value = file.tree.resolved(leaf.value)
        return ValueProvenance(
            name: name, text: file.tree.text(of: value), path: file.path,
            position: file.position(of: value),
            key: site.steps.compactMap { file.tree.keyText($0.key) }.joined(separator: "."),
            chain: chain)
    }
}
