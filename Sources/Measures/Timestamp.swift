/// A moment of wall time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
package struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable {
    package var rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }
    package init(milliseconds: Int64) { rawValue = milliseconds }
    package init(seconds: Int64) { rawValue = seconds * 1000 }

    package var milliseconds: Int64 { rawValue }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.rawValue < right.rawValue
    }

    package func advanced(byMilliseconds delta: Int64) -> Timestamp {
        // Wraps rather than stops: a damaged store may hold any time.
        Timestamp(milliseconds: rawValue &+ delta)
    }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC, to the second: `2026-11-23T14:42:00Z`.
    package var description: String { iso8601 }

    package var iso8601: String {
        let (date, time) = fields
        return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))"
            + "T\(pad(time.hour, 2)):\(pad(time.minute, 2)):\(pad(time.second, 2))Z"
    }

    /// The day (UTC): `2026-11-26`.
    package var dayText: String { String(iso8601.prefix { $0 != "T" }) }

    /// For people, to the minute: `2026-11-23 14:42Z`.
    package var minuteText: String {
        let (date, time) = fields
        return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))"
            + " \(pad(time.hour, 2)):\(pad(time.minute, 2))Z"
    }

    private var fields:
        (
            date: (year: Int64, month: Int64, day: Int64),
            time: (hour: Int64, minute: Int64, second: Int64)
        )
    {
        let seconds = Self.floorDivide(rawValue, 1000)
        let days = Self.floorDivide(seconds, 86_400)
        let rest = seconds - days * 86_400
        return (Self.civilDate(daysSinceEpoch: days), (rest / 3600, rest / 60 % 60, rest % 60))
    }
}

extension Timestamp {
    /// Reads RFC 3339 (`2026-11-23T14:42:00.123456789Z`, `…+01:00`), as the engine writes its times.
    /// Digits below a millisecond are dropped. Nil for anything else, and for the engine's
    /// "never", year 1.
    package init?(rfc3339 text: String) {
        var bytes = Array(text.utf8)[...]
        func number(_ digits: Int) -> Int64? {
            guard bytes.count >= digits else { return nil }
            var value: Int64 = 0
            for byte in bytes.prefix(digits) {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            bytes = bytes.dropFirst(digits)
            return value
        }
        func skip(_ allowed: Character...) -> Bool {
            guard let first = bytes.first, allowed.contains(where: { $0.asciiValue == first })
            else { return false }
            bytes = bytes.dropFirst()
            return true
        }
        guard let year = number(4), skip("-"), let month = number(2), skip("-"),
            let day = number(2), skip("T", "t", " "), let hour = number(2), skip(":"),
            let minute = number(2), skip(":"), let second = number(2),
            year > 1, (1...12).contains(month), (1...31).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var milliseconds: Int64 = 0
        if skip(".") {
            var scale: Int64 = 100
            var digits = 0
            while let digit = number(1) {
                milliseconds += digit * scale
                scale /= 10
                digits += 1
            }
            guard digits > 0 else { return nil }
        }
        var offsetMinutes: Int64 = 0
        if !skip("Z", "z") {
            let sign: Int64 = skip("+") ? 1 : (skip("-") ? -1 : 0)
            guard sign != 0, let hours = number(2), skip(":"), let minutes = number(2),
                hours < 24, minutes < 60
            else { return nil }
            offsetMinutes = sign * (hours * 60 + minutes)
        }
        guard bytes.isEmpty else { return nil }
        let days = Self.daysSinceEpoch(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + (minute - offsetMinutes) * 60 + second
        self.init(milliseconds: seconds * 1000 + milliseconds)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    /// Days from a proleptic Gregorian date, by years that start in March (H. Hinnant, "chrono-Compatible
    /// Low-Level Date Algorithms", days_from_civil).
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The inverse of `daysSinceEpoch` (civil_from_days of the same source).
    private static func civilDate(
        daysSinceEpoch days: Int64
    ) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }
}

/// `value` with leading zeros to at least `width` digits.
private func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
