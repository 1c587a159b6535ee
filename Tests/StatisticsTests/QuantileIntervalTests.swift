import Testing

@testable import Statistics

@Suite struct QuantileIntervalTests {
    /// Tables of order statistic intervals: Conover, "Practical Nonparametric Statistics", and any other.
    @Test(
        "Published ranks of 95 % intervals of the median, from 1",
        arguments: [(6, 1, 6), (10, 2, 9), (20, 6, 15), (50, 18, 33), (100, 40, 61)])
    func mediansOfIndependentValues(count: Int, lower: Int, upper: Int) {
        let ranks = QuantileInterval.ranks(
            count: count, effectiveCount: Double(count), probability: 0.5, confidence: 0.95)
        #expect(ranks.lower == lower - 1 && ranks.upper == upper - 1)
    }

    @Test("Ranks against sums of the distribution itself")
    func ranksAgainstTheDefinition() {
        for count in [1, 2, 5, 13, 40, 90] {
            for probability in [0, 0.05, 0.5, 0.9, 0.99, 1] {
                for confidence in [0.5, 0.9, 0.99] {
                    let terms = Self.binomial(count, probability)
                    let tail = (1 - confidence) / 2
                    let lower = (1...count).last { terms[..<$0].reduce(0, +) <= tail }
                    let upper = (1...count).first { terms[$0...].reduce(0, +) <= tail }
                    let found = QuantileInterval.ranks(
                        count: count, effectiveCount: Double(count), probability: probability,
                        confidence: confidence)
                    #expect(found.lower == lower.map { $0 - 1 }, "\(count) \(probability)")
                    #expect(found.upper == upper.map { $0 - 1 }, "\(count) \(probability)")
                }
            }
        }
    }

    @Test func fewerEffectiveValuesGiveAWiderInterval() throws {
        let plain = QuantileInterval.ranks(
            count: 1000, effectiveCount: 1000, probability: 0.5, confidence: 0.95)
        let tenth = QuantileInterval.ranks(
            count: 1000, effectiveCount: 100, probability: 0.5, confidence: 0.95)
        // The 40th and 61st of 100, at the outer ends of their shares of 1000.
        #expect(tenth.lower == 390 && tenth.upper == 609)
        #expect(plain.lower == 468 && plain.upper == 531)
        let high = QuantileInterval.ranks(
            count: 1000, effectiveCount: 20, probability: 0.95, confidence: 0.95)
        #expect(high.lower == 800 && high.upper == nil)
    }

    @Test("How often intervals hold the true quantile, independent and not", arguments: [0.0, 0.9])
    func coverage(correlation: Double) throws {
        var random = SplitMix64(11)
        var held = 0
        let rounds = 300
        for _ in 0..<rounds {
            // An autoregressive series of marginal distribution N(0, 1), whose 0.9 quantile is 1.2816.
            var state = random.normal()
            let innovation = (1 - correlation * correlation).squareRoot()
            let values = (0..<800).map { _ in
                state = correlation * state + innovation * random.normal()
                return state
            }
            let found = try QuantileInterval(of: values, at: 0.9)
            if (found.lower ?? -.infinity) <= 1.2816, 1.2816 <= (found.upper ?? .infinity) {
                held += 1
            }
            #expect(found.effectiveCount <= 800)
        }
        // 95 % nominally; the effective size is an estimate itself.
        #expect(Double(held) / Double(rounds) > 0.9, "\(held) of \(rounds)")
    }

    @Test func effectiveSizes() throws {
        var random = SplitMix64(3)
        let independent = (0..<4000).map { _ in random.uniform() }
        let ofIndependent = EffectiveSampleSize.ofShare(of: independent, atMost: 0.5)
        #expect(ofIndependent > 3200)
        // Each value eight times over is worth an eighth.
        let repeated = independent.flatMap { [Double](repeating: $0, count: 8) }
        let ofRepeated = EffectiveSampleSize.ofShare(of: repeated, atMost: 0.5)
        #expect(abs(ofRepeated / ofIndependent - 1) < 0.15)
        #expect(EffectiveSampleSize.ofShare(of: [2, 2, 2], atMost: 2) == 3)
        #expect(EffectiveSampleSize.ofShare(of: [1], atMost: 2) == 1)
    }

    @Test(
        "The autocorrelations by bits against the definition", arguments: [2, 63, 64, 65, 130, 500])
    func bitsAgainstTheDefinition(count: Int) {
        let values = Series.make("sawtooth", seed: 1, count: count)
        for bound in [0.0, 3, 11] {
            let found = EffectiveSampleSize.ofShare(of: values, atMost: bound)
            let expected = Self.effectiveSize(values.map { $0 <= bound ? 1 : 0 })
            #expect(abs(found - expected) < 1e-6 * expected, "\(found), not \(expected)")
        }
    }

    @Test func errors() throws {
        #expect(throws: StatisticsError.emptyInput) { try QuantileInterval(of: [], at: 0.5) }
        #expect(throws: StatisticsError.notANumber(index: 1)) {
            try QuantileInterval(of: [1, .nan], at: 0.5)
        }
        #expect(throws: StatisticsError.invalidProbability(-1)) {
            try QuantileInterval(of: [1], at: -1)
        }
        #expect(throws: StatisticsError.invalidConfidence(0)) {
            try QuantileInterval(of: [1], at: 0.5, confidence: 0)
        }
        let single = try QuantileInterval(of: [7], at: 0.5)
        #expect(single.value == 7 && single.lower == nil && single.upper == nil)
    }

    private static func binomial(_ trials: Int, _ probability: Double) -> [Double] {
        var terms = [1.0]
        for _ in 0..<trials {
            terms = (0...terms.count).map { number in
                (number < terms.count ? terms[number] * (1 - probability) : 0)
                    + (number > 0 ? terms[number - 1] * probability : 0)
            }
        }
        return terms
    }

    private static func effectiveSize(_ indicator: [Double]) -> Double {
        let count = indicator.count
        let mean = indicator.reduce(0, +) / Double(count)
        let variance = indicator.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        guard variance > 0 else { return Double(count) }
        func correlation(_ lag: Int) -> Double {
            (0..<(count - lag)).reduce(0) {
                $0 + (indicator[$1] - mean) * (indicator[$1 + lag] - mean)
            } / (Double(count) * variance)
        }
        var sum = -1.0
        var last = Double.infinity
        for lag in stride(from: 0, through: count / 2 - 1, by: 2) {
            let pair = correlation(lag) + correlation(lag + 1)
            if pair <= 1e-13 { break }
            last = min(last, pair)
            sum += 2 * last
        }
        return min(Double(count), max(1, Double(count) / max(sum, 1 / Double(count))))
    }
}

extension SplitMix64 {
    /// Normally distributed about 0 with variance 1, by twelve uniform numbers.
    mutating func normal() -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + uniform() }
    }
}
