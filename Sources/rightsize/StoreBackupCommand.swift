import ArgumentParser
import Measures
import Storing

struct StoreBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies the store to one file, while sampling goes on.",
        discussion: """
            A plain copy of the file may lack what is in the log beside it. The backup is verified before \
            it gets its name, and can be read and written like any store.
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "Where to.") var file: String

    @Flag(help: "Replace a file that is there.")
    var force = false

    func run() throws {
        try reportingFailure {
            let store = try SampleStore(path: store.path, access: .readOnly)
            let copied = try store.backUp(to: file, replacing: force)
            Console.write("\(file): \(copied.ticks) ticks, \(copied.values) values, verified\n")
        }
    }
}
