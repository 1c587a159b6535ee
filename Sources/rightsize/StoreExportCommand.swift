import ArgumentParser
import Exchange
import Measures
import Storing

struct StoreExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes the store's samples as text.",
        discussion: """
            csv: timestamp,project,service,instance,metric,value, a row for each value, which \
            'store import' reads back to the same values. Where other series than services are among them, \
            a column kind tells which, and where a series had several containers, a column container.

            wide, or parquet-ready: a row for each series and tick with a column for each metric that has \
            any value; times with milliseconds in ISO 8601, nothing where there is no value. Converters to \
            Parquet read it without options.

            openmetrics: OpenMetrics text with timestamps, counters ending in _total.

            A limit of 9223372036854775807 is none. Names, images and start times of containers, boots and \
            the host's capacity are not exported. Memory is that of some samples at a time, however large \
            the store.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, wide, openmetrics

        init?(argument: String) {
            switch argument {
            case "parquet-ready", "parquet-ready csv", "parquet-ready-csv": self = .wide
            default: self.init(rawValue: argument)
            }
        }
    }

    @Option(help: "What to write; parquet-ready is another name of wide.")
    var format = Format.csv

    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp(
            "Only this long back from the last sample, such as 14d or 12h. Default: all.",
            valueName: "span"))
    var since: TimeSpan?

    @Option(
        help: ArgumentHelp("Only this project. May be given several times.", valueName: "name"))
    var project: [String] = []

    @Option(
        help: ArgumentHelp("Only this service. May be given several times.", valueName: "name"))
    var service: [String] = []

    @Option(
        help: ArgumentHelp("Only this metric. May be given several times.", valueName: "name"))
    var metric: [MetricName] = []

    @Option(
        help: ArgumentHelp(
            "Write to this file, which appears when it is complete. Default: standard output.",
            valueName: "file"))
    var output: String?

    func run() throws {
        try reportingFailure {
            let store = try SampleStore(path: store.path, access: .readOnly)
            guard let extent = try store.extent() else {
                throw Failure(
                    "the store \(store.path) holds no samples: there is nothing to export")
            }
            try requireKnown(try store.series())
            let first = since.map {
                extent.last.advanced(byMilliseconds: -Int64($0.seconds * 1000))
            }
            let metrics = metric.isEmpty ? Set(Metric.allCases) : Set(metric.map(\.metric))
            let scope = Export.Scope(
                window: max(first ?? extent.first, extent.first)...extent.last, metrics: metrics,
                where: isWanted)
            let export = Export(scope, of: store, to: try ByteOutput(path: output))
            switch format {
            case .csv: try export.write(.csv)
            case .wide: try export.write(.wide)
            case .openmetrics: try export.write(.openMetrics)
            }
        }
    }

    private func isWanted(_ series: SeriesIdentity) -> Bool {
        (project.isEmpty || series.service.project.map(project.contains) == true)
            && (service.isEmpty || service.contains(series.service.service))
    }

    /// A name that nothing in the store has is rather misspelled than meant.
    private func requireKnown(_ series: [SeriesIdentity]) throws(Failure) {
        try require(project, Set(series.compactMap(\.service.project)), "project")
        try require(service, Set(series.map(\.service.service)), "service")
    }

    private func require(
        _ names: [String], _ known: Set<String>, _ what: String
    ) throws(Failure) {
        guard let missing = names.first(where: { !known.contains($0) }) else { return }
        let list = known.isEmpty ? "none" : known.sorted().joined(separator: ", ")
        throw Failure("no \(what) '\(missing)' in the store; there are: \(list)")
    }
}

/// A metric by its name in exports.
struct MetricName: ExpressibleByArgument {
    var metric: Metric

    init?(argument: String) {
        guard let metric = Metric.allCases.first(where: { $0.name == argument }) else { return nil }
        self.metric = metric
    }

    static let allValueStrings = Metric.allCases.map(\.name)
}
