import ArgumentParser
import Storing

struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Reads every container's counters once, or in a loop.",
        discussion: """
            Containers are found through the engine's socket (--engine, else DOCKER_HOST, else the \
            current docker context, else the first of Docker's and Podman's usual sockets) and read \
            from the kernel's control groups. Without an engine those groups themselves are walked.

            A loop (--every) also listens to the engine's events, so that containers which come and go \
            between two samples, and kills, are recorded.

            One sampler at a time writes a store: another leaves, says so, and exits with 0. \
            To take a sample every minute, see 'rightsize schedule'.
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: ArgumentHelp("Sample again and again at this distance.", valueName: "span"))
    var every: TimeSpan?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("End the loop after this long.", valueName: "span"))
    var duration: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Look closely for this long inside the one sample, and store mean and maximum.",
            valueName: "span"))
    var burst: TimeSpan?

    @OptionGroup var engine: EngineOptions

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case line, json
    }

    @Option(
        help: ArgumentHelp(
            "How CPU time is kept, by this and every later sample: exact (at first), or 1ms, which takes "
                + "less room.",
            valueName: "exact|1ms"))
    var resolution: StoreSettings.Resolution?

    @Flag(help: "Wait for the disk with every sample, so that not even a power cut loses one.")
    var durable = false

    @Option(help: "What to print: one line, or the tick exactly as it was stored.")
    var format = Format.line

    @Flag(name: .shortAndLong, help: "Say nothing unless something is wrong.")
    var quiet = false

    func validate() throws {
        if duration != nil, every == nil {
            throw ValidationError("--for needs --every: how often to sample meanwhile")
        }
        if burst != nil, every != nil {
            throw ValidationError("--burst is for single samples; a loop can sample more often")
        }
        if let burst, !(0.5...60).contains(burst.seconds) {
            throw ValidationError("--burst takes from half a second to a minute")
        }
        if format == .json, every != nil {
            throw ValidationError("--format json shows one sample, not a loop's")
        }
    }

    func run() throws { try reportingFailure(parsed.run) }

    var parsed: SampleRun {
        SampleRun(
            store: store.storePath, engine: engine.wish, quiet: quiet,
            showsTick: format == .json, everySeconds: every?.seconds,
            durationSeconds: duration?.seconds, burstSeconds: burst?.seconds,
            resolution: resolution, isDurable: durable)
    }
}

extension StoreSettings.Resolution: ExpressibleByArgument {}
