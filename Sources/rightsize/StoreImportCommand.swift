import ArgumentParser
import Exchange
import Storing

struct StoreImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Reads samples of other programs, or of an export.",
        discussion: """
            csv: a header with the columns timestamp, project, service, instance, metric and value, in any \
            order, then a row for each value. Times are seconds since 1970 or RFC 3339, kept to the \
            millisecond. An empty project is none, an empty instance is 1. Metrics have the names that \
            'store export' writes; where a program knows rates and working sets instead of counters, they \
            are cpu_cores and memory_working_set_bytes; cpu_system_usec is only kept. A limit of 9223372036854775807 is none. The columns \
            kind and container, which an export adds where it needs them, may be there.

            openmetrics: the families that 'store export' writes, each sample with its timestamp. Families \
            of other programs are counted and named.

            Rows may come in any order. A row that says the same as another counts once; two that \
            contradict each other are an error, as is everything else that cannot be taken as it is.

            All rows are stored or none: they are written in one transaction after the last one was read, \
            so an import that fails or is killed leaves the store as it was; one that was not there yet may be \
            left empty if that happens while it is written. The same bytes are refused \
            when the store has them already; rows that overlap with other imports are stored beside them. \
            Memory does not grow with the rows but for some 50 bytes for each two thousand; what does not fit \
            lies in a file without a name in $TMPDIR, else /var/tmp.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, openmetrics
    }

    @Option(help: "What the input is.")
    var format = Format.csv

    @OptionGroup var store: StoreOptions

    @Argument(help: "The input; - for standard input.")
    var file = "-"

    func run() throws {
        try reportingFailure {
            let input = try ByteInput(path: file)
            // What is wrong with a store that is there is told before a long file is read.
            if let store = existingStore() { _ = try store.get() }
            let progress = ProgressLine(input)
            let imported: Import
            do {
                defer { progress.clear() }
                imported = try Import(
                    input, format: format == .csv ? .csv : .openMetrics,
                    temporaryDirectory: Console.environment("TMPDIR") ?? "/var/tmp")
            }
            let store = try SampleStore(path: store.path, access: .readWrite)
            // Samplers that cron starts leave meanwhile; a loop that holds the lock waits for the store.
            let lock = RunLock.take(besideStore: store.path, quiet: true)
            defer { lock?.release() }
            tell(try imported.write(into: store), store.path)
        }
    }

    /// Nil where there is none yet.
    private func existingStore() -> Result<SampleStore, StoreError>? {
        do throws(StoreError) {
            return .success(try SampleStore(path: store.path, access: .readOnly))
        } catch .missing {
            return nil
        } catch .notAStore(_, "an empty file") {
            return nil
        } catch {
            return .failure(error)
        }
    }

    private func tell(_ summary: Import.Summary, _ path: String) {
        let tickText = summary.ticks == 1 ? "1 time" : "\(summary.ticks) times"
        Console.note(
            "\(summary.values) values of \(summary.series) series at \(tickText) imported into "
                + path)
        if summary.repeatedRows > 0 {
            Console.note("\(summary.repeatedRows) rows say the same as another: stored once")
        }
        for family in summary.skipped {
            Console.note("skipped \(family.name) (\(family.samples) samples): not one of ours")
        }
    }
}
