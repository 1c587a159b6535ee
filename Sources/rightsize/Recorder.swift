import Glibc
import Measures
import Sampling
import Storing

/// Takes samples and stores them, and says what was done.
struct Recorder {
    let sampler: Sampler
    let store: SampleStore
    let quiet: Bool
    /// Whether a machine without any container is worth recording.
    var acceptsHostAlone = false

    /// What the store held when the sampler began.
    var rememberedInventory: InventoryMemory?

    /// How long to look closely inside each sample; nil for one reading.
    var burstSeconds: Double?

    /// One sample, stored when this returns.
    @discardableResult
    func record() throws -> Tick {
        let start = ClockReading.now().uptimeMilliseconds
        let outcome =
            try burstSeconds.map { seconds throws(SamplingError) in
                try sampler.burst(lasting: seconds) { usleep(UInt32($0) * 1000) }
            } ?? sampler.tick()
        guard acceptsHostAlone || outcome.tick.samples.contains(where: \.isContainer) else {
            throw Self.nothingFound(outcome)
        }
        let notes = sampler.memory.map { $0.notes(after: rememberedInventory) } ?? []
        do {
            try store.append(outcome.tick, notes: notes)
        } catch {
            sampler.carryOver(outcome.tick)
            throw error
        }
        guard !quiet else { return outcome.tick }
        let milliseconds = ClockReading.now().uptimeMilliseconds - start
        Console.write("\(Self.summary(outcome).printable), \(milliseconds) ms\n")
        return outcome.tick
    }

    /// Compacts what is due. After a sample is stored and its tick given up, which is as large as what this
    /// needs.
    func compact() throws(StoreError) {
        do throws(StoreError) {
            // In a loop, what that touches is not needed for an hour before and after.
            let made = try store.compact(preparing: ProgramMemory.release)
            if made > 0 { ProgramMemory.release() }
        } catch {
            // What is compacted later is as good.
            guard error.isLackOfRoom else { throw error }
            Console.note("\(error)")
        }
    }

    enum Ending { case timeUp, interrupt, terminate }

    /// Samples at fixed distances until the time is up or a signal comes. A sample that fails is told
    /// and the loop goes on; a moment that a slow sample overran is left out.
    /// - Throws: the last failure, when nothing at all was stored.
    func loop(every: Double, for duration: Double?, until signals: StopSignals) throws -> Ending {
        let start = ClockReading.now().uptimeMilliseconds
        let step = max(1, Int64((every * 1000).rounded()))
        let end = duration.map { start + Int64(($0 * 1000).rounded()) }
        var stored = 0
        var lastFailure: (any Error)?
        var next = start
        while true {
            do {
                try record()
                stored += 1
                try compact()
            } catch {
                lastFailure = error
                Console.note("\(error)")
            }
            let now = ClockReading.now().uptimeMilliseconds
            next += step * max(1, (now - next + step - 1) / step)
            let isLast = end.map { next > $0 } ?? false
            let wake = isLast ? max(now, end ?? now) : next
            let ending = wait(milliseconds: wake - now, until: signals)
            guard isLast || ending != .timeUp else { continue }
            if stored == 0, let lastFailure { throw Failure("nothing was stored: \(lastFailure)") }
            if !quiet { Console.write("\(stored) samples stored in \(store.path)\n") }
            return ending
        }
    }

    /// Waits, and listens to the engine each second meanwhile.
    private func wait(milliseconds: Int64, until signals: StopSignals) -> Ending {
        let end = ClockReading.now().uptimeMilliseconds + milliseconds
        while true {
            let left = end - ClockReading.now().uptimeMilliseconds
            let ending = signals.wait(milliseconds: min(left, 1000))
            guard ending == .timeUp, left > 1000 else { return ending }
            sampler.listen()
        }
    }

    private static func summary(_ outcome: Sampler.Outcome) -> String {
        let containers = outcome.tick.samples.filter(\.isContainer)
        let running = containers.count {
            ($0.values[.memoryCurrent] ?? $0.values[.cpuUsage]) != nil
        }
        let stopped = containers.count - running
        let isEngine = containers.contains {
            [.service, .oneOff, .container].contains($0.incarnation.series.kind)
        }
        let noun = isEngine ? "container" : "group"
        var text = "\(outcome.tick.time.iso8601) read \(running) \(noun)\(running == 1 ? "" : "s")"
        if stopped > 0 { text += " (\(stopped) more not running)" }
        text += " from \(outcome.source)"
        if !outcome.skipped.isEmpty {
            text += ", skipped \(outcome.skipped.count) (\(Self.skippedText(outcome)))"
        }
        return text
    }

    /// The first few by name: what keeps one from being read often keeps all.
    private static func skippedText(_ outcome: Sampler.Outcome) -> String {
        let named = outcome.skipped.prefix(8).map { "\($0.name): \($0.reason)" }
        let more = outcome.skipped.count - named.count
        return named.joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
    }

    private static func nothingFound(_ outcome: Sampler.Outcome) -> Failure {
        guard outcome.skipped.isEmpty else {
            return Failure(
                "no container could be read from \(outcome.source): \(skippedText(outcome))")
        }
        return Failure(
            "no containers found in \(outcome.source): start some, or name the engine that runs them "
                + "with --engine")
    }
}

extension ContainerSample {
    /// Whether this is about a container or group, not the machine.
    fileprivate var isContainer: Bool { incarnation.series.kind != .host }
}
