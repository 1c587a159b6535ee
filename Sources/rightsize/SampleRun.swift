import ArgumentParser
import Measures
import Sampling
import Storing

/// What `rightsize sample` does, once its arguments are known.
struct SampleRun: Equatable {
    /// `--store`; nil for the default.
    var store: String?
    var engine = EngineWish()
    var quiet = false
    /// Prints the tick as it was stored.
    var showsTick = false
    var everySeconds: Double?
    var durationSeconds: Double?
    var burstSeconds: Double?
    /// `--resolution`; nil for what the store remembers.
    var resolution: StoreSettings.Resolution?
    /// Every sample waits for the disk.
    var isDurable = false

    func run() throws {
        // Before the first sample: a signal that comes during one must not cut it short.
        let signals = everySeconds == nil ? nil : StopSignals()
        let engine = try engine.choice()
        let store = try SampleStore(
            path: StoreOptions.path(store), access: .readWrite,
            durability: isDurable ? .powerCut : .processCrash)
        // After the store, which says what is wrong with its directory, and makes it.
        guard let lock = RunLock.take(besideStore: store.path, quiet: quiet) else { return }
        defer { lock.release() }
        try remember(resolution, in: store)
        // A loop hears of changes; a single sample goes on from what the last one knew and read.
        let isSingle = everySeconds == nil
        let memory = isSingle ? try InventoryMemory(leftIn: store) : nil
        let sampler = Sampler(
            engine: engine, watchesEvents: !isSingle, remembering: memory,
            after: isSingle ? try store.earlierReadings() : nil)
        let recorder = Recorder(
            sampler: sampler, store: store, quiet: quiet || showsTick,
            rememberedInventory: memory, burstSeconds: burstSeconds)
        guard let everySeconds, let signals else {
            let tick = try recorder.record()
            try recorder.compact()
            if showsTick, let stored = try TickJSON(at: tick.time, in: store) {
                Console.write(try stored.text())
            }
            return
        }
        ProgramMemory.release()
        let ending = try recorder.loop(
            every: everySeconds, for: durationSeconds, until: signals)
        if ending == .interrupt { throw ExitCode.interrupted }
    }

    private func remember(
        _ resolution: StoreSettings.Resolution?, in store: SampleStore
    ) throws(StoreError) {
        var settings = try store.settings()
        guard let resolution, resolution != settings.resolution else { return }
        settings.resolution = resolution
        try store.remember(settings)
    }
}

extension SampleRun {
    /// Reads the arguments as `rightsize schedule` writes them.
    ///
    /// ArgumentParser finds a command's options by reflection, which takes longer than to sample a host
    /// of a few containers: too long for what runs every minute. It reads all other arguments, and these
    /// as well, to the same effect.
    /// - Parameter arguments: without the program's name.
    /// - Returns: nil for any other, wrong ones among them.
    init?(scheduled arguments: [String]) {
        var arguments = arguments[...]
        guard arguments.popFirst() == "sample" else { return nil }
        self.init()
        while let argument = arguments.popFirst() {
            switch argument {
            case "--quiet": quiet = true
            case "--no-engine": engine.none = true
            case "--store", "--engine":
                guard let value = arguments.popFirst(), !value.isEmpty, !value.hasPrefix("-") else {
                    return nil
                }
                if argument == "--store" { store = value } else { engine.address = value }
            default: return nil
            }
        }
        if engine.none, engine.address != nil { return nil }
    }
}
