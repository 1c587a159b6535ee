import Measures
import Testing

@testable import Sizing

/// What a container would have used without its limit, and how much of that is known.
@Suite struct ThrottlingTests {
    @Test(
        arguments: [
            (0.5, nil, 0.5, 0.5),
            (0.5, 0, 0.5, 0.5),
            (0.45, 0.1, 0.5, 0.5),
            (0.4, 0.2, 0.5, 0.5),
            // A quarter is not more than a quarter.
            (0.3, 0.25, 0.5, 0.4),
            // More than a quarter throttled: at least 1.25 × the limit was wanted.
            (0.3, 0.3, 0.5, 0.625),
            (0.49, 0.3, 0.5, 0.7),
            (0.3, 0.3, nil, 0.3 / 0.7),
            // No more than three times what was seen, however throttled.
            (0.5, 0.99, 0.5, 1.5),
            (0.5, 1.0, nil, 1.5),
            (0, 1.0, 0.5, 0.625),
        ] as [(Double, Double?, Double?, Double)])
    func demandBehindThrottling(
        cores: Double, share: Double?, limit: Double?, demand: Double
    ) {
        var use = CPUUse()
        use.append(cores: cores, seconds: 60, end: 60_000, throttledShare: share, limit: limit)
        #expect(use.demand(SizingPolicy()).map { abs($0 - demand) < 1e-12 } == [true])
    }

    /// What is known of throttling, from shares to the need.
    @Test func aThrottledService() throws {
        let policy = SizingPolicy()
        let evidence = try ServiceEvidence(
            of: [
                observe(
                    Array(repeating: 0.4, count: 12), throttled: 0.2, limits: limits(0.5, 1024))
            ], policy: policy)
        let cpu = try #require(evidence.cpu)
        #expect(abs((cpu.throttledShare ?? 0) - 0.2) < 1e-12)
        #expect(cpu.censoredShare == 0)
        #expect(abs(cpu.mean.rawValue - 0.4) < 1e-12)
        #expect(abs(cpu.demandMean.rawValue - 0.5) < 1e-12)
        #expect(abs(cpu.demandP95.rawValue - 0.5) < 1e-12)
        #expect(evidence.replicas[0].cpu.map(\.sustained) == [0.5])
        // Nothing is censored: the median is the one value; all are used up there, so that no band
        // ends above it.
        #expect(
            cpu.demandMedian == CensoredMedian(value: Cores(0.5), low: Cores(0.5), high: nil))
    }

    /// Shares count by time: an interval twice as long holds twice as many periods.
    @Test func sharesAreByTime() throws {
        var sketch = ObservationSketch(limits: limits(0.5, 1024))
        sketch.begin()
        sketch.step(0.1, seconds: 200, throttled: 0)
        sketch.step(0.4, seconds: 100, throttled: 0.6)
        sketch.step(0.1, seconds: 100)
        let cpu = try #require(
            try ServiceEvidence(of: [sketch.observations], policy: SizingPolicy()).cpu)
        // 60 of the 300 seconds in which periods were counted.
        #expect(abs((cpu.throttledShare ?? 0) - 0.2) < 1e-12)
        #expect(abs(cpu.censoredShare - 0.25) < 1e-12)
        // (200 · 0.1 + 100 · 1 + 100 · 0.1) / 400.
        #expect(abs(cpu.demandMean.rawValue - 0.325) < 1e-12)
    }

    /// Kaplan–Meier: five values, the third and largest censored. S falls to ¾, ½ … of what is at risk.
    @Test func theMedianOfWhatIsHidden() throws {
        func median(_ steps: [(cores: Double, throttled: Double)]) throws -> CensoredMedian? {
            var sketch = ObservationSketch(limits: limits(0.1, 1024))
            sketch.begin()
            for step in steps { sketch.step(step.cores, throttled: step.throttled) }
            return try ServiceEvidence(of: [sketch.observations], policy: SizingPolicy())
                .cpu?.demandMedian
        }
        // Demands 0.2, 0.3, at least 0.5 (0.3 / 0.6), 0.6, 0.7:
        // S = 4/5, 3/5, then of two at risk 3/10 at 0.6.
        let some = try #require(
            try median([(0.2, 0), (0.3, 0), (0.3, 0.4), (0.6, 0), (0.7, 0)]))
        #expect(some.value == Cores(0.6))
        // Nothing is censored, though something was throttled: numpy's inverted_cdf.
        let all = try #require(
            try median([(0.2, 0), (0.3, 0), (0.36, 0.1), (0.6, 0), (0.7, 0)]))
        #expect(abs(all.value.rawValue - 0.4) < 1e-12)
        // More than half is hidden, from below the median on.
        #expect(try median([(0.2, 0), (0.3, 0.4), (0.3, 0.5), (0.3, 0.6)]) == nil)
        // Never throttled: there is nothing to undo.
        #expect(try median([(0.2, 0), (0.3, 0)]) == nil)
    }

    /// The limit of each interval undoes its throttling, not today's.
    @Test func theLimitThatThrottled() throws {
        var sketch = ObservationSketch(limits: limits(0.2, 1024))
        sketch.begin()
        for _ in 0..<4 { sketch.step(0.1, throttled: 0.3) }
        sketch.change(limits(4, 1024))
        for _ in 0..<4 { sketch.step(0.1, throttled: 0) }
        let evidence = try ServiceEvidence(of: [sketch.observations], policy: SizingPolicy())
        #expect(evidence.replicas[0].cpu.map(\.peak) == [0.25])
    }
}
