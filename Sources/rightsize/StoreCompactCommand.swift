import ArgumentParser
import Measures
import Storing

struct StoreCompactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Makes columns of what is due, and frees what is not used.",
        discussion: """
            The sampler does this itself, an hour and a day at a time. --all also takes the last hour, \
            whose ticks are rows otherwise: for a store that is not written to any more.
            """)

    @OptionGroup var store: StoreOptions

    @Flag(help: "Also what is not due yet: the last hour and day.")
    var all = false

    func run() throws {
        try reportingFailure {
            // What does not exist is not to be made.
            let before = try SampleStore(path: store.path, access: .readOnly).info()
            let store = try SampleStore(path: store.path, access: .readWrite)
            try store.compactEverything(withHotTail: all)
            let after = try store.info()
            let bytes = (before: Self.bytes(before), after: Self.bytes(after))
            Console.write(
                """
                rows   \(before.rows) -> \(after.rows)
                hours  \(before.hours.spans) -> \(after.hours.spans)
                days   \(before.days.spans) -> \(after.days.spans)
                bytes  \(bytes.before.text) -> \(bytes.after.text)

                """)
        }
    }

    private static func bytes(_ info: StoreInfo) -> Bytes { info.fileBytes + info.logBytes }
}
