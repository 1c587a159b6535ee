import ArgumentParser
import Compose
import Glibc
import Sizing
import Storing

/// A span of time as a person writes it: `10s`, `30m`, `12h`, `14d`, `2w`.
struct TimeSpan: ExpressibleByArgument, Hashable {
    var seconds: Double

    init(seconds: Double) { self.seconds = seconds }

    init?(argument: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = argument.last.flatMap({ units[$0] }),
            let count = Double(argument.dropLast()), count > 0, count * unit < 3.2e9,
            argument.utf8.allSatisfy({ $0 != UInt8(ascii: "x") })
        else { return nil }
        seconds = count * unit
    }

    var defaultValueDescription: String {
        for (unit, length) in [("d", 86_400.0), ("h", 3600), ("m", 60)]
        where seconds >= length && seconds.truncatingRemainder(dividingBy: length) == 0 {
            return "\(Int(seconds / length))\(unit)"
        }
        return "\(Int(seconds))s"
    }
}

struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("store"),
        help: ArgumentHelp(
            "The store's file. Default: $RIGHTSIZE_STORE, else /var/lib/rightsize/store.db for root "
                + "and $XDG_STATE_HOME/rightsize/store.db for others.",
            valueName: "path"))
    var storePath: String?

    var path: String { Self.path(storePath) }

    /// - Parameter given: what `--store` says.
    static func path(_ given: String?) -> String {
        if let given { return given }
        if let path = Console.environment("RIGHTSIZE_STORE") { return path }
        if geteuid() == 0 { return "/var/lib/rightsize/store.db" }
        let home = Console.environment("HOME") ?? "."
        let state = Console.environment("XDG_STATE_HOME") ?? home + "/.local/state"
        return state + "/rightsize/store.db"
    }
}

/// Where tiers are read from.
struct TierOptions: ParsableArguments {
    @Option(
        name: .customLong("tiers"),
        help: ArgumentHelp(
            "Read the tiers from this file (tiers: {small: {cpus: 0.5, memory: 512M}, …}). Without it, those "
                + "of the Compose file count, else those of rightsize.yaml beside it, else small (0.5 "
                + "CPU, 512M), medium (1, 1G) and large (2, 2G).", valueName: "file"))
    var tierFile: String?

    /// The tiers for a Compose file, or for none.
    func choice(for compose: ComposeModel?) throws(ComposeError) -> TierChoice {
        try TierChoice(named: tierFile, compose: compose)
    }
}

/// What a report and a patch are made from.
struct EvidenceOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp(
            "How far to look back from the last sample, such as 14d or 12h.", valueName: "span"))
    var since = TimeSpan(seconds: 14 * 86_400)

    @Option(
        help: ArgumentHelp(
            "Services seen for less than this are kept as they are. Without it that is a day, and "
                + "nothing is lowered on less than a week.", valueName: "span"))
    var minEvidence: TimeSpan?

    @Option(
        name: .customLong("policy"),
        help: ArgumentHelp(
            "How much room to leave for days worse than any seen: eco, standard or safe."))
    var caution = Caution.standard

    @Option(
        help: ArgumentHelp(
            "The Compose project. Without it, the one that was started from the file, by Compose's labels, "
                + "else the one of its name.", valueName: "name"))
    var project: String?

    @OptionGroup var tiers: TierOptions

    var policy: SizingPolicy {
        var policy = SizingPolicy()
        policy.caution = caution
        if let minEvidence {
            policy.evidenceSecondsMin = minEvidence.seconds
            policy.lowerEvidenceSecondsMin = minEvidence.seconds
        }
        return policy
    }
}

extension Caution: ExpressibleByArgument {}

extension EvidenceOptions {
    /// What makes the report that a command prints or acts on.
    /// - Parameter compose: the path of the Compose file that tiers and assignments are read from.
    func builder(compose: String?, replays: Bool = false) throws -> ReportBuilder {
        try builder(
            compose: compose.map { path throws(ComposeError) in try ComposeModel(path: path) },
            replays: replays)
    }

    func builder(compose: ComposeModel?, replays: Bool = false) throws -> ReportBuilder {
        ReportBuilder(
            store: try SampleStore(path: store.path, access: .readOnly), policy: policy,
            sinceSeconds: since.seconds, compose: compose, tiers: try tiers.choice(for: compose),
            project: project, replays: replays)
    }
}
