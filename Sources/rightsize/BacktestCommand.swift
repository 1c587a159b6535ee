import ArgumentParser
import Compose
import Measures
import Reporting
import Sizing
import Storing

struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Shows what past advice would have been worth on the days after it.",
        discussion: """
            Goes through the history: on each day advice is made from the days before and judged on the \
            days after. With --baselines the rules of other tools are judged on the same days. Services \
            whose history is too short are left out.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp(
            "How far to look back from the last sample, such as 30d.", valueName: "span"))
    var since = TimeSpan(seconds: 90 * 86_400)

    @Option(help: ArgumentHelp("Days that advice is made from.", valueName: "span"))
    var train = TimeSpan(seconds: 7 * 86_400)

    @Option(help: ArgumentHelp("Days that advice is held for and judged on.", valueName: "span"))
    var hold = TimeSpan(seconds: 86_400)

    @Flag(help: "Judge the rules of other tools too.")
    var baselines = false

    @Option(
        name: .customLong("policy"),
        help: ArgumentHelp("How much room advice leaves: eco, standard or safe."))
    var caution = Caution.standard

    @Option(help: ArgumentHelp("Only this Compose project.", valueName: "name"))
    var project: String?

    @Option(help: ArgumentHelp("Read the tiers from this Compose file.", valueName: "file"))
    var compose: String?

    @OptionGroup var tiers: TierOptions

    @Option(help: "Output for people or for programs.")
    var format = Format.table

    func validate() throws {
        for (name, span) in [("--train", train), ("--hold", hold)] {
            guard span.seconds.truncatingRemainder(dividingBy: 86_400) == 0 else {
                throw ValidationError("\(name) takes whole days, such as 7d")
            }
        }
    }

    func run() throws {
        try reportingFailure {
            let store = try SampleStore(path: store.path, access: .readOnly)
            guard let extent = try store.extent() else {
                throw Failure(
                    "the store \(store.path) holds no samples yet: run 'rightsize sample'")
            }
            var policy = SizingPolicy()
            policy.caution = caution
            let file = try compose.map { path throws(ComposeError) in try ComposeModel(path: path) }
            let backtest = Backtest(
                policy: policy, tiers: try tiers.choice(for: file).tiers,
                trainDays: Int(train.seconds / 86_400), holdDays: Int(hold.seconds / 86_400),
                judgesBaselines: baselines)
            var report = BacktestReport(
                trainDays: backtest.trainDays, holdDays: backtest.holdDays, rules: backtest.rules,
                services: [])
            let from = max(
                extent.first, extent.last.advanced(byMilliseconds: -Int64(since.seconds * 1000)))
            let isWanted: (SeriesIdentity) -> Bool = { [project] series in
                ![.host, .oneOff].contains(series.kind)
                    && (project == nil || series.service.project == project)
            }
            report.services = try ServiceObservations(
                store: store, window: from...extent.last, policy: policy, ticks: extent.ticks
            ).map(where: isWanted) { _, key, replicas, _ in
                (key.id, try backtest.scores(of: replicas, end: extent.last))
            }.filter { !$0.1.isEmpty }
            guard !report.services.isEmpty else {
                throw Failure(
                    "no service was seen for \(backtest.trainDays + backtest.holdDays) days: let "
                        + "'rightsize sample' run on, or give a shorter --train")
            }
            report.services.sort { $0.id < $1.id }
            switch format {
            case .table: Console.write(report.table())
            case .json: Console.write(try report.json() + "\n")
            }
        }
    }
}
