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

    var wish: EngineWish { EngineWish(address: engine, none: noEngine) }

    /// - Throws: where an address was named that cannot be used.
    func choice() throws(SamplingError) -> Sampler.EngineChoice { try wish.choice() }
}

/// Which engine a person wants to be asked.
struct EngineWish: Equatable {
    /// `--engine`; nil for the environment's.
    var address: String?
    /// `--no-engine`
    var none = false

    /// - Throws: where an address was named that cannot be used.
    func choice() throws(SamplingError) -> Sampler.EngineChoice {
        guard !none else { return .none }
        return .at(
            try EngineAddress.resolve(
                explicit: address, environment: Console.environment,
                home: Console.environment("HOME")))
    }
}
