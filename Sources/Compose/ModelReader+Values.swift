internal import Measures

extension ModelReader {
    /// The two families in which Compose knows resources; they differ in what they take for a number.
    enum Family { case deploy, service }

    /// - Parameter resources: the mapping under `deploy.resources`.
    mutating func deployResources(
        _ resources: NodeID, under place: String
    ) -> ComposeResources {
        var values = ComposeResources()
        let limits = resolver.find(.limits, in: resources).flatMap { tree.mapping($0.value) }
        if let limits {
            values.cpuLimit = cpus(resolver.find(.cpus, in: limits), place)
            values.memoryLimit = memory(resolver.find(.memory, in: limits), .deploy, place)
        }
        let reservations = resolver.find(.reservations, in: resources)
            .flatMap { tree.mapping($0.value) }
        if let reservations {
            values.cpuReservation = cpus(resolver.find(.cpus, in: reservations), place)
            values.memoryReservation = memory(
                resolver.find(.memory, in: reservations), .deploy, place)
        }
        return values
    }

    mutating func memory(
        _ found: Found?, _ family: Family, _ place: String
    ) -> ComposeValue<Bytes> {
        guard let found else { return .absent }
        guard let scalar = scalar(found.value) else { return notScalar(found, place) }
        switch scalar {
        case .null: return .absent
        case .integer(let bytes) where bytes >= 0:
            if family == .deploy {
                warn(
                    at: found.value,
                    "\(place): Compose wants text for this memory size; write '\(bytes)' in quotes"
                )
            }
            return .known(Bytes(bytes))
        case .integer(-1) where family == .service: return .absent
        case .decimal(let number) where family == .service:
            warn(
                at: found.value,
                "\(place): Compose 2 silently drops the memory size \(number), since it is a "
                    + "number with a point or exponent; write it in quotes with a unit, as '512m'")
            return .absent
        case .text(let text):
            guard let bytes = Bytes(composeSize: text) else { break }
            return .known(bytes)
        default: break
        }
        return unknown(found, "a memory size such as 512M or 1.5g", place)
    }

    mutating func cpus(
        _ found: Found?, _ place: String
    ) -> ComposeValue<Cores> {
        guard let found else { return .absent }
        guard let scalar = scalar(found.value) else { return notScalar(found, place) }
        switch scalar {
        case .null: return .absent
        case .integer(let count) where count >= 0: return .known(Cores(Double(count)))
        case .decimal(let count) where count >= 0: return .known(Cores(count))
        case .text(let text):
            guard let cores = Cores(composeCPUs: text) else { break }
            return .known(cores)
        default: break
        }
        return unknown(found, "a number of cores such as '0.5'", place)
    }

    /// Nil for a mapping or a sequence.
    func scalar(_ value: NodeID) -> ComposeScalar? {
        guard let target = tree.scalar(value) else { return nil }
        let tag = tree.tags[target]
        // Compose's own tag for "as if nothing were written here".
        if tag == "!reset" { return .null }
        return ComposeScalar(tree.text(of: target), isPlain: tree[target].isPlain && tag == nil)
    }

    private mutating func notScalar<Quantity>(
        _ found: Found, _ place: String
    ) -> ComposeValue<Quantity> {
        warn(at: found.value, "\(place): \(tree.keyText(found.key) ?? "it") must be one value")
        return .unknown("")
    }

    private mutating func unknown<Quantity>(
        _ found: Found, _ wanted: String, _ place: String
    ) -> ComposeValue<Quantity> {
        let text = tree.scalar(found.value).map(tree.text(of:)) ?? ""
        let key = tree.keyText(found.key) ?? ""
        if text.contains("$") {
            warn(
                at: found.value,
                "\(place): \(key) is interpolated (\(text)), so its value is not known here")
        } else {
            warn(at: found.value, "\(place): \(key) is \(text), which is not \(wanted)")
        }
        return .unknown(text)
    }
}
