import ArgumentParser
import Measures
import Reporting
import Sizing

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Shows what each service uses, needs and should get, with the evidence.",
        discussion: """
            The window ends at the last sample in the store. With --compose the tiers, the current \
            assignments and the services are those of that file.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @OptionGroup var evidence: EvidenceOptions

    @Option(
        help: ArgumentHelp(
            "Read tiers and current assignments from this Compose file.", valueName: "file"))
    var compose: String?

    @Option(
        help: ArgumentHelp(
            "Only this service, with everything known of it. May be given several times.",
            valueName: "name"))
    var service: [String] = []

    @Option(help: "Output for people or for programs.")
    var format = Format.table

    @Option(help: "When to use colour.")
    var color = Console.ColourChoice.auto

    @Flag(help: "Exit with 1 when a service is at risk.")
    var check = false

    func run() throws {
        try reportingFailure {
            var result = try evidence.builder(
                compose: compose, replays: format == .json || !service.isEmpty
            ).build()
            try result.report.select(services: service)
            result.notes.forEach(Console.note)
            let style = Console.style(colour: color)
            switch format {
            case .json: Console.write(try result.report.json() + "\n")
            case .table where !service.isEmpty: Console.write(result.report.details(style))
            case .table: Console.write(result.report.table(style))
            }
            let isAtRisk = result.report.services.contains {
                [.raise, .noTierFits].contains($0.recommendation.verdict)
            }
            if check, isAtRisk { throw ExitCode.findings }
        }
    }

}

extension Report {
    /// Leaves only these services; all where none is named.
    mutating func select(services wanted: [String]) throws {
        guard !wanted.isEmpty else { return }
        let known = Set(services.map(\.id.service))
        if let missing = wanted.first(where: { !known.contains($0) }) {
            throw Failure(
                "no service '\(missing)' in the window; there are: "
                    + known.sorted().joined(separator: ", "))
        }
        services.removeAll { !wanted.contains($0.id.service) }
    }
}
