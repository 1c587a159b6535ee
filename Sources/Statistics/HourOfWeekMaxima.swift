/// The largest value of each hour of the week: what a job that runs at its hour needs, which a percentile
/// of all hours does not see.
package struct HourOfWeekMaxima: Equatable, Sendable {
    package static let hourCount = 168

    /// By hour, from Monday 0:00; nil where there was no value.
    package private(set) var maxima: [Double?]
    /// How many values each hour had.
    package private(set) var counts: [Int]

    package init() {
        maxima = Array(repeating: nil, count: Self.hourCount)
        counts = Array(repeating: 0, count: Self.hourCount)
    }

    /// - Parameters:
    ///   - values: in any order.
    ///   - seconds: when each was taken, since 1970 in UTC.
    ///   - utcOffset: of local time, in seconds east.
    /// - Throws: `StatisticsError.lengthMismatch`, `.notANumber`.
    package init(
        of values: [Double], atSeconds seconds: [Int64], utcOffset: Int64 = 0
    ) throws(StatisticsError) {
        guard values.count == seconds.count else {
            throw .lengthMismatch(values: values.count, others: seconds.count)
        }
        self.init()
        for (index, value) in values.enumerated() {
            if value.isNaN { throw .notANumber(index: index) }
            let hour = Self.hour(atSeconds: seconds[index] &+ utcOffset)
            counts[hour] += 1
            if maxima[hour].map({ value > $0 }) ?? true { maxima[hour] = value }
        }
    }

    /// The hour of the week, from Monday 0:00; 1970 began on a Thursday.
    package static func hour(atSeconds seconds: Int64) -> Int {
        let hours = seconds / 3600 - (seconds % 3600 < 0 ? 1 : 0)
        let hour = (hours % 168 + 72) % 168
        return Int(hour < 0 ? hour + 168 : hour)
    }

    /// The hour with the largest value, the first of several; nil if there is no value.
    package var busiestHour: Int? {
        var busiest: Int?
        for (hour, maximum) in maxima.enumerated() {
            guard let maximum else { continue }
            if let now = busiest.flatMap({ maxima[$0] }), now >= maximum { continue }
            busiest = hour
        }
        return busiest
    }

    /// Takes in the values of another series, or of another part of this one.
    package mutating func merge(_ other: HourOfWeekMaxima) {
        for hour in 0..<Self.hourCount {
            counts[hour] += other.counts[hour]
            guard let theirs = other.maxima[hour] else { continue }
            if maxima[hour].map({ theirs > $0 }) ?? true { maxima[hour] = theirs }
        }
    }
}
