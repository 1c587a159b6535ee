/// The file for /etc/cron.d.
struct ScheduleCron {
    let run: ScheduledRun
    let period: SchedulePeriod
    /// The period's five fields.
    let fields: String

    /// A name without a dot: cron passes over the others.
    var file: ScheduleFile {
        ScheduleFile(
            path: "/etc/cron.d/rightsize-sample",
            text: """
                # /etc/cron.d/rightsize-sample
                # \(ScheduleFile.marker) --cron'. Every \(period.text) one sample of each container is stored; a run that
                # finds another still at work leaves. In a crontab of your own, leave out the user "root".
                \(fields) root \(command)

                """)
    }

    private var command: String {
        run.command.map(Self.quoted).joined(separator: " ")
    }

    /// For the shell, and before it for cron, to which a bare `%` is a newline.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-:+@,=".utf8.contains(byte)
            }
        }
        guard !isPlain else { return word }
        let escaped = word.map { $0 == "%" ? "\\%" : String($0) }.joined()
        return "'\(escaped)'"
    }
}
