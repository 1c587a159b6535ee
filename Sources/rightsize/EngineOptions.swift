import ArgumentParser
import Sampling

/// Which container engine is asked.
struct EngineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The engine's socket, unix:///PATH.", valueName: "address"))
    var engine: String?

    @Flag(help: "Walk the control groups and ask no engine.")
    var noEngine = false

    func validate() throws {
        if engine != nil, noEngine {
            throw ValidationError("--engine and --no-engine exclude each other")
        }
    }

    /// - Throws: where an address was named that cannot be used.
    func choice() throws(SamplingError) -> Sampler.EngineChoice {
        guard !noEngine else { return .none }
        return .at(
            try EngineAddress.resolve(
                explicit: engine, environment: Console.environment,
                home: Console.environment("HOME")))
    }
}
