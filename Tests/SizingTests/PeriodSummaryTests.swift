import TestSupport
import Testing

@testable import Sizing

@Suite struct PeriodSummaryTests {
    private static let alert = 606.0

    @Test(
        arguments: [
            // The alert asks for the most: 0.8 / 0.8 over 0.6 / 0.7.
            (0.8, 0.6, 1.0), (0.8, 0.7, 1), (0.4, 0.7, 1), (0, 0, 0),
        ] as [(Double, Double, Double)])
    func theSmallestLimitOfAPeriod(sustained: Double, mean: Double, need: Double) {
        let period = PeriodSummary(age: 0, sustained: sustained, mean: mean, peak: 9, seconds: 60)
        #expect(abs(period.need(SizingPolicy()) - need) < 1e-12)
    }

    /// Days are counted back from the end of the window, which is part of the newest.
    @Test func daysEndWithTheWindow() {
        var track = TrackReference()
        track.append(4, seconds: 43_200)
        track.append(1, seconds: 43_200)
        track.append(2, seconds: 43_200)
        track.append(3, seconds: 43_200)
        let days = track.with {
            $0.summaries(by: .days(end: 172_800_000), longerThan: Self.alert)
        }
        #expect(
            days == [
                PeriodSummary(age: 0, sustained: 3, mean: 2.5, peak: 3, seconds: 86_400),
                PeriodSummary(age: 1, sustained: 4, mean: 2.5, peak: 4, seconds: 86_400),
            ])
    }

    /// A stretch over midnight belongs to the day in which it becomes long enough.
    @Test func aStretchOverMidnight() {
        var track = TrackReference()
        track.ends = [86_400_000 - 600_000]
        track.values = [0]
        track.seconds = [300]
        for value in [9, 8, 7, 0] { track.append(Double(value), seconds: 300) }
        let days = track.with {
            $0.summaries(by: .days(end: 172_800_000 - 1), longerThan: Self.alert)
        }
        #expect(days.map(\.age) == [0, 1])
        #expect(days.map(\.sustained) == [7, 9])
        #expect(days.map(\.peak) == [8, 9])
    }

    /// The newest run first; a run says nothing of the one before it.
    @Test func runsOfAJob() {
        var track = TrackReference()
        for value in [5, 5, 5, 9, 9, 9, 1, 2] { track.append(Double(value), seconds: 300) }
        let runs = track.with {
            $0.summaries(by: .runs(starts: [0, 4, 4, 6, 8]), longerThan: Self.alert)
        }
        #expect(
            runs == [
                PeriodSummary(age: 0, sustained: 2, mean: 1.5, peak: 2, seconds: 600),
                PeriodSummary(age: 1, sustained: 9, mean: 9, peak: 9, seconds: 600),
                PeriodSummary(age: 2, sustained: 5, mean: 6, peak: 9, seconds: 1200),
            ])
    }

    /// Against the plain way: steps of any length, a clock set over midnight and back.
    @Test func randomDaysAndRuns() throws {
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            var track = TrackReference.random(
                count: .random(in: 1...120, using: &random), &random)
            if seed % 2 == 0 { track.gap = 400_000 }
            let end = (track.ends.max() ?? 0) - Int64.random(in: 0...7_200_000, using: &random)
            try #require(
                track.with { $0.summaries(by: .days(end: end), longerThan: Self.alert) }
                    == track.summaries(end: end, longerThan: Self.alert), "seed \(seed)")
            let starts = Set(
                (0..<5).map { _ in Int.random(in: 0...track.values.count, using: &random) }
            ).sorted()
            try #require(
                track.with { $0.summaries(by: .runs(starts: starts), longerThan: Self.alert) }
                    == track.summaries(runs: starts, longerThan: Self.alert), "seed \(seed)")
        }
    }

    /// A damaged time is no reason to stop.
    @Test func timesFromTheEndsOfTime() {
        var track = TrackReference()
        track.values = [1, 2, 3]
        track.seconds = [60, 60, 60]
        track.ends = [.min, 0, .max]
        let days = track.with { $0.summaries(by: .days(end: 100), longerThan: Self.alert) }
        #expect(days.reduce(0) { $0 + $1.seconds } == 180)
        #expect(days.map(\.peak).max() == 3)
    }
}
