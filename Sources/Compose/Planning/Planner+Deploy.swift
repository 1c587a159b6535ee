internal import Measures

/// Amounts written into `deploy.resources`, whatever of it is there already.
extension Planner {
    mutating func editDeploy(
        _ service: ComposeService, _ index: Int, _ wish: ResourceWish, _ amounts: ResourceAmounts
    ) throws(Obstacle) -> Candidate? {
        let layer = service.layers[index]
        guard let node = layer.node else { return nil }
        var candidate: Candidate? = Candidate(
            way: .deployEdited, after: amounts.applied(to: service.resources))
        let wanted = wantedDeploy(amounts, service, wish, layer.document)
        // The lookup moves there and back: a copy of what it remembers would be made for each service.
        var writer = DeployWriter(model, layer, lookup: lookup.moved())
        defer { lookup = writer.lookup }
        if model.documents[layer.document].tree[layer.entry.value].kind == .alias {
            // The service is an alias: it gets a text of its own that merges what it was.
            guard let services = model.servicesMapping(of: layer) else { return nil }
            try writer.replaceAlias(
                layer.entry.value, of: layer.entry.key, in: services, by: wanted)
        } else {
            writer.places.parentKeys[node] = layer.entry.key
            try writer.ensure(wanted, in: node)
        }
        for edit in writer.edits { candidate?.add(edit, in: layer.document) }
        candidate?.isShared = isShared(writer.visited, in: layer.document)
        for edit in writer.variableEdits { candidate?.add(edit) }
        if candidate?.edits.isEmpty == true { candidate = nil }
        return candidate
    }

    /// `deploy:` down to the amounts that are not as they shall be; in a tier's own spelling where the
    /// file has that tier.
    private mutating func wantedDeploy(
        _ amounts: ResourceAmounts, _ service: ComposeService, _ wish: ResourceWish,
        _ document: Int
    ) -> [WantedEntry] {
        var spelled: [ResourceKey: String] = [:]
        if case .tier(let tier) = wish {
            for candidate in model.documentTiers[document].tiers
            where candidate.name == tier.name && candidate.tier == tier {
                spelled = spellings(of: candidate)
            }
        }
        return amounts.wanted(spelled: spelled)
    }

    private mutating func spellings(of tier: ComposeTier) -> [ResourceKey: String] {
        let file = model.documents[tier.document]
        var result: [ResourceKey: String] = [:]
        for key in ResourceKey.allCases {
            let path = key.deployPath.dropFirst(
                tier.shape == .service ? 0 : tier.shape == .deploy ? 1 : 2)
            var steps: [Found] = []
            var isCutOff = false
            lookup.walk(Array(path), in: tier.node, of: tier.document, &steps, &isCutOff)
            guard steps.count == path.count, let leaf = steps.last,
                case .raw(let text)? = file.tree.copy(leaf.value, from: file.source),
                !text.contains("$")
            else { continue }
            result[key] = text
        }
        return result
    }
}

extension ResourceAmounts {
    /// `deploy:` down to these amounts.
    ///
    /// - Parameter spelled: how they are to be written, where that is known.
    func wanted(spelled: [ResourceKey: String]) -> [WantedEntry] {
        func entry(_ key: ComposeKey, _ amount: Amount?, _ spelling: String?) -> WantedEntry? {
            amount.map { WantedEntry(key: key, value: .amount($0, spelling: spelling)) }
        }
        let limits = [
            entry(.cpus, cpuLimit.map { .cpus($0) }, spelled[.cpuLimit]),
            entry(.memory, memoryLimit.map { .memory($0) }, spelled[.memoryLimit]),
        ].compactMap { $0 }
        let reservations = [
            entry(.cpus, cpuReservation.map { .cpus($0) }, spelled[.cpuReservation]),
            entry(
                .memory, memoryReservation.map { .memory($0) },
                spelled[.memoryReservation]),
        ].compactMap { $0 }
        var groups: [WantedEntry] = []
        if !limits.isEmpty { groups.append(WantedEntry(key: .limits, value: .mapping(limits))) }
        if !reservations.isEmpty {
            groups.append(WantedEntry(key: .reservations, value: .mapping(reservations)))
        }
        return [
            WantedEntry(
                key: .deploy,
                value: .mapping([WantedEntry(key: .resources, value: .mapping(groups))]))
        ]
    }
}

