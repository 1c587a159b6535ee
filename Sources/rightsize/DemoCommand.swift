import ArgumentParser
import Compose
import Files
import Measures
import Reporting
import Sampling
import Sizing
import Storing

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Samples this machine, then reports on and patches an example estate.")

    @Option(
        help: ArgumentHelp(
            "The example estate's folder. Default: data/estate here, else the installed one.",
            valueName: "dir"))
    var data: String?

    @Option(help: ArgumentHelp("How long to sample this machine.", valueName: "span"))
    var `for` = TimeSpan(seconds: 10)

    @Option(help: "When to use colour.")
    var color = Console.ColourChoice.auto

    func run() throws {
        try reportingFailure {
            let directory = try estateDirectory()
            let style = Console.style(colour: color)
            try showLive(style)
            try showEstate(directory, style)
        }
    }

    /// Really measures the machine that the demo runs on.
    private func showLive(_ style: TableStyle) throws {
        say(
            "1. LIVE: this machine, now. Reading its kernel files for \(spanText(seconds: `for`.seconds))."
        )
        let directory = try ScratchDirectory(for: "demo")
        defer { withExtendedLifetime(directory) {} }
        let store = try SampleStore(path: directory.path + "/store.db", access: .readWrite)
        let recorder = Recorder(
            sampler: Sampler(engine: liveEngine()), store: store, quiet: false,
            acceptsHostAlone: true)
        let ending = try recorder.loop(every: 1, for: `for`.seconds, until: StopSignals())
        guard ending == .timeUp else { throw ExitCode.interrupted }
        var policy = SizingPolicy()
        policy.evidenceSecondsMin = min(`for`.seconds / 2, policy.evidenceSecondsMin)
        let live = try ReportBuilder(store: store, policy: policy, sinceSeconds: `for`.seconds * 2)
            .build()
        say("\nSo few seconds prove nothing: a real report wants at least a day. As a taste:\n")
        Console.write(live.report.table(style))
    }

    /// The engine if it answers, else the control groups: a demo should not fail over this.
    private func liveEngine() -> Sampler.EngineChoice {
        do {
            let address = try EngineAddress.resolve(
                explicit: nil, environment: Console.environment,
                home: Console.environment("HOME"))
            _ = try Sampler(engine: .at(address)).tick()
            return .at(address)
        } catch {
            Console.note("\(error); the demo goes on without it")
            return .none
        }
    }

    /// Shows the generated history of the example estate.
    private func showEstate(_ directory: String, _ style: TableStyle) throws {
        let file = directory + "/docker-compose.yml"
        let history = directory + "/history.db"
        say(
            """

            2. GENERATED: two weeks of an example estate of 29 services. Nothing of it was measured:
               its history was made by a seeded generator (see data/README.md). The report and the
               patch are the real ones.

               $ rightsize report --store \(history) --compose \(file)

            """)
        let compose = try ComposeModel(path: file)
        let built = try ReportBuilder(
            store: try SampleStore(path: history, access: .readOnly), policy: SizingPolicy(),
            sinceSeconds: 14 * 86_400, compose: compose,
            tiers: try TierChoice(named: nil, compose: compose)
        ).build()
        Console.write(built.report.table(style))
        say(
            """

            3. THE PATCH for the same file: what it says changes, and not another byte.

               $ rightsize patch --store \(history) \(file)

            """)
        let proposal = PatchProposal(built.report, for: compose)
        _ = proposal.plan.patchedBytes()
        Console.write(proposal.plan.unifiedDiff())
        say("")
        for note in proposal.notes { say("   \(note)") }
        say("   \(proposal.summary(isWritten: false))")
        for note in ReportBuilder.notes(compose) { say("   \(note)") }
    }

    private func say(_ text: String) { Console.write(text + "\n") }

    private func estateDirectory() throws -> String {
        if let data { return data }
        let installed = HostPath.programDirectory.map { $0 + "/../share/rightsize/estate" }
        let places = ["data/estate"] + (installed.map { [$0] } ?? [])
        guard let found = places.first(where: { HostPath.exists($0 + "/history.db") }) else {
            throw Failure(
                "the example estate is in none of \(places.joined(separator: ", ")): run the demo in "
                    + "the project's folder, or name the estate's with --data")
        }
        return found
    }
}
