import Testing

@testable import Sizing

@Suite struct CPUUseTests {
    private func use() -> CPUUse {
        var use = CPUUse()
        use.beginRun()
        use.append(cores: 0.1, seconds: 60, end: 60, throttledShare: 0.5, limit: 1)
        use.append(cores: 0.2, seconds: 900, end: 960, throttledShare: 0.6, limit: 1)
        use.beginRun()
        use.append(cores: 0.3, seconds: 900, end: 1860, throttledShare: nil, limit: nil)
        use.append(cores: 0.4, seconds: 60, end: 1920, throttledShare: 0, limit: 1)
        use.beginRun()
        use.append(cores: 0.5, seconds: 60, end: 1980, throttledShare: 0.7, limit: 2)
        return use
    }

    private func without(gapsOver seconds: Double, _ use: CPUUse) -> CPUUse {
        use.without(
            gapsOf: IntervalTiming(
                ends: use.ends.elements, seconds: use.seconds.elements, usual: nil,
                longerThan: seconds))
    }

    /// What is left keeps its run, its throttling and its time.
    @Test func intervalsThatAreNoGap() {
        let kept = without(gapsOver: 150, use())
        #expect(kept.cores == [0.1, 0.4, 0.5])
        #expect(Array(kept.seconds) == [60, 60, 60])
        #expect(Array(kept.ends) == [60, 1920, 1980])
        #expect(kept.runStarts == [0, 1, 2])
        #expect(
            kept.throttlings == [
                CPUUse.Throttling(interval: 0, share: 0.5, limit: 1),
                CPUUse.Throttling(interval: 2, share: 0.7, limit: 2),
            ])
        #expect(kept.countedSeconds == 1080)
    }

    @Test func nothingIsLeftOutWithoutGaps() {
        let kept = without(gapsOver: 900, use())
        #expect(kept.cores == use().cores)
        #expect(kept.throttlings == use().throttlings)
        #expect(kept.runStarts == [0, 2, 4])
    }

    /// A run without an interval that counts is none.
    @Test func aRunOfGapsAlone() {
        var use = CPUUse()
        use.beginRun()
        use.append(cores: 0.1, seconds: 60, end: 60, throttledShare: nil, limit: nil)
        use.beginRun()
        use.append(cores: 0.2, seconds: 900, end: 960, throttledShare: nil, limit: nil)
        use.beginRun()
        use.append(cores: 0.3, seconds: 60, end: 1020, throttledShare: nil, limit: nil)
        #expect(without(gapsOver: 150, use).runStarts == [0, 1])
        #expect(without(gapsOver: 10, use).isEmpty)
    }

    @Test func whereTheDemandIsHidden() {
        let thinned = use().thinned([1, 2, 3, 4, 5], SizingPolicy())
        #expect(thinned.values == [1, 2, 3, 4, 5])
        #expect(thinned.isCensored == [true, true, false, false, true])
    }

    /// 2,500 intervals, every other one hidden, are every third of them: 834.
    @Test func atMostAThousandAreLookedAt() {
        var use = CPUUse()
        for index in 0..<2500 {
            use.append(
                cores: 0.5, seconds: 60, end: Int64(index),
                throttledShare: index % 2 == 0 ? 0.5 : 0, limit: 0.5)
        }
        let thinned = use.thinned((0..<2500).map(Double.init), SizingPolicy())
        #expect(thinned.values == stride(from: 0, to: 2500, by: 3).map(Double.init))
        #expect(thinned.isCensored == stride(from: 0, to: 2500, by: 3).map { $0 % 2 == 0 })
    }

    @Test func meansAreByTime() {
        #expect(use().mean(of: [1, 0, 0, 0, 1]) == 120.0 / 1980)
    }
}
