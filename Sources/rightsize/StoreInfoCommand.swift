import ArgumentParser
import Storing

struct StoreInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Shows what the store holds and what it takes.",
        discussion: "Reads everything, to count the values.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @OptionGroup var store: StoreOptions

    @Option(help: "Output for people or for programs.")
    var format = Format.table

    func run() throws {
        try reportingFailure {
            let info = try SampleStore(path: store.path, access: .readOnly).info()
            switch format {
            case .table: Console.write(StoreInfoTable(info).text)
            case .json: Console.write(try StoreInfoJSON(info).text())
            }
        }
    }
}
