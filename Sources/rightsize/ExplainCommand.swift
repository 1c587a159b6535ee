import ArgumentParser
import Reporting
import Sizing

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
            var result = try evidence.builder(compose: compose, replays: true).build()
            try result.report.select(services: services)
            result.notes.forEach(Console.note)
            Console.write(result.report.details(Console.style(colour: color)))
        }
    }
}
