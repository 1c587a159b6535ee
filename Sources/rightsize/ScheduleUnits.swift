/// The systemd service and its timer.
struct ScheduleUnits {
    let run: ScheduledRun
    let period: SchedulePeriod

    static let name = "rightsize-sample"
    private static let directory = "/etc/systemd/system/"

    /// Once the files are there.
    static let enabling = "systemctl daemon-reload && systemctl enable --now \(name).timer"

    var files: [ScheduleFile] { [service, timer] }

    private func file(_ kind: String, _ text: String) -> ScheduleFile {
        let path = "\(Self.directory)\(Self.name).\(kind)"
        let head = """
            # \(path)
            # \(ScheduleFile.marker) --systemd', which replaces this file: keep changes of your own in
            # a drop-in, with 'systemctl edit \(Self.name).\(kind)'.


            """
        return ScheduleFile(path: path, text: head + text)
    }

    private var timer: ScheduleFile {
        file(
            "timer",
            """
            [Unit]
            Description=rightsize: a sample every \(period.text)

            [Timer]
            \(elapse)
            AccuracySec=100ms
            # A missed run is a gap in the record. Made up for later, it would be one still.
            Persistent=no

            [Install]
            WantedBy=timers.target

            """)
    }

    private var elapse: String {
        if let calendar = period.calendar { return "OnCalendar=\(calendar)" }
        return """
            # No whole number of these fits into a minute, hour or day: counted from the last start.
            OnActiveSec=1s
            OnUnitActiveSec=\(period.text)
            """
    }

    private var service: ScheduleFile { file("service", unit + limits + sandbox) }

    private var unit: String {
        """
        [Unit]
        Description=rightsize: one sample of every container
        After=docker.service podman.socket
        # The timer alone decides how often.
        StartLimitIntervalSec=0

        [Service]
        Type=oneshot
        ExecStart=\(run.command.map(Self.quoted).joined(separator: " "))
        TimeoutStartSec=30s
        # Only what goes wrong is worth a line in the journal: neither each start nor each end.
        SyslogLevel=warning
        LogLevelMax=notice


        """
    }

    private var limits: String {
        """
        # Not in the way of what is measured, and the first to go when memory is short. No idle class
        # for its disk access: a busy host is just the one to be seen.
        Nice=10
        IOSchedulingClass=best-effort
        IOSchedulingPriority=7
        CPUQuota=20%
        MemoryMax=128M
        TasksMax=16
        OOMScoreAdjust=500


        """
    }

    /// A word of a command or an assignment (systemd.syntax(7)); `%` starts a specifier there.
    static func quoted(_ word: String) -> String {
        let escaped = word.map { $0 == "%" ? "%%" : String($0) }.joined()
        return escaped.contains { " ;#".contains($0) } ? "\"\(escaped)\"" : escaped
    }
}
