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

    /// What is left keeps its run, its throttling and its time.
    @Test func intervalsThatAreNoGap() {
        let kept = use().intervals(upTo: 150)
        #expect(kept.cores == [0.1, 0.4, 0.5])
        #expect(kept.seconds == [60, 60, 60])
        #expect(kept.ends == [60, 1920, 1980])
        #expect(kept.runStarts == [0, 1, 2])
        #expect(
            kept.throttlings == [
                CPUUse.Throttling(interval: 0, share: 0.5, limit: 1),
                CPUUse.Throttling(interval: 2, share: 0.7, limit: 2),
            ])
        #expect(kept.countedSeconds == 1080)
    }

    @Test func nothingIsLeftOutWithoutGaps() {
        let kept = use().intervals(upTo: 900)
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
        #expect(use.intervals(upTo: 150).runStarts == [0, 1])
        #expect(use.intervals(upTo: 10).isEmpty)
    }

    @Test func whereTheDemandIsHidden() {
        let (values, isCensored) = use().thinned([1, 2, 3, 4, 5], SizingPolicy())
        #expect(values == [1, 2, 3, 4, 5])
        #expect(isCensored == [true, true, false, false, true])
    }

    /// At most a thousand, evenly spaced from the first on, each with what is known of it.
    @Test(arguments: [1, 2, 999, 1000, 1001, 2000, 2001, 4032])
    func aThousandOfMany(count: Int) {
        var use = CPUUse()
        for index in 0..<count {
            // Hard throttled, a little throttled, not throttled, not counted.
            use.append(
                cores: 0.1, seconds: 60, end: Int64(index),
                throttledShare: [0.5, 0.25, 0, nil][index % 4], limit: 1)
        }
        let demand = (0..<count).map(Double.init)
        let (values, isCensored) = use.thinned(demand, SizingPolicy())
        let step = (count + 999) / 1000
        #expect(values == stride(from: 0, to: count, by: step).map(Double.init))
        #expect(values.count <= 1000)
        #expect(isCensored == values.map { Int($0) % 4 == 0 })
    }

    @Test func meansAreByTime() {
        #expect(use().mean(of: [1, 0, 0, 0, 1]) == 120.0 / 1980)
    }
}
