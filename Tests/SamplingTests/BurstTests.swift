import Measures
import Testing

@testable import Sampling

@Suite struct BurstTests {
    private func tick(_ uptime: Int64, _ containers: [(id: String, values: MetricValues)]) -> Tick {
        Tick(
            time: Timestamp(milliseconds: uptime), boot: BootID(rawValue: "b"),
            uptimeMilliseconds: uptime, host: HostCapacity(cpus: nil, memory: nil),
            samples: containers.map { id, values in
                ContainerSample(
                    incarnation: Incarnation(
                        series: SeriesIdentity(
                            kind: .container, service: ServiceID(project: nil, service: id)),
                        container: ContainerID(rawValue: id), name: id),
                    values: values)
            })
    }

    private func values(_ usage: Int64?, _ current: Int64?, _ inactive: Int64? = 0) -> MetricValues
    {
        var values = MetricValues()
        values[.cpuUsage] = usage
        values[.memoryCurrent] = current
        values[.memoryInactiveFile] = inactive
        return values
    }

    @Test func meanAndMaximumOfTheRun() {
        let summary = Burst.summarized([
            tick(1000, [("a", values(0, 500, 100)), ("gone", values(7, 7))]),
            tick(1500, [("a", values(50_000, 900, 100))]),
            tick(2500, [("a", values(850_000, 300, 400)), ("new", values(9, 9))]),
            tick(3000, [("a", values(850_000, 300, 100)), ("new", values(9, 9))]),
        ])
        var expected = values(850_000, 300, 100)
        expected[.cpuBurstMax] = 800  // 800 ms of CPU in one second
        expected[.cpuBurstMean] = 425  // 850 ms in two seconds
        expected[.memoryBurstMax] = 800
        expected[.memoryBurstMean] = 350  // 400, 800, 0 (floored) and 200
        #expect(summary.uptimeMilliseconds == 3000)
        #expect(summary.samples.map(\.incarnation.name) == ["a", "new"])
        #expect(summary.samples[0].values == expected)
        #expect(summary.samples[1].values[.cpuBurstMax] == 0)
    }

    @Test func whatIsMissingStaysMissing() {
        let one = tick(1000, [("a", values(5, 5))])
        #expect(Burst.summarized([one]) == one)
        let summary = Burst.summarized([
            tick(1000, [("a", values(nil, 5)), ("b", values(900, nil))]),
            tick(2000, [("a", values(5, nil)), ("b", values(100, 5))]),
        ])
        #expect(summary.samples[0].values == values(5, nil))
        // b's counter went back: a new baseline, not a rate.
        #expect(summary.samples[1].values == values(100, 5))
    }
}
