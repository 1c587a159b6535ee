import ArgumentParser
import Measures
import Storing

struct StoreVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Decodes everything and checks that it is as it was written.",
        discussion: """
            Damage is named by block, series and time, and exits with 2. --repair keeps all that is \
            sound, after copying the store to a file beside it, and says what was lost.
            """)

    @OptionGroup var store: StoreOptions

    @Flag(help: "Keep what is sound, and give up what cannot be decoded.")
    var repair = false

    func run() throws {
        try reportingFailure {
            guard repair else {
                let found = try SampleStore(path: store.path, access: .readOnly).verify()
                report(found)
                guard found.damages.isEmpty else { throw damaged(found) }
                return
            }
            // What does not exist is not to be made.
            _ = try SampleStore(path: store.path, access: .readOnly)
            let store = try SampleStore(path: store.path, access: .readWrite)
            guard let lock = RunLock.take(besideStore: store.path, quiet: true) else {
                throw Failure("a sampler is running: stop it, and repair then")
            }
            defer { lock.release() }
            let outcome = try store.repair()
            report(outcome.found)
            guard let copy = outcome.copy else { return }
            Console.write(
                """
                The store as it was is kept in \(copy)
                Kept: \(outcome.kept.ticks) ticks, \(outcome.kept.values) values

                """)
        }
    }

    private func report(_ found: Verification) {
        for damage in found.damages {
            Console.write((damage.losesSamples ? "lost: " : "wrong: ") + "\(damage)\n")
        }
        for baseline in found.baselines {
            let times = baseline.count == 1 ? "once" : "\(baseline.count) times"
            Console.write(
                "note: \(baseline.metric.name) of \(baseline.series.text) began anew \(times), "
                    + "first at \(baseline.first.iso8601)\n")
        }
        if found.clockSteps > 0 {
            Console.write("note: the clock was set back, times: \(found.clockSteps)\n")
        }
        if found.uptimeSteps > 0 {
            Console.write("note: ticks without time since the one before: \(found.uptimeSteps)\n")
        }
        guard found.damages.isEmpty else { return }
        Console.write(
            "sound: \(found.ticks) ticks, \(found.spans) spans, \(found.blocks) blocks, "
                + "\(found.values) values, \(found.rollups) rollups\n")
    }

    private func damaged(_ found: Verification) -> Failure {
        let lost = found.damages.count { $0.losesSamples }
        let what =
            lost == 0
            ? "no sample is lost" : "\(lost) \(lost == 1 ? "part" : "parts") of it cannot be read"
        return Failure(
            "the store \(store.path) is damaged: \(what); 'store verify --repair' keeps all the rest"
        )
    }
}
