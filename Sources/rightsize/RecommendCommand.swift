import ArgumentParser
import Reporting
import Sizing

struct RecommendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recommend",
        abstract: "Prints the limits and the tier that each service needs.",
        discussion: """
            One line, or one JSON object, a service: the smallest limits that keep it without alerts and \
            its mean below the target, and the smallest tier that holds them. 'rightsize report' shows \
            the same with the evidence, 'rightsize report --service NAME' with all of it.
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
            "Only this service. May be given several times.", valueName: "name"))
    var service: [String] = []

    @Option(help: "Output for people or for programs.")
    var format = Format.table

    func run() throws {
        try reportingFailure {
            var result = try evidence.builder(compose: compose).build()
            try result.report.select(services: service)
            result.notes.forEach(Console.note)
            switch format {
            case .json: Console.write(try result.report.recommendationsJSON() + "\n")
            case .table:
                Console.write(result.report.recommendationTable(Console.style(colour: .auto)))
            }
        }
    }
}
