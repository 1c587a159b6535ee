import Measures
import Testing

@testable import Sizing

/// Each line of the rule, with numbers that can be checked by hand.
@Suite struct NeedEstimatorTests {
    private static let standard = NeedEstimator(policy: SizingPolicy())
    private static let bare = NeedEstimator(policy: SizingPolicy(), hasMargin: false)

    private static func isNear(_ found: Double, _ expected: Double) -> Bool {
        abs(found - expected) <= 1e-9 * max(1, abs(expected))
    }

    /// Even days: need_d is the use over 0.7.
    @Test(
        arguments: [
            // One day: (1 + 2) · 0.7 / 0.7.
            ([0.7], 3),
            // Two: (1 + 1) · (0.9 · 1 + 0.1 · 1).
            ([0.7, 0.7], 2),
            // Two: (1 + 1) · (0.9 · 1 + 0.1 · 0.5).
            ([0.7, 0.35], 1.9), ([0.35, 0.7], 1.9),
            // Four: (1 + ½) · (0.9 · 2 + 0.1 · 1); the order and the other days do not matter.
            ([0.7, 1.4, 0.1, 0], 2.85), ([0, 0.1, 1.4, 0.7], 2.85),
            // The worst twice.
            ([1.4, 1.4, 0.1, 0], 3),
            ([0, 0], 0),
        ] as [([Double], Double)])
    func cpuByDay(uses: [Double], cores: Double) {
        #expect(Self.isNear(Self.standard.cpu(even(uses)), cores))
        #expect(Self.isNear(Self.bare.cpu(even(uses)), uses.max()! / 0.7))
    }

    @Test(
        arguments: [
            // One day: (1 + ¾) · 700 / 0.7.
            ([700], 1750),
            // Three: (1 + ¼) · 1000; the second worst day does not count.
            ([700, 0, 0], 1250), ([0, 700, 350], 1250),
        ] as [([Double], Double)])
    func memoryByDay(uses: [Double], bytes: Double) {
        #expect(Self.isNear(Self.standard.memoryByDay(even(uses)), bytes))
        #expect(Self.isNear(Self.bare.memoryByDay(even(uses)), 1000))
    }

    /// 1.15 times the largest; half of the spread on top.
    @Test(
        arguments: [
            ([1000, 1000], 0, 1150),
            ([1000], 0, 1150),
            // What fell between samples, or on a day not counted.
            ([1000, 1000], 2000, 2300),
            // Logarithms 0 and 2: they lie 1 from their mean.
            ([1, 7.389_056_098_930_65], 0, 7.389_056_098_930_65 * 1.65),
            // Logarithms 0 and 1: ½.
            ([2.718_281_828_459_045, 1], 0, 2.718_281_828_459_045 * 1.4),
            // However they vary: 1 at most.
            ([1e9, 1], 0, 1.65e9),
            ([0, 0], 0, 0),
        ] as [([Double], Double, Double)])
    func memoryByPeak(peaks: [Double], largest: Double, bytes: Double) {
        #expect(Self.isNear(Self.standard.memoryByPeak(even(peaks), largest: largest), bytes))
        #expect(
            Self.bare.memoryByPeak(even(peaks), largest: largest) == max(largest, peaks.max()!))
    }

    @Test func memoryAfterAKill() {
        #expect(Self.standard.memoryAfterKill(at: .mebibytes(512)) == mebibytes(960))
        #expect(Self.bare.memoryAfterKill(at: .mebibytes(512)) == mebibytes(768))
    }

    @Test(
        arguments: [
            // (1 + 1/2) · 1, (1 + ½/2) · 1000, 1.10 · 700
            (Caution.eco, 1.5, 1250, 770),
            (.standard, 2, 1375, 805),
            (.safe, 3, 2000, 910),
        ] as [(Caution, Double, Double, Double)])
    func caution(_ caution: Caution, cores: Double, byDay: Double, byPeak: Double) {
        var policy = SizingPolicy()
        policy.caution = caution
        let estimator = NeedEstimator(policy: policy)
        #expect(Self.isNear(estimator.cpu(even([0.7, 0.7])), cores))
        #expect(Self.isNear(estimator.memoryByDay(even([700, 700])), byDay))
        #expect(Self.isNear(estimator.memoryByPeak(even([700, 700]), largest: 0), byPeak))
    }

    /// The more days, the less room for worse ones.
    @Test func marginsShrink() {
        for caution in Caution.allCases {
            var policy = SizingPolicy()
            policy.caution = caution
            let estimator = NeedEstimator(policy: policy)
            var last = (cpu: Double.infinity, memory: Double.infinity)
            for days in 1...14 {
                let uses = even(Array(repeating: 1, count: days))
                let now = (cpu: estimator.cpu(uses), memory: estimator.memoryByDay(uses))
                #expect(now.cpu < last.cpu && now.memory < last.memory)
                #expect(now.cpu > 1 / 0.7 && now.memory > 1 / 0.7)
                last = now
            }
        }
    }

    /// The last 14 days, those of them that are covered for at least six hours.
    @Test func whichDaysCount() {
        let days = even(Array(repeating: 1, count: 20))
        #expect(Self.standard.counted(days, .steady).map(\.age) == Array(0..<14))
        var gappy = days
        for age in [0, 3] { gappy[age].seconds = 0.25 * daySeconds - 1 }
        gappy[4].seconds = 0.25 * daySeconds
        #expect(
            Self.standard.counted(gappy, .steady).map(\.age)
                == [1, 2] + Array(4..<14))
        // None is covered well enough: all of them.
        let sparse = even([1, 2, 3], seconds: 0.1 * daySeconds)
        #expect(Self.standard.counted(sparse, .steady) == sparse)
        // Runs are short, and the newest 14 count.
        let runs = even(Array(repeating: 1, count: 20), seconds: 60)
        #expect(Self.standard.counted(runs, .batch(runs: 20)).map(\.age) == Array(0..<14))
        #expect(Self.standard.counted([], .steady).isEmpty)
    }
}
