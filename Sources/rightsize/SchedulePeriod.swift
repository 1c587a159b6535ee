/// How far apart scheduled samples are, and how cron and systemd say so.
///
/// | period | cron | timer |
/// |---|---|---|
/// | n s, n divides 60 | – | `*-*-* *:*:00/n` |
/// | n m, n divides 60 | `*/n * * * *` | `*-*-* *:00/n:00` |
/// | n h, n divides 24 | `0 */n * * *` | `*-*-* 00/n:00:00` |
/// | 1 d | `0 0 * * *` | `*-*-* 00:00:00` |
/// | any other from 1 s | – | counted from the last start |
struct SchedulePeriod: Hashable {
    let milliseconds: Int64

    static let millisecondsMin: Int64 = 1000

    /// Rounded to what a timer tells apart.
    init?(_ span: TimeSpan) {
        milliseconds = Int64((span.seconds * 1000).rounded())
        guard milliseconds >= Self.millisecondsMin else { return nil }
    }

    /// What fits a whole number of times into the next larger unit, so that samples fall on the same
    /// moments of every hour or day.
    private enum Aligned {
        case seconds(Int64)
        case minutes(Int64)
        case hours(Int64)
        case day
    }

    private var aligned: Aligned? {
        guard milliseconds % 1000 == 0 else { return nil }
        let seconds = milliseconds / 1000
        switch seconds {
        case ..<60: return 60 % seconds == 0 ? .seconds(seconds) : nil
        case ..<3600: return 3600 % seconds == 0 && seconds % 60 == 0 ? .minutes(seconds / 60) : nil
        case ..<86_400:
            return 86_400 % seconds == 0 && seconds % 3600 == 0 ? .hours(seconds / 3600) : nil
        case 86_400: return .day
        default: return nil
        }
    }

    /// The five fields of crontab(5); nil where they cannot say it.
    var cronFields: String? {
        switch aligned {
        case .minutes(let count): "\(Self.every(count, "*", "*/")) * * * *"
        case .hours(let count): "0 \(Self.every(count, "*", "*/")) * * *"
        case .day: "0 0 * * *"
        case .seconds, nil: nil
        }
    }

    /// The periods that `cronFields` can say.
    static let cronPeriods =
        "1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 minutes, 1, 2, 3, 4, 6, 8 or 12 hours, or 1 day"

    /// The elapse expression of systemd.time(7); nil where the clock's face cannot say it.
    var calendar: String? {
        switch aligned {
        case .seconds(let count): "*-*-* *:*:\(Self.every(count, "*", "00/"))"
        case .minutes(let count): "*-*-* *:\(Self.every(count, "*", "00/")):00"
        case .hours(let count): "*-*-* \(Self.every(count, "*", "00/")):00:00"
        case .day: "*-*-* 00:00:00"
        case nil: nil
        }
    }

    private static func every(_ count: Int64, _ each: String, _ step: String) -> String {
        count == 1 ? each : step + String(count)
    }

    /// As a person, `--every` and systemd.time(7) write it.
    var text: String {
        let units: [(String, Int64)] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)]
        for (unit, length) in units where milliseconds % length == 0 {
            return "\(milliseconds / length)\(unit)"
        }
        guard milliseconds % 1000 != 0 else { return "\(milliseconds / 1000)s" }
        return "\(Double(milliseconds) / 1000)s"
    }
}