/// A part of a service as it shall be.
struct WantedEntry {
    indirect enum Value {
        case amount(Amount, spelling: String?)
        case mapping([WantedEntry])
    }

    var key: ComposeKey
    var value: Value

    var snippet: Snippet.Entry { Snippet.Entry(key: key.spelling, value: value.snippet) }
}

extension WantedEntry.Value {
    var snippet: Snippet {
        switch self {
        case .amount(let amount, let spelling):
            .raw(spelling ?? amount.spelling(like: nil, olderFamily: false))
        case .mapping(let entries): .mapping(entries.map(\.snippet))
        }
    }
}

/// Writes wanted entries into a mapping of a service: scalars are edited where they stand; what would hide
/// a merged value takes the rest of that value along.
struct DeployWriter {
    let model: ComposeModel
    var lookup: LayerLookup
    let layer: ServiceLayer
    var places: TextPlaces
    var edits: [ByteEdit] = []
    /// Of variables in `.env` files.
    var variableEdits: [Planner.DocumentEdit] = []
    /// The mappings whose own text is edited.
    var visited: [NodeID] = []

    private var document: Int { layer.document }
    private var file: ComposeDocument { model.documents[document] }
    private var tree: YAMLTree { file.tree }

    init(_ model: ComposeModel, _ layer: ServiceLayer, lookup: LayerLookup) {
        self.model = model
        self.lookup = lookup
        self.layer = layer
        places = TextPlaces(model.documents[layer.document])
    }

    mutating func ensure(_ wanted: [WantedEntry], in mapping: NodeID) throws(Planner.Obstacle) {
        visited.append(mapping)
        var missing: [Snippet.Entry] = []
        for entry in wanted {
            var own: (key: NodeID, value: NodeID)?
            for (key, value) in tree.entries(of: mapping)
            where tree.isKey(key, entry.key) && !tree.isReset(value) { own = (key, value) }
            if let own {
                try ensure(entry, at: own.key, own.value, in: mapping)
            } else if let insertion = try inserted(entry, in: mapping) {
                missing.append(insertion)
            }
        }
        guard !missing.isEmpty else { return }
        try insert(missing, into: mapping)
    }

    private mutating func ensure(
        _ entry: WantedEntry, at key: NodeID, _ value: NodeID, in mapping: NodeID
    ) throws(Planner.Obstacle) {
        switch entry.value {
        case .amount(let amount, _):
            if isEqual(value, amount) { return }
            guard let edit = try model.edit(value, to: amount, layer, olderFamily: false) else {
                return
            }
            if edit.variable == nil { edits.append(edit.edit) } else { variableEdits.append(edit) }
        case .mapping(let children):
            if tree[value].kind == .alias {
                try replaceAlias(value, of: key, in: mapping, by: children)
            } else if tree[value].kind == .mapping {
                places.parentKeys[value] = key
                try ensure(children, in: value)
            } else if tree.isNull(value) {
                let edit = try model.located(document) {
                    [places] () throws(TextPlaces.Failure) in
                    try places.fill(key, value, with: children.map(\.snippet), in: mapping)
                }
                edits.append(edit)
            } else {
                throw Planner.Obstacle(
                    reason: .notAMapping, document: document, node: value,
                    text: "`\(entry.key.spelling):` is no mapping; Compose refuses the file")
            }
        }
    }

