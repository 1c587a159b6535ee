/// What Compose refuses a service for, whatever its amounts.
extension ModelBuilder {
    /// An empty `deploy:` is legal, and none of the keys below it or of the older family.
    mutating func checkShapes(of layers: [ServiceLayer], _ name: String) {
        if let null = lookup.takePassedNull() {
            let file = documents[null.document]
            let key = file.tree.keyText(null.found.key) ?? "a key"
            reject(
                ComposeError(
                    .invalidService, path: file.path, at: file.position(of: null.found.key),
                    "service \(name): `\(key):` is empty, which Compose refuses; give it a value or "
                        + "remove it"))
        }
        guard let deploy = site([.deploy], in: layers) else { return }
        let file = documents[layers[deploy.layer].document]
        guard file.tree.mapping(deploy.leaf.value) == nil else { return }
        reject(
            ComposeError(
                .invalidService, path: file.path, at: file.position(of: deploy.leaf.key),
                "service \(name): `deploy:` is no mapping; Compose refuses the file"))
    }

    /// Compose's pattern is `^[a-zA-Z0-9._-]+$`.
    mutating func checkName(_ name: String, _ layer: ServiceLayer) {
        let isValid =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        let file = documents[layer.document]
        let key = file.tree[layer.entry.key]
        if isValid, key.kind == .scalar, key.isPlain, isNumberOrBoolean(name) {
            reject(
                ComposeError(
                    .invalidService, path: file.path, at: file.position(of: layer.entry.key),
                    "the service name \(name) is no text to Compose; put it in quotes"))
        }
        guard !isValid else { return }
        reject(
            ComposeError(
                .invalidService, path: file.path, at: file.position(of: layer.entry.key),
                "'\(name)' is no name for a service; Compose takes letters, digits, '.', '_' "
                    + "and '-' only, so rename it"))
    }

    private func isNumberOrBoolean(_ name: String) -> Bool {
        // A name that begins with another letter is neither, as nearly all are.
        guard let first = name.utf8.first,
            !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
                || first == UInt8(ascii: "t") || first == UInt8(ascii: "f")
                || first == UInt8(ascii: "n")
        else { return false }
        if case .text = ComposeScalar(name, isPlain: true) {
            return name == "true" || name == "false"
        }
        return true
    }
}
