import Measures

/// A moment as the people of the estate live it: UTC, a week with a weekend.
struct Moment {
    var time: Timestamp

    static let millisecondsPerDay: Int64 = 86_400_000

    /// 0 ..< 86,400.
    var secondOfDay: Double { Double(time.milliseconds % Self.millisecondsPerDay / 1000) }

    /// 0 ..< 24.
    var hour: Double { secondOfDay / 3600 }

    /// Days since 1970-01-01, a Thursday.
    var day: Int64 { time.milliseconds / Self.millisecondsPerDay }

    /// 0 is Monday.
    var weekday: Int64 { (day + 3) % 7 }

    var isWeekend: Bool { weekday >= 5 }

    /// Office hours as a share of the day's peak, 0 ... 1: rises from seven to ten, dips a little at
    /// lunch, falls from five in the afternoon to ten at night.
    var officeLoad: Double {
        let rise = smoothStep(hour, from: 6.5, to: 10)
        let fall = smoothStep(hour, from: 16.5, to: 22)
        let lunch =
            smoothStep(hour, from: 11.5, to: 12.5) * (1 - smoothStep(hour, from: 12.5, to: 14))
        return rise * (1 - fall) * (1 - 0.25 * lunch)
    }
}

/// A span that comes back: from `hour` on for `minutes`, every day or on one day of the week.
struct Recurrence {
    var hour: Double
    var minutes: Double
    /// 0 is Monday; nil is every day.
    var weekday: Int64?

    /// The share of `step` before `moment` in which the span was on, 0 ... 1.
    func overlap(endingAt moment: Moment, stepSeconds: Double) -> Double {
        if let weekday, moment.weekday != weekday { return 0 }
        let end = moment.secondOfDay
        let first = hour * 3600
        let shared = min(end, first + minutes * 60) - max(end - stepSeconds, first)
        return max(0, shared) / stepSeconds
    }

    /// Whether the span began in the `step` that ended at `moment`.
    func begins(endingAt moment: Moment, stepSeconds: Double) -> Bool {
        if let weekday, moment.weekday != weekday { return false }
        let end = moment.secondOfDay
        return hour * 3600 > end - stepSeconds && hour * 3600 <= end
    }
}
