import Testing

@testable import Statistics

@Suite struct CensoredQuantilesTests {
    /// Weeks of remission under 6-MP: Freireich and others, Blood 21 (1963), the example of many textbooks.
    private static let weeks: [Double] = [
        6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35,
    ]
    private static let stillInRemission: [Bool] = [
        false, false, false, true, false, true, false, true, true, false, false, true, true, true,
        false, false, true, true, true, true, true,
    ]

    @Test func aPublishedCurve() throws {
        let curve = try SurvivalCurve(Self.weeks, isCensored: Self.stillInRemission)
        #expect(curve.steps.map(\.value) == [6, 7, 10, 13, 16, 22, 23])
        #expect(curve.steps.map(\.atRiskCount) == [21, 17, 15, 12, 11, 7, 6])
        let shares = curve.steps.map { ($0.shareAbove * 1e4).rounded() / 1e4 }
        #expect(shares == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482])
        let errors = curve.steps.map { (($0.standardError ?? .nan) * 1e4).rounded() / 1e4 }
        #expect(errors == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346])
    }

    /// The curve comes down to a half at 23 and never to a quarter. By hand, the band at 22 is up to 0.747,
    /// which is below three quarters, that at 16 up to 0.80, and no band's upper end is below a half.
    @Test func itsQuantiles() throws {
        let found = try CensoredQuantiles([0.25, 0.5, 0.75])
            .of(Self.weeks, isCensored: Self.stillInRemission)
        #expect(found[0] == .init(value: 13, lower: 6, upper: 22))
        #expect(found[1] == .init(value: 23, lower: 13, upper: nil))
        #expect(found[2] == .init(value: nil, lower: 23, upper: nil))
    }

    @Test("Every short sample against the definition")
    func everyShortSample() throws {
        let probabilities = (0...8).map { Double($0) / 8 }
        let quantiles = try CensoredQuantiles(probabilities, confidence: 0.8)
        let alphabet: [(Double, Bool)] = [1, 2, 5].flatMap { [($0, false), ($0, true)] }
        for length in 1...5 {
            var digits = [Int](repeating: 0, count: length)
            repeat {
                let sample = digits.map { alphabet[$0] }
                let found = try quantiles.of(sample.map(\.0), isCensored: sample.map(\.1))
                let expected = probabilities.map { Reference.censoredQuantile($0, of: sample) }
                if found.map(\.value) != expected {
                    Issue.record("\(sample): \(found.map(\.value)), not \(expected)")
                }
                for estimate in found {
                    if let value = estimate.value {
                        #expect(estimate.lower.map { $0 <= value } ?? false)
                        #expect(estimate.upper.map { $0 >= value } ?? true)
                    }
                }
            } while advance(&digits, base: alphabet.count)
        }
    }

    @Test("Without censoring it is the inverse of the distribution", arguments: [1, 7, 10, 1000])
    func withoutCensoring(count: Int) throws {
        let values = Series.make("fewDistinct", seed: 4, count: count)
        let probabilities = (0...20).map { Double($0) / 20 }
        let censored = try CensoredQuantiles(probabilities)
            .of(values, isCensored: values.map { _ in false })
        let plain = try WeightedQuantiles(probabilities).of(values, weights: values.map { _ in 1 })
        #expect(censored.map(\.value) == plain)
    }

    @Test func whatCensoringHidesIsNil() throws {
        let all = try CensoredQuantiles([0, 0.5]).of([3, 4], isCensored: [true, true])
        #expect(all == [.init(), .init()])
        // Half of the time at the limit of 2: everything from the median on is above what was seen.
        let throttled = try CensoredQuantiles([0.25, 0.5, 0.95])
            .of([1, 1, 2, 2], isCensored: [false, false, true, true])
        #expect(throttled.map(\.value) == [1, 1, nil])
    }

    @Test func errors() throws {
        let median = try CensoredQuantiles([0.5])
        #expect(throws: StatisticsError.emptyInput) { try median.of([], isCensored: []) }
        #expect(throws: StatisticsError.notANumber(index: 1)) {
            try median.of([1, .nan], isCensored: [false, true])
        }
        #expect(throws: StatisticsError.lengthMismatch(values: 1, others: 2)) {
            try median.of([1], isCensored: [false, true])
        }
        #expect(throws: StatisticsError.invalidConfidence(1)) {
            try CensoredQuantiles([0.5], confidence: 1)
        }
        #expect(throws: StatisticsError.invalidProbability(2)) { try CensoredQuantiles([2]) }
    }
}

extension Reference {
    /// Kaplan and Meier from the definition, with a product for each value.
    static func censoredQuantile(_ probability: Double, of sample: [(Double, Bool)]) -> Double? {
        let events = sample.filter { !$0.1 }.map(\.0).sorted()
        return events.first { event in
            var share = 1.0
            for value in Set(events).sorted() where value <= event {
                let died = Double(sample.count { $0.0 == value && !$0.1 })
                let atRisk = Double(sample.count { $0.0 >= value })
                share *= (atRisk - died) / atRisk
            }
            return 1 - share >= probability - 1e-12
        }
    }
}

/// Counts on in digits of the given base; false after the last number.
func advance(_ digits: inout [Int], base: Int) -> Bool {
    for place in digits.indices {
        digits[place] += 1
        if digits[place] < base { return true }
        digits[place] = 0
    }
    return false
}
