import TestSupport
import Testing

@testable import Sizing

/// What a quantity stays above for longer than an alert takes.
@Suite struct SustainedTests {
    private static let alert = 606.0

    private func sustained(_ values: [Double], step: Double, longerThan: Double = alert) -> Double {
        var track = TrackReference()
        for value in values { track.append(value, seconds: step) }
        return track.with {
            $0.sustained(
                in: 0...(values.count - 1), longerThan: longerThan, above: -1, from: 0)
        }
    }

    /// Two samples of five minutes are ten minutes, three are more.
    @Test(
        arguments: [
            ([5], -1), ([5, 4], -1), ([5, 4, 3], 3), ([9, 9, 1, 8, 8], 1),
            ([1, 7, 6, 8, 1], 6), ([1, 5, 5, 5, 9, 9, 1], 5), ([3, 3, 3, 4, 4, 4, 0], 4),
            ([9, 0, 9, 0, 9], 0), ([-4, -3, -2], -1),
        ] as [([Double], Double)])
    func threeSamplesOfFiveMinutes(values: [Double], expected: Double) {
        #expect(sustained(values, step: 300) == expected)
    }

    @Test func elevenSamplesOfAMinute() {
        #expect(sustained(Array(repeating: 2, count: 10), step: 60) == -1)
        #expect(sustained(Array(repeating: 2, count: 11), step: 60) == 2)
        // A tenth of a per cent of jitter makes no eleven minutes of ten.
        #expect(sustained(Array(repeating: 2, count: 10), step: 60.05) == -1)
        #expect(sustained([9] + Array(repeating: 2, count: 10), step: 60) == 2)
        #expect(sustained([0] + Array(repeating: 2, count: 10), step: 60) == 0)
    }

    /// What holds for no time is not sustained, however little time is asked for.
    @Test func samplesOfNoTime() {
        #expect(sustained([1, 7, 2], step: 0) == -1)
        #expect(sustained([1, 7, 2], step: 0, longerThan: 0) == -1)
    }

    @Test func oneSampleOfTwelveMinutes() {
        #expect(sustained([1, 7, 2], step: 700) == 7)
    }

    /// A gap ends a stretch, and so does a clock that was set back.
    @Test(arguments: [(300.0, 4.0), (2400, 4), (2600, 0), (0, 0), (-3600, 0)])
    func whatEndsAStretch(label: Double, expected: Double) {
        var track = TrackReference()
        track.append(9, seconds: 300)
        track.append(9, seconds: 300)
        track.append(4, seconds: 300, label: label)
        track.append(0, seconds: 300)
        let found = track.with {
            $0.sustained(in: 0...3, longerThan: Self.alert, above: -1, from: 0)
        }
        let reference = track.sustained(in: 0...3, longerThan: Self.alert, above: -1, from: 0)
        #expect(found == reference)
        #expect(found == (expected == 0 ? -1 : expected))
    }

    /// Every array of up to six values out of three, with every choice of gaps between them.
    @Test(arguments: [(60.0, 606.0), (60, 150), (300, 606), (300, 899), (700, 606)])
    func allShortTracks(step: Double, longerThan: Double) {
        for count in 1...6 {
            for gaps in 0..<(1 << (count - 1)) {
                var track = TrackReference()
                for index in 0..<count {
                    let isGap = index > 0 && gaps >> (index - 1) & 1 == 1
                    track.append(0, seconds: step, label: isGap ? 9000 : step)
                }
                for digits in 0..<Self.power(3, count) {
                    var rest = digits
                    for index in 0..<count {
                        track.values[index] = Double(rest % 3)
                        rest /= 3
                    }
                    let expected = track.sustained(
                        in: 0...(count - 1), longerThan: longerThan, above: -1, from: 0)
                    let found = track.with {
                        $0.sustained(
                            in: 0...(count - 1), longerThan: longerThan, above: -1, from: 0)
                    }
                    guard found == expected else {
                        Issue.record("\(found), not \(expected): \(track)")
                        return
                    }
                }
            }
        }
    }

    private static func power(_ base: Int, _ exponent: Int) -> Int {
        (0..<exponent).reduce(1) { value, _ in value * base }
    }

    /// Any part of a track, any floor, steps of any length, a clock set forwards and backwards.
    @Test func longTracks() throws {
        for seed in UInt64(0)..<400 {
            var random = SeededGenerator(seed: seed)
            let track = TrackReference.random(count: .random(in: 1...60, using: &random), &random)
            let last = Int.random(in: 0..<track.values.count, using: &random)
            let start = Int.random(in: 0...last, using: &random)
            let first = Int.random(in: 0...start, using: &random)
            let floor = Double.random(in: -1...4, using: &random).rounded()
            let longerThan = [606.0, 60, 1800].randomElement(using: &random)!
            let found = track.with {
                $0.sustained(in: start...last, longerThan: longerThan, above: floor, from: first)
            }
            try #require(
                found
                    == track.sustained(
                        in: start...last, longerThan: longerThan, above: floor, from: first),
                "seed \(seed)")
        }
    }
}

extension TrackReference {
    /// Values out of ten, so that many are equal.
    static func random(count: Int, _ random: inout SeededGenerator) -> TrackReference {
        var track = TrackReference()
        let steps = [30.0, 60, 61, 299, 300, 301, 700, 2000]
        let usual = steps.randomElement(using: &random)!
        for _ in 0..<count {
            let isOdd = Int.random(in: 0..<4, using: &random) == 0
            let step = isOdd ? steps.randomElement(using: &random)! : usual
            let isSet = Int.random(in: 0..<12, using: &random) == 0
            let leap = [-90_000.0, -3600, -1, 3600, 90_000].randomElement(using: &random)!
            track.append(
                Double(Int.random(in: 0..<10, using: &random)), seconds: step,
                label: isSet ? leap : step)
        }
        return track
    }
}
