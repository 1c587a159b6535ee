package import Measures

/// The tiers that a `rightsize.yaml` defines:
///
///     tiers:
///       small: {cpus: 0.5, memory: 512M}
///       large: {cpus: 2, memory: 2G, reservations: {cpus: 0.5, memory: 512M}}
///
/// Amounts are spelled as in a Compose file. Nothing else may stand in the file: a key that is misspelt
/// would silently be a tier that is missing.
package struct TierFile: Sendable {
    package let path: String
    /// From the smallest to the largest.
    package let tiers: [ResourceTier]

    /// The name under which it is looked for beside a Compose file.
    package static let name = "rightsize.yaml"

    /// - Throws: `ComposeError`: those of reading text, and `invalidTiers`.
    package init(path: String) throws(ComposeError) {
        try self.init(bytes: SourceText.readFile(path), path: path)
    }

    /// The file beside a Compose file; nil where there is none.
    package init?(besideFile path: String) throws(ComposeError) {
        let path = ComposePath.join(ComposePath.directory(of: path), Self.name)
        guard let bytes = try ComposeFiles.disk.readIfPresent(path) else { return nil }
        try self.init(bytes: bytes, path: path)
    }

    package init(bytes: [UInt8], path: String) throws(ComposeError) {
        let reader = try TierFileReader(bytes, path)
        self.path = path
        tiers = try reader.tiers().sorted(by: ResourceTier.isSmaller)
    }
}

extension ResourceTier {
    /// By memory, then CPUs: memory is what a container dies of.
    static func isSmaller(_ left: ResourceTier, _ right: ResourceTier) -> Bool {
        (left.memoryLimit, left.cpuLimit, left.name)
            < (right.memoryLimit, right.cpuLimit, right.name)
    }
}

private struct TierFileReader {
    let source: SourceText
    let tree: YAMLTree

    init(_ bytes: [UInt8], _ path: String) throws(ComposeError) {
        source = try SourceText(
            bytes: SourceText.utf8(fromUTF16: bytes, path: path) ?? bytes, path: path)
        tree = try YAMLParser.parse(source)
    }

    func tiers() throws(ComposeError) -> [ResourceTier] {
        guard let root = tree.root else {
            throw ComposeError(
                .invalidTiers, path: source.path, at: SourcePosition(line: 1, column: 1),
                "holds nothing; \(Self.advice)")
        }
        if tree.roots.count > 1 {
            throw error(tree.roots[1], "only one document may stand here; remove the others")
        }
        let top = try members(of: root, "the file", allowed: ["tiers"])
        guard let ladder = top["tiers"] else { throw error(root, "no tiers; \(Self.advice)") }
        let members = try members(of: ladder.value, "`tiers`", allowed: nil)
        if members.isEmpty { throw error(ladder.key, "no tiers; \(Self.advice)") }
        var tiers: [ResourceTier] = []
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            tiers.append(try tier(name, member))
        }
        return tiers
    }

    private static let advice =
        "write `tiers:` with tiers such as `small: {cpus: 0.5, memory: 512M}`"

    private func tier(_ name: String, _ member: Member) throws(ComposeError) -> ResourceTier {
        if name.isEmpty { throw error(member.key, "a tier must have a name") }
        let place = "tier \(name)"
        let members = try members(
            of: member.value, place, allowed: ["cpus", "memory", "reservations"])
        guard let cpus = members["cpus"], let memory = members["memory"] else {
            let missing = members["cpus"] == nil ? "cpus" : "memory"
            throw error(member.key, "\(place) has no `\(missing):`; a tier limits both")
        }
        var tier = ResourceTier(
            name: name, cpuLimit: try cores(cpus, place), memoryLimit: try bytes(memory, place))
        guard let reserved = members["reservations"] else { return tier }
        let amounts = try self.members(
            of: reserved.value, "`reservations` of \(place)", allowed: ["cpus", "memory"])
        if let cpus = amounts["cpus"] {
            tier.cpuReservation = try cores(cpus, place)
            if tier.cpuReservation! > tier.cpuLimit {
                throw error(cpus.value, "\(place) reserves more CPUs than its limit")
            }
        }
        if let memory = amounts["memory"] {
            tier.memoryReservation = try bytes(memory, place)
            if tier.memoryReservation! > tier.memoryLimit {
                throw error(memory.value, "\(place) reserves more memory than its limit")
            }
        }
        return tier
    }

    // MARK: Amounts

    private func cores(_ member: Member, _ place: String) throws(ComposeError) -> Cores {
        guard let cores = Cores(composeCPUs: text(member)), cores > Cores(0) else {
            throw error(
                member.value,
                "\(place): cpus is '\(text(member))', which is not a number of cores such as 0.5")
        }
        return cores
    }

    private func bytes(_ member: Member, _ place: String) throws(ComposeError) -> Bytes {
        guard let bytes = Bytes(composeSize: text(member)) else {
            throw error(
                member.value,
                "\(place): memory is '\(text(member))', which is not a size such as 512M or 1.5g")
        }
        guard bytes >= ResourceAmounts.memoryMin else {
            throw error(
                member.value,
                "\(place): memory is '\(text(member))', and the engine takes no less than 6M")
        }
        return bytes
    }

    private func text(_ member: Member) -> String { tree.keyText(member.value) ?? "" }

    // MARK: Mappings

    private struct Member {
        var key, value: NodeID
    }

    /// The keys in effect, merged ones too.
    /// - Parameter allowed: nil for any.
    private func members(
        of node: NodeID, _ place: String, allowed: [String]?
    ) throws(ComposeError) -> [String: Member] {
        guard let mapping = tree.mapping(node) else {
            throw error(node, "\(place) must be a mapping; \(Self.advice)")
        }
        var own: Set<String> = []
        for (key, _) in tree.entries(of: mapping) where !tree.isMergeKey(key) {
            guard let name = tree.keyText(key) else { throw error(key, "a key must be text") }
            guard own.insert(name).inserted else {
                throw error(key, "\(place) has `\(name)` twice; remove one")
            }
        }
        var members: [String: Member] = [:]
        for entry in MergeResolver(tree).entries(of: mapping) {
            if let allowed, !allowed.contains(entry.name) {
                let known = allowed.map { "`\($0)`" }.joined(separator: ", ")
                throw error(
                    entry.key, "\(place) has the unknown key `\(entry.name)`; known is \(known)")
            }
            members[entry.name] = Member(key: entry.key, value: entry.value)
        }
        return members
    }

    private func error(_ node: NodeID, _ text: String) -> ComposeError {
        ComposeError(
            .invalidTiers, path: source.path,
            at: source.position(at: tree[node].span.lowerBound), text)
    }
}
