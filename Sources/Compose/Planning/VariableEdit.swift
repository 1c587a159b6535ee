internal import Measures

/// Amounts that a variable of a `.env` file has: its value is edited there.
extension ComposeModel {
    /// - Parameter value: the scalar that is nothing but the variable.
    /// - Returns: nil where the variable has the amount already.
    func edit(
        variable name: String, from origin: ComposeEnvironment.Origin, to amount: Amount,
        _ barred: (String) -> Planner.Obstacle
    ) throws(Planner.Obstacle) -> Planner.DocumentEdit? {
        let place = "\(origin.path):\(origin.line)"
        guard let file = environmentFiles.firstIndex(where: { $0.path == origin.path }),
            let entry = DotEnv.entries(of: environmentFiles[file]).last(where: { $0.name == name })
        else { throw barred("\(name) is set in \(place); change it there") }
        let bytes = environmentFiles[file].bytes
        let old = Array(bytes[entry.range])
        guard !old.contains(UInt8(ascii: "$")), !old.contains(UInt8(ascii: "\\")) else {
            throw barred("\(name) is made of other variables in \(place); change it there")
        }
        let text = String(decoding: old, as: UTF8.self)
        if amount.isEqual(to: text) { return nil }
        let new = amount.bareSpelling(like: text)
        return Planner.DocumentEdit(
            document: documents.count + file,
            edit: ByteEdit(range: entry.range, old: old, new: Array(new.utf8), line: 0, reason: ""),
            variable: Planner.DocumentEdit.Variable(name: name, place: place))
    }

    /// Whether a path is that of a `.env` file that was read.
    package func isEnvironmentFile(_ path: String) -> Bool {
        environmentFiles.contains { $0.path == path }
    }

    /// A file that may be edited: one of Compose's, or a `.env` file after those.
    func source(at index: Int) -> SourceText {
        index < documents.count
            ? documents[index].source : environmentFiles[index - documents.count]
    }
}

extension Amount {
    func isEqual(to text: String) -> Bool {
        switch self {
        case .cpus(let cores):
            Cores(composeCPUs: text).map { abs($0.rawValue - cores.rawValue) < 1e-6 } ?? false
        case .memory(let bytes): Bytes(composeSize: text) == bytes
        case .count(let count): Int64(text) == count
        }
    }
}

extension Planner {
    /// A variable that is more than an amount stays as it is.
    mutating func requireOnlyAmounts(
        _ candidate: Candidate, _ layer: ServiceLayer
    ) throws(Obstacle) {
        for variable in candidate.edits.compactMap(\.variable) {
            let uses = variableUses ?? VariableUses(model)
            variableUses = uses
            guard let other = uses.others[variable.name] else { continue }
            throw Obstacle(
                reason: .shared, document: layer.document, node: layer.entry.key,
                text:
                    "\(variable.name) (\(variable.place)) is used by `\(other.text)` "
                    + "(\(other.path):\(other.line)) too, which would change; give the service a "
                    + "variable of its own, or use --override")
        }
    }
}
