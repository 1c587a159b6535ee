import ArgumentParser
import Reporting
import Sizing

struct TiersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tiers",
        abstract: "Finds the tiers that hold all services at the least total limit.",
        discussion: """
            The ladder is the best there is of so many tiers in round sizes; each service takes the smallest \
            tier that holds its need. With --compose the gain is over that file's tiers.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Option(help: ArgumentHelp("How many tiers, 1 to 8.", valueName: "count"))
    var fit = 3

    @OptionGroup var evidence: EvidenceOptions

    @Option(
        help: ArgumentHelp(
            "Read tiers and current assignments from this Compose file.", valueName: "file"))
    var compose: String?

    @Option(help: "Output for people or for programs.")
    var format = Format.table

    func validate() throws {
        guard (1...8).contains(fit) else { throw ValidationError("--fit takes 1 to 8") }
    }

    func run() throws {
        try reportingFailure {
            let result = try evidence.builder(compose: compose).build()
            result.notes.forEach(Console.note)
            guard let fitted = TierFit(result.report, count: fit) else {
                throw Failure(
                    "no service has been seen for long enough: 'rightsize report' says how long")
            }
            switch format {
            case .table: Console.write(fitted.table())
            case .json: Console.write(try fitted.json() + "\n")
            }
        }
    }
}
