/// What two tiers do not have alike beside their resources: what swapping one for the other would change
/// as well. Remembered, since a tier is compared once for each of its services.
struct TierDifferences {
    private let tree: YAMLTree
    private var fingerprints: Fingerprints
    private var resolver: MergeResolver
    private var remembered: [Pair: Keys] = [:]

    private struct Pair: Hashable {
        var from: NodeID
        var to: NodeID
    }

    private struct Keys {
        /// Keys of the service, which its own text may hide.
        var service: [String]
        /// Keys beside `resources` in `deploy`, which nothing hides.
        var deploy: [String]
    }

    init(_ tree: YAMLTree) {
        self.tree = tree
        fingerprints = Fingerprints(lazily: tree)
        resolver = MergeResolver(tree)
    }

    /// More names would help nobody, and a hostile tier could have very many.
    private static let namesMax = 5

    /// The names of (some) keys that would change for a service that merges `current`; empty for none.
    mutating func names(from current: NodeID, to wanted: NodeID, in service: NodeID) -> [String] {
        let keys = keys(Pair(from: current, to: wanted))
        guard !keys.service.isEmpty || !keys.deploy.isEmpty else { return [] }
        var own: Set<String> = []
        for (key, _) in tree.entries(of: service) {
            if let name = tree.keyText(key) { own.insert(name) }
        }
        let visible = keys.service.lazy.filter { !own.contains($0) }
        return Array(visible.prefix(Self.namesMax)) + keys.deploy.prefix(Self.namesMax)
    }

    /// Whether nothing would change for any service.
    mutating func areNone(from current: NodeID, to wanted: NodeID) -> Bool {
        let keys = keys(Pair(from: current, to: wanted))
        return keys.service.isEmpty && keys.deploy.isEmpty
    }

    private mutating func keys(_ pair: Pair) -> Keys {
        if let known = remembered[pair] { return known }
        var keys = Keys(
            service: differences(pair.from, pair.to, except: ComposeKey.deploy.spelling),
            deploy: [])
        if let old = deploy(of: pair.from), let new = deploy(of: pair.to) {
            keys.deploy = differences(old, new, except: ComposeKey.resources.spelling)
                .map { "deploy.\($0)" }
        }
        remembered[pair] = keys
        return keys
    }

    private mutating func deploy(of tier: NodeID) -> NodeID? {
        resolver.find(.deploy, in: tier).flatMap { tree.mapping($0.value) }
    }

    private mutating func differences(_ left: NodeID, _ right: NodeID, except: String) -> [String] {
        let left = fingerprints.entries(of: left, resolver)
        let right = fingerprints.entries(of: right, resolver)
        return Set(left.keys).union(right.keys)
            .filter { $0 != except && left[$0] != right[$0] }.sorted()
    }
}
