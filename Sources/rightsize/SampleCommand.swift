import ArgumentParser
import Measures
import Sampling
import Storing

struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Reads every container's counters once, or in a loop.",
        discussion: """
            Containers are found through the Docker Engine's socket (DOCKER_HOST, else
            /var/run/docker.sock) and read from the kernel's control groups. Without an engine the
            control groups themselves are walked.

            One sampler at a time writes a store: another leaves, says so, and exits with 0.
            To take a sample every minute, see 'rightsize schedule'.
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: ArgumentHelp("Sample again and again at this distance.", valueName: "span"))
    var every: TimeSpan?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("End the loop after this long.", valueName: "span"))
    var duration: TimeSpan?

    @Flag(help: "Walk the control groups and ask no engine.")
    var noEngine = false

    @Flag(name: .shortAndLong, help: "Say nothing unless something is wrong.")
    var quiet = false

    func validate() throws {
        if duration != nil, every == nil {
            throw ValidationError("--for needs --every: how often to sample meanwhile")
        }
    }

    func run() throws {
        try reportingFailure {
            // Before the first sample: a signal that comes during one must not cut it short.
            let signals = every == nil ? nil : StopSignals()
            let choice: Sampler.EngineChoice =
                noEngine
                ? .none : .at(try EngineAddress(dockerHost: Console.environment("DOCKER_HOST")))
            let store = try SampleStore(path: store.path, access: .readWrite)
            // After the store, which says what is wrong with its directory, and makes it.
            guard let lock = RunLock.take(besideStore: store.path, quiet: quiet) else { return }
            defer { lock.release() }
            let recorder = Recorder(sampler: Sampler(engine: choice), store: store, quiet: quiet)
            guard let every, let signals else { return try recorder.record() }
            let ending = try recorder.loop(
                every: every.seconds, for: duration?.seconds, until: signals)
            if ending == .interrupt { throw ExitCode.interrupted }
        }
    }
}
