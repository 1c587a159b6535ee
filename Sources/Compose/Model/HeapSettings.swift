package import Measures

/// Memory that a program is told to use by its command line or its environment.
package struct HeapSetting: Hashable, Sendable {
    /// As it is written: `-Xmx2g`.
    package var text: String
    package var bytes: Bytes
    package var path: String
    package var line: Int
}

extension ComposeModel {
    /// What a service's `command`, `entrypoint` and `environment` say about its heap or its buffers.
    package func heapSettings(of service: ComposeService) -> [HeapSetting] {
        var lookup = LayerLookup(documents: documents, environments: environments)
        var found: [HeapSetting] = []
        for layer in service.layers {
            guard let node = layer.node else { continue }
            let file = documents[layer.document]
            for key in [ComposeKey.command, .entrypoint, .environment] {
                guard let value = lookup.resolvers[layer.document].find(key, in: node)?.value else {
                    continue
                }
                for (text, place) in file.tree.phrases(of: value) {
                    for (flag, bytes) in HeapFlag.all.flatMap({ $0.settings(in: text) }) {
                        found.append(
                            HeapSetting(
                                text: flag, bytes: bytes, path: file.path,
                                line: file.line(of: place)))
                    }
                }
            }
        }
        return found
    }
}

extension YAMLTree {
    /// The scalars of a value; of a mapping each key with its value, as `KEY=value`.
    fileprivate func phrases(of value: NodeID) -> [(String, NodeID)] {
        if let scalar = scalar(value) { return [(text(of: scalar), scalar)] }
        if let list = sequence(value) {
            // Flags and their values may be items of their own.
            let items = children(of: list).compactMap { child in
                keyText(child).map { ($0, child) }
            }
            return items
                + zip(items, items.dropFirst()).map { ("\($0.0) \($1.0)", $0.1) }
                .filter { !$0.0.contains("=") }
        }
        guard let mapping = mapping(value) else { return [] }
        return entries(of: mapping).compactMap { key, value in
            guard let name = keyText(key), let text = keyText(value) else { return nil }
            return ("\(name)=\(text)", value)
        }
    }
}

/// A way of telling a program how much memory to take.
private struct HeapFlag {
    var prefix: String
    /// What a number without a unit counts.
    var unit: Int64

    /// Java, Node.js, PostgreSQL, Redis, MySQL, Go.
    static let all = [
        HeapFlag(prefix: "-Xmx", unit: 1), HeapFlag(prefix: "--max-old-space-size=", unit: 1 << 20),
        HeapFlag(prefix: "--max-old-space-size ", unit: 1 << 20),
        HeapFlag(prefix: "shared_buffers=", unit: 8 << 10),
        HeapFlag(prefix: "POSTGRES_SHARED_BUFFERS=", unit: 8 << 10),
        HeapFlag(prefix: "--maxmemory ", unit: 1), HeapFlag(prefix: "--maxmemory=", unit: 1),
        HeapFlag(prefix: "innodb-buffer-pool-size=", unit: 1),
        HeapFlag(prefix: "innodb_buffer_pool_size=", unit: 1),
        HeapFlag(prefix: "GOMEMLIMIT=", unit: 1),
    ]

    func settings(in text: String) -> [(String, Bytes)] {
        text.split(separator: prefix, omittingEmptySubsequences: false).dropFirst().compactMap {
            rest in
            let amount = rest.prefix { $0.isNumber || $0.isLetter || $0 == "." }
            guard !amount.isEmpty else { return nil }
            let bytes =
                Int64(amount).flatMap { count in
                    let product = count.multipliedReportingOverflow(by: unit)
                    return product.overflow ? nil : Bytes(product.partialValue)
                } ?? Bytes(composeSize: String(amount))
            return bytes.map { ("\(prefix)\(amount)", $0) }
        }
    }
}
