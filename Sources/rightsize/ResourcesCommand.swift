import ArgumentParser
import Compose
import Reporting

struct ResourcesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resources",
        abstract: "Shows what limits and reservations Compose gives each service, and why.",
        discussion: """
            Reads the files as 'docker compose' does: merges (<<), extends, include, several files, the \
            override file, .env and variables, !reset and !override. Each value comes with the file, the \
            line and the anchors that lead to it. No engine is asked.
            """)

    @OptionGroup var files: ComposeFileOptions

    @OptionGroup var tiers: TierOptions

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Option(help: "How to print it.")
    var format = Format.table

    func run() throws {
        try reportingFailure {
            let model = try files.model()
            if let rejection = model.rejections.first { throw rejection }
            let tiers = try tiers.choice(for: model)
            switch format {
            case .table:
                Console.write(
                    ResourcesTable(model, tiers, Console.style(colour: .never)).text)
                Self.warnings(of: model).forEach(Console.note)
            case .json: Console.write(try ResourcesJSON(model, tiers).text())
            }
        }
    }

    /// What a person should know of the files, a line each, with its place.
    static func warnings(of model: ComposeModel) -> [String] {
        let imageless = model.servicesWithoutImage
        return model.warnings.map { "\($0.path):\($0.line): \($0.text)" }
            + (imageless.first.map { first in
                [
                    "\(first.path):\(first.line): neither an image nor a build: "
                        + "\(imageless.map(\.name).joined(separator: ", ")); Compose refuses that "
                        + "unless another file adds one"
                ]
            } ?? [])
    }
}
