import ArgumentParser
import Compose
import Reporting
import Sizing
import Storing

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Shows why a service gets what it gets, and how it would have fared on each tier."
    )

    @Argument(help: ArgumentHelp("The services.", valueName: "service"))
    var services: [String]

    @OptionGroup var evidence: EvidenceOptions

    @Option(
        help: ArgumentHelp(
            "Read tiers and current assignments from this Compose file.", valueName: "file"))
    var compose: String?

    @Option(help: "When to use colour.")
    var color = Console.ColourChoice.auto

    func run() throws {
        try reportingFailure {
            let builder = ReportBuilder(
                store: try SampleStore(path: evidence.store.path, access: .readOnly),
                policy: evidence.policy, sinceSeconds: evidence.since.seconds,
                compose: try compose.map { path throws(ComposeError) in try ComposeModel(path: path)
                },
                project: evidence.project, replays: true)
            var result = try builder.build()
            try result.report.select(services: services)
            result.notes.forEach(Console.note)
            Console.write(result.report.details(Console.style(colour: color)))
        }
    }
}
