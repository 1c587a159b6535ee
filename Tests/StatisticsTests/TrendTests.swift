import Statistics
import Testing

@Suite struct TrendTests {
    @Test("Against all pairs", arguments: Series.names)
    func allPairs(name: String) throws {
        for count in [2, 3, 10, 61, 100, 257] {
            let values = Series.make(name, seed: 5, count: count)
            let even = (0..<count).map { Double($0) * 300 }
            var random = SplitMix64(UInt64(count))
            let uneven = (0..<count).map { _ in (random.uniform() * 500).rounded(.down) }
            for times in [even, uneven] where Set(times).count > 1 {
                let found = try Trend(of: values, at: times)
                let expected = Reference.theilSen(values, times)
                let scale = 1e-9 * max(expected.map(\.magnitude).max()!, 1e-12)
                let slopes = [found.lower, found.slope, found.upper]
                for (slope, wanted) in zip(slopes, expected) {
                    #expect(
                        abs(slope - wanted) <= scale, "\(name) \(count): \(slopes), \(expected)")
                }
            }
        }
    }

    @Test("Against scipy's theilslopes")
    func scipy() throws {
        let cases = try NumpyCase.all(of: "trend")
        #expect(cases.count > 20)
        for item in cases {
            let count = Int(item.names[2])!
            let values = Series.make(item.names[0], seed: UInt64(item.names[1])!, count: count)
            let found = try Trend(of: values, at: (0..<count).map { Double($0) })
            let expected = item.numbers[0]
            let scale = 1e-9 * max(expected.map(\.magnitude).max()!, 1e-12)
            #expect(abs(found.slope - expected[0]) <= scale, "\(item.names)")
            #expect(abs(found.intercept - expected[1]) <= scale * Double(count), "\(item.names)")
            #expect(abs(found.lower - expected[2]) <= scale, "\(item.names)")
            #expect(abs(found.upper - expected[3]) <= scale, "\(item.names)")
        }
    }

    @Test func aLineUnderNoiseAndOutliers() throws {
        var random = SplitMix64(9)
        let count = 10_000
        let times = (0..<count).map { Double($0) }
        let values = times.map { time in
            Int(time) % 5 == 2 ? 1e8 * random.uniform() : 1e9 + 0.25 * time + random.uniform() * 100
        }
        let trend = try Trend(of: values, at: times)
        #expect(abs(trend.slope - 0.25) < 1e-3)
        #expect(trend.lower < 0.25 && 0.25 < trend.upper)
        #expect(abs(trend.value(at: 0) - 1e9) < 100)
    }

    @Test func fewDifferentSlopes() throws {
        // All slopes of a staircase of two values are few; nearly all are 0.
        let count = 8000
        let times = (0..<count).map { Double($0) }
        let flat = try Trend(of: times.map { $0 < 10 ? 1 : 0 }, at: times)
        #expect(flat.slope == 0 && flat.lower == 0 && flat.upper == 0)
        let exact = try Trend(of: times.map { 3 * $0 + 1 }, at: times)
        #expect(exact.slope == 3 && exact.lower == 3 && exact.upper == 3)
        #expect(exact.intercept == 1)
    }

    @Test func errors() {
        #expect(throws: StatisticsError.emptyInput) { try Trend(of: [], at: []) }
        #expect(throws: StatisticsError.noTimeSpan) { try Trend(of: [1], at: [1]) }
        #expect(throws: StatisticsError.noTimeSpan) { try Trend(of: [1, 2], at: [5, 5]) }
        #expect(throws: StatisticsError.notFinite(.infinity, index: 1)) {
            try Trend(of: [1, .infinity], at: [1, 2])
        }
        #expect(throws: StatisticsError.lengthMismatch(values: 2, others: 1)) {
            try Trend(of: [1, 2], at: [1])
        }
        #expect(throws: StatisticsError.invalidConfidence(1.5)) {
            try Trend(of: [1, 2], at: [1, 2], confidence: 1.5)
        }
    }
}

@Suite struct HourOfWeekMaximaTests {
    /// 2026-11-23 was a Monday.
    private static let monday: Int64 = 1_795_392_000

    @Test func hoursOfTheWeek() {
        #expect(HourOfWeekMaxima.hour(atSeconds: Self.monday) == 0)
        #expect(HourOfWeekMaxima.hour(atSeconds: Self.monday - 1) == 167)
        #expect(HourOfWeekMaxima.hour(atSeconds: Self.monday + 25 * 3600 + 59) == 25)
        // 1970 began on a Thursday, and the hour before it belongs to Wednesday.
        #expect(HourOfWeekMaxima.hour(atSeconds: 0) == 72)
        #expect(HourOfWeekMaxima.hour(atSeconds: -1) == 71)
    }

    @Test func theLargestOfEachHour() throws {
        let seconds = (0..<(14 * 288)).map { Self.monday + Int64($0) * 300 }
        // A job each Tuesday at 3:05, larger in the second week.
        let values = seconds.map { second -> Double in
            let week = (second - Self.monday) / 604_800
            let hour = HourOfWeekMaxima.hour(atSeconds: second)
            return hour == 27 && second % 3600 == 300 ? Double(10 + week) : 1
        }
        var found = try HourOfWeekMaxima(of: values, atSeconds: seconds)
        #expect(found.maxima.count == 168)
        #expect(found.maxima[27] == 11 && found.maxima[28] == 1)
        #expect(found.busiestHour == 27)
        #expect(found.counts.allSatisfy { $0 == 24 })

        let berlin = try HourOfWeekMaxima(of: values, atSeconds: seconds, utcOffset: 3600)
        #expect(berlin.busiestHour == 28)

        let later = try HourOfWeekMaxima(of: [20], atSeconds: [Self.monday])
        #expect(later.maxima[1] == nil)
        found.merge(later)
        #expect(found.maxima[0] == 20 && found.counts[0] == 25)
        #expect(HourOfWeekMaxima().busiestHour == nil)
        #expect(throws: StatisticsError.notANumber(index: 0)) {
            try HourOfWeekMaxima(of: [.nan], atSeconds: [0])
        }
    }
}

extension Reference {
    /// The slopes of all pairs: lower end, median, upper end of the 95 % interval.
    static func theilSen(_ values: [Double], _ times: [Double]) -> [Double] {
        var slopes: [Double] = []
        for first in values.indices {
            for second in values.indices where times[first] < times[second] {
                slopes.append((values[second] - values[first]) / (times[second] - times[first]))
            }
        }
        slopes.sort()
        func term(_ count: Int) -> Double { Double(count * (count - 1) * (2 * count + 5)) }
        func ties(_ series: [Double]) -> Double {
            Dictionary(grouping: series) { $0 }.values.reduce(0) { $0 + term($1.count) }
        }
        let variance = max(0, term(values.count) - ties(values) - ties(times)) / 18
        let reach = 1.959963984540054 * variance.squareRoot()
        let pairs = Double(slopes.count)
        let low = Int(((pairs - reach) / 2).rounded(.toNearestOrEven)) - 1
        let high = Int(((pairs + reach) / 2).rounded(.toNearestOrEven))
        return [
            slopes[max(0, low)], quantile(0.5, ofSorted: slopes),
            slopes[min(slopes.count - 1, high)],
        ]
    }
}
