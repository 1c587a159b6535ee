import Compose
import Measures
import Sizing

/// Which tiers hold, and who says so.
struct TierChoice {
    var tiers = ResourceTier.standard
    /// The file that they are from; nil for the standard ones.
    var path: String?
    /// What a person should know of the choice.
    var note: String?

    init() {}

    /// - Parameter named: what `--tiers` says.
    /// - Throws: for a file that says tiers wrongly, also one that is not chosen.
    init(named: String?, compose: ComposeModel?) throws(ComposeError) {
        self.init()
        if let named {
            self.init(try TierFile(path: named))
            return
        }
        guard let compose else { return }
        let beside = try TierFile(besideFile: compose.path)
        if !compose.tiers.isEmpty {
            tiers = compose.tiers.map(\.tier)
            path = compose.path
            note = beside.map {
                "the tiers are those of \(compose.path); \($0.path) is used with --tiers \($0.path)"
            }
        } else if let beside {
            self.init(beside)
        } else {
            note =
                "\(compose.path) defines no tiers (x-resources-… anchors with limits), and no "
                + "\(TierFile.name) lies beside it: small, medium and large stand for 0.5/512M, 1/1G "
                + "and 2/2G"
        }
    }

    /// The tier that a service of a Compose file has now: by the anchor where the tiers are that file's own,
    /// else by the limits, of tiers that somebody chose.
    func present(of service: ComposeService, in compose: ComposeModel) -> String? {
        guard let path, path != compose.path else { return service.tier }
        let limits = ResourceLimits(cpu: service.cpuLimit, memory: service.memoryLimit)
        return tiers.first { $0.limits == limits }?.name
    }

    private init(_ file: TierFile) {
        tiers = file.tiers
        path = file.path
    }
}