    /// `deploy: *name` becomes a mapping that merges it, with what is wanted beside.
    mutating func replaceAlias(
        _ value: NodeID, of key: NodeID, in mapping: NodeID, by children: [WantedEntry]
    ) throws(Planner.Obstacle) {
        guard let target = tree.mapping(value) else {
            throw Planner.Obstacle(
                reason: .notAMapping, document: document, node: value,
                text: "\(file.spelling(value)) is no mapping; Compose refuses the file")
        }
        if mapping != model.servicesMapping(of: layer) { visited.append(mapping) }
        var entries = [Snippet.Entry(key: "<<", value: .raw("*\(tree.text(of: value))"))]
        for child in children {
            entries.append(
                try combined(child, with: lookup.find(child.key, in: target, of: document)))
        }
        let edit = try model.located(document) { [places] () throws(TextPlaces.Failure) in
            try places.replace(value, of: key, with: entries, in: mapping)
        }
        edits.append(edit)
    }

    /// A key that the mapping does not have itself; nil where what it merges is as wanted.
    private mutating func inserted(
        _ entry: WantedEntry, in mapping: NodeID
    ) throws(Planner.Obstacle) -> Snippet.Entry? {
        let merged = lookup.find(entry.key, in: mapping, of: document)
        if let merged, case .amount(let amount, _) = entry.value, isEqual(merged.value, amount) {
            return nil
        }
        return try combined(entry, with: merged)
    }

    /// What is wanted, with the rest of what it hides.
    private mutating func combined(
        _ entry: WantedEntry, with hidden: Found?
    ) throws(Planner.Obstacle) -> Snippet.Entry {
        guard case .mapping(let children) = entry.value, let hidden,
            let mapping = tree.mapping(hidden.value)
        else { return entry.snippet }
        var result: [Snippet.Entry] = []
        for present in lookup.resolvers[document].entries(of: mapping) {
            if let child = children.first(where: { $0.key.spelling == present.name }) {
                result.append(
                    try combined(
                        child, with: lookup.find(child.key, in: mapping, of: document)))
                continue
            }
            guard let copy = tree.copy(present.value, from: file.source) else {
                throw Planner.Obstacle(
                    reason: .notMovable, document: document, node: present.value,
                    text: "a `\(entry.key.spelling):` written here would hide `\(present.name)`, "
                        + "which cannot be copied as it is; edit it by hand, or use --override")
            }
            result.append(
                Snippet.Entry(key: file.source.text(in: tree[present.key].span), value: copy))
        }
        let names = Set(result.map(\.key))
        for child in children where !names.contains(child.key.spelling) {
            result.append(child.snippet)
        }
        return Snippet.Entry(key: entry.key.spelling, value: .mapping(result))
    }

    /// New keys stand where one looks for them: CPUs before memory, limits before reservations.
    private mutating func insert(
        _ entries: [Snippet.Entry], into mapping: NodeID
    ) throws(Planner.Obstacle) {
        let followers = ["cpus": ComposeKey.memory, "limits": .reservations]
        var rest: [Snippet.Entry] = []
        for entry in entries {
            let follower = followers[entry.key].flatMap { name in
                tree.entries(of: mapping).first { tree.isKey($0.key, name) }
            }
            guard let follower else {
                rest.append(entry)
                continue
            }
            edits.append(
                try model.located(document) { [places] () throws(TextPlaces.Failure) in
                    try places.insert([entry], before: follower.key, in: mapping)
                })
        }
        guard !rest.isEmpty else { return }
        edits.append(
            try model.located(document) { [places, rest] () throws(TextPlaces.Failure) in
                try places.append(rest, to: mapping)
            })
    }

    private func isEqual(_ value: NodeID, _ amount: Amount) -> Bool {
        guard let text = tree.keyText(value), !text.contains("$") else { return false }
        return amount.isEqual(to: text)
    }
}

extension LayerLookup {
    mutating func find(_ key: ComposeKey, in mapping: NodeID, of document: Int) -> Found? {
        resolvers[document].find(key, in: mapping)
    }
}
