internal import Measures

/// Scalars as amounts. What Compose would not take, or would take for something else, is warned about.
extension ModelBuilder {
    /// What a scalar says once its variables are filled in.
    enum ReadScalar {
        case value(ComposeScalar)
        /// The text as written, of a value that no amount comes of; it has been warned about.
        case unreadable(String)
    }

    mutating func memory(
        _ site: ValueSite, _ layers: [ServiceLayer], _ family: ResourceKey.Family, _ place: String
    ) -> ComposeValue<Bytes> {
        memory(
            site.leaf, layers[site.layer].document, layers[site.layer].environment, family, place)
    }

    mutating func memory(
        _ found: Found, _ document: Int, _ environment: Int, _ family: ResourceKey.Family,
        _ place: @autoclosure () -> String
    ) -> ComposeValue<Bytes> {
        if let bytes = documents[document].tree.commonMemory(found.value) { return .known(bytes) }
        let place = place()
        switch read(found, document, environment, place) {
        case .unreadable(let text): return .unknown(text)
        case .value(.null): return .absent
        case .value(.integer(let bytes)) where bytes >= 0:
            if family == .deploy {
                warn(
                    at: found.value, of: document,
                    "\(place): Compose wants text for this memory size; write '\(bytes)' in quotes"
                )
            }
            return .known(Bytes(bytes))
        case .value(.integer(-1)) where family == .service: return .absent
        case .value(.decimal(let number)) where family == .service:
            warn(
                at: found.value, of: document,
                "\(place): Compose 2 silently drops the memory size \(number), since it is a "
                    + "number with a point or exponent; write it in quotes with a unit, as '512m'")
            return .absent
        case .value(.text(let text)):
            guard let bytes = Bytes(composeSize: text) else { break }
            return .known(bytes)
        default: break
        }
        return unknown(found, document, "a memory size such as 512M or 1.5g", place)
    }

    mutating func cpus(
        _ site: ValueSite, _ layers: [ServiceLayer], _ place: String
    ) -> ComposeValue<Cores> {
        cpus(site.leaf, layers[site.layer].document, layers[site.layer].environment, place)
    }

    mutating func cpus(
        _ found: Found, _ document: Int, _ environment: Int, _ place: @autoclosure () -> String
    ) -> ComposeValue<Cores> {
        if let cores = documents[document].tree.commonCPUs(found.value) { return .known(cores) }
        let place = place()
        switch read(found, document, environment, place) {
        case .unreadable(let text): return .unknown(text)
        case .value(.null): return .absent
        case .value(.integer(let count)) where count >= 0: return .known(Cores(Double(count)))
        case .value(.decimal(let count)) where count >= 0: return .known(Cores(count))
        case .value(.text(let text)):
            guard let cores = Cores(composeCPUs: text) else { break }
            return .known(cores)
        default: break
        }
        return unknown(found, document, "a number of cores such as '0.5'", place)
    }

    /// A whole number, as of processes and replicas.
    mutating func count(
        _ site: ValueSite, _ layers: [ServiceLayer], _ place: String
    ) -> ComposeValue<Int64> {
        count(
            site.leaf, layers[site.layer].document, layers[site.layer].environment, place)
    }

    mutating func count(
        _ found: Found, _ document: Int, _ environment: Int, _ place: String
    ) -> ComposeValue<Int64> {
        switch read(found, document, environment, place) {
        case .unreadable(let text): return .unknown(text)
        case .value(.null): return .absent
        case .value(.integer(let count)): return .known(count)
        case .value(.decimal(let count)) where count == count.rounded() && abs(count) < 1e15:
            return .known(Int64(count))
        case .value(.text(let text)):
            guard let count = Int64(text) else { break }
            return .known(count)
        default: break
        }
        return unknown(found, document, "a whole number", place)
    }

    /// Fills variables in; the result is text, whatever it looks like, as it is to Compose.
    private mutating func read(
        _ found: Found, _ document: Int, _ environment: Int, _ place: String
    ) -> ReadScalar {
        let tree = documents[document].tree
        let key = tree.keyText(found.key) ?? "it"
        guard let target = tree.scalar(found.value) else {
            warn(at: found.value, of: document, "\(place): \(key) must be one value")
            return .unreadable("")
        }
        let written = ComposeScalar(
            tree.text(of: target), isPlain: tree[target].isPlain && tree.tags[target] == nil)
        guard case .interpolated(let text) = written else { return .value(written) }
        var unset: [String] = []
        do throws(Template.Failure) {
            let filled = try Template(text).filled(
                from: lookup.environments[environment], unset: &unset)
            if !filled.isEmpty { return .value(.text(filled)) }
            let names = unset.joined(separator: ", ")
            warn(
                at: found.value, of: document,
                "\(place): \(key) is interpolated (\(text)) and comes out empty"
                    + (names.isEmpty ? "" : ", since \(names) is not set")
                    + "; Compose refuses that")
        } catch {
            switch error {
            case .required(let name, let message):
                warn(
                    at: found.value, of: document,
                    "\(place): \(key) is interpolated (\(text)) and needs \(name)"
                        + (message.isEmpty ? "" : " (\(message))")
                        + "; Compose refuses the file until it is set")
            case .malformed:
                warn(
                    at: found.value, of: document,
                    "\(place): \(key) is \(text), which Compose cannot interpolate; write $$ for "
                        + "a dollar sign")
            }
        }
        return .unreadable(text)
    }

    private mutating func unknown<Quantity>(
        _ found: Found, _ document: Int, _ wanted: String, _ place: String
    ) -> ComposeValue<Quantity> {
        let tree = documents[document].tree
        let text = tree.scalar(found.value).map(tree.text(of:)) ?? ""
        let key = tree.keyText(found.key) ?? ""
        warn(at: found.value, of: document, "\(place): \(key) is \(text), which is not \(wanted)")
        return .unknown(text)
    }
}
