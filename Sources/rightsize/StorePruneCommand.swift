import ArgumentParser
import Measures
import Storing

struct StorePruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Deletes what is older than it need be, now and every day.",
        discussion: """
            What is given is remembered in the store, and the sampler keeps to it, once a day. Whole days \
            are deleted, after their rollups (minimum, maximum, mean and distribution of every metric) \
            have been made; the newest day always stays. Without --keep and --max-size what the store \
            remembers is applied.
            """)

    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp(
            "How long to keep ticks and rollups, as raw=60d,rollup=3y; 'ever' sets no end.",
            valueName: "spans"))
    var keep: KeepOption?

    @Option(
        help: ArgumentHelp(
            "What the store may grow to, such as 200M; the oldest goes first. 'none' sets no end.",
            valueName: "size"))
    var maxSize: SizeOption?

    @Flag(help: "Show what would be deleted for its age, and change nothing.")
    var dryRun = false

    func run() throws {
        try reportingFailure {
            // What does not exist is not to be made.
            let reader = try SampleStore(path: store.path, access: .readOnly)
            var settings = try reader.settings()
            keep?.apply(to: &settings.retention)
            if let maxSize { settings.retention.sizeMax = maxSize.bytes }
            if dryRun {
                report(try reader.prune(to: settings.retention, isRehearsal: true), settings)
                return
            }
            let store = try SampleStore(path: store.path, access: .readWrite)
            if try settings != store.settings() { try store.remember(settings) }
            report(try store.prune(to: settings.retention), settings)
        }
    }

    private func report(_ outcome: PruneOutcome, _ settings: StoreSettings) {
        var text = "Keeps \(settings.retention.text)\n"
        let verb = dryRun ? "Would delete" : "Deleted"
        if let first = outcome.first, let last = outcome.last {
            text +=
                "\(verb) \(outcome.ticks) ticks of \(first.minuteText) to \(last.minuteText)\n"
        }
        if outcome.rollupDays > 0 { text += "\(verb) rollups of \(outcome.rollupDays) days\n" }
        if outcome.incarnations > 0 {
            text +=
                "\(verb) the names of \(outcome.incarnations) containers and \(outcome.series) series\n"
        }
        if outcome.isNothing { text += "Nothing is old enough\n" }
        if !dryRun, !outcome.isNothing {
            text += "\(outcome.bytesBefore.text) -> \(outcome.bytesAfter.text)\n"
        }
        if outcome.isAboveCeiling {
            text += "The newest day and its rollups alone take \(outcome.bytesAfter.text)\n"
        }
        Console.write(text)
    }
}

/// `raw=60d`, `rollup=3y`, or both with a comma between.
struct KeepOption: ExpressibleByArgument, Equatable {
    /// Nil where nothing was said; `.some(nil)` for ever.
    var raw: Int64??
    var rollup: Int64??

    init?(argument: String) {
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", omittingEmptySubsequences: false)
            guard words.count == 2 else { return nil }
            var seconds: Int64?
            if words[1] != "ever" {
                guard let span = Self.seconds(String(words[1])) else { return nil }
                seconds = span
            }
            switch words[0] {
            case "raw" where raw == nil: raw = .some(seconds)
            case "rollup" where rollup == nil: rollup = .some(seconds)
            default: return nil
            }
        }
    }

    /// As `TimeSpan`, and years of 365 days. At least a day.
    private static func seconds(_ text: String) -> Int64? {
        let span =
            text.hasSuffix("y")
            ? Int64(text.dropLast()).flatMap {
                TimeSpan(argument: "\($0.multipliedReportingOverflow(by: 365).partialValue)d")
            }
            : TimeSpan(argument: text)
        guard let span, span.seconds >= 86_400 else { return nil }
        return Int64(span.seconds)
    }

    func apply(to retention: inout Retention) {
        if let raw { retention.rawSeconds = raw }
        if let rollup { retention.rollupSeconds = rollup }
    }
}

/// A size in bytes as a person writes it: `200M`, `2G`, `512K`; units of 1,024.
struct SizeOption: ExpressibleByArgument, Equatable {
    /// Nil for any.
    var bytes: Bytes?

    init?(argument: String) {
        if argument == "none" {
            bytes = nil
            return
        }
        let units: [Character: Int64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        guard let unit = argument.last.flatMap({ units[$0] }),
            let count = Int64(argument.dropLast()), count > 0
        else { return nil }
        let (size, isTooLarge) = count.multipliedReportingOverflow(by: unit)
        guard !isTooLarge, size >= 1 << 20 else { return nil }
        bytes = Bytes(size)
    }
}
