import ArgumentParser

struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Prints or installs what runs 'rightsize sample' again and again.",
        discussion: """
            Prints the file for /etc/cron.d, or a systemd service with its timer; --install writes what \
            would be printed, and enables nothing. The scheduled run sees no settings of yours: the \
            engine that --engine, DOCKER_HOST or the current docker context names becomes its \
            --engine, and RIGHTSIZE_STORE its --store.

            A file that rightsize did not write is never replaced.
            """)

    enum Scheduler: String, EnumerableFlag {
        case cron, systemd

        static func help(for value: Scheduler) -> ArgumentHelp? {
            switch value {
            case .cron: "A line for /etc/cron.d."
            case .systemd: "A confined service and a timer."
            }
        }
    }

    @Flag var scheduler: Scheduler

    @Option(help: ArgumentHelp("How far apart samples are.", valueName: "span"))
    var every = TimeSpan(seconds: 60)

    @Option(
        help: ArgumentHelp(
            "The store's file. Default: $RIGHTSIZE_STORE, else \(ScheduledRun.systemStore).",
            valueName: "path"))
    var store: String?

    @OptionGroup var engine: EngineOptions

    @Option(help: ArgumentHelp("The program to run. Default: this one.", valueName: "path"))
    var binary: String?

    @Flag(help: "Write the files instead of printing them.")
    var install = false

    @Option(help: .hidden)
    var root = ""

    func validate() throws {
        guard let period = SchedulePeriod(every) else {
            throw ValidationError("--every is less than 1s, the least that a schedule can do")
        }
        if scheduler == .cron, period.cronFields == nil {
            throw ValidationError(
                "cron cannot run every \(period.text), only every \(SchedulePeriod.cronPeriods); "
                    + "--systemd can, and so can 'rightsize sample --every \(period.text)'")
        }
    }

    func run() throws {
        try reportingFailure {
            let run = try ScheduledRun(
                binary: binary, store: store ?? Console.environment("RIGHTSIZE_STORE"),
                engine: try engine.choice())
            let files = files(run)
            guard install else {
                Console.write(files.map(\.text).joined(separator: "\n"))
                return
            }
            // All are looked at before any is written.
            let states = try files.map { try $0.state(under: root) }
            for (file, state) in zip(files, states) {
                if state != .same { try file.write(under: root) }
                Console.write("\(state.word) \(root)\(file.path)\n")
            }
            Console.write("\(next)\n")
            for note in notes(run) { Console.note(note) }
        }
    }

    private func files(_ run: ScheduledRun) -> [ScheduleFile] {
        // Both were seen to be there by validate().
        guard let period = SchedulePeriod(every) else { return [] }
        switch scheduler {
        case .cron:
            return period.cronFields.map {
                [ScheduleCron(run: run, period: period, fields: $0).file]
            } ?? []
        case .systemd: return ScheduleUnits(run: run, period: period).files
        }
    }

    private var next: String {
        switch scheduler {
        case .cron: "cron reads it within a minute: nothing else is to be done"
        case .systemd: "start it with: \(ScheduleUnits.enabling)"
        }
    }

    /// What would make the first run fail, or run twice.
    private func notes(_ run: ScheduledRun) -> [String] {
        var notes: [String] = []
        if !HostPath.exists(root + run.binary), !HostPath.exists(run.binary) {
            notes.append("there is no \(run.binary) yet: put the program there first")
        }
        let other =
            switch scheduler {
            case .cron: "/etc/systemd/system/\(ScheduleUnits.name).timer"
            case .systemd: "/etc/cron.d/\(ScheduleUnits.name)"
            }
        if HostPath.exists(root + other) {
            notes.append("\(root)\(other) samples too: remove one of the two")
        }
        return notes
    }
}

extension ScheduleFile.State {
    fileprivate var word: String {
        switch self {
        case .missing: "wrote"
        case .same: "unchanged"
        case .own: "replaced"
        }
    }
}
