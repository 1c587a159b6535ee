import Measures
import Testing

@testable import Sampling

@Suite struct CarriedOccurrencesTests {
    private func sample(_ id: String, _ values: MetricValues) -> ContainerSample {
        ContainerSample(
            incarnation: Incarnation(
                series: SeriesIdentity(
                    kind: .container, service: ServiceID(project: nil, service: id)),
                container: ContainerID(rawValue: id), name: id),
            values: values)
    }

    private func tick(_ samples: [ContainerSample]) -> Tick {
        Tick(
            time: Timestamp(seconds: 1), boot: BootID(rawValue: "b"), uptimeMilliseconds: 1,
            host: HostCapacity(cpus: nil, memory: nil), samples: samples)
    }

    @Test func whatHappenedBeforeATickThatWasLostIsInTheNext() {
        var carried = CarriedOccurrences()
        carried.keep(
            tick([
                sample("idle", [.cpuUsage: 7, .deaths: 0]),
                sample("here", [.cpuUsage: 5, .deaths: 2, .oomEvents: 1, .state: 2]),
                sample("quiet", [.cpuUsage: 3, .oomEvents: 4]),
                sample(
                    "gone",
                    [.deaths: 1, .oomEvents: 1, .oomKilled: 1, .exitCode: 137, .state: 6]),
                sample("goes", [.cpuUsage: 9, .deaths: 1, .state: 2]),
            ]))
        var next = tick([
            sample("here", [.cpuUsage: 6, .deaths: 1]), sample("quiet", [.cpuUsage: 4]),
            sample("idle", [.cpuUsage: 8]),
        ])
        carried.move(to: &next)
        let expected = tick([
            sample("here", [.cpuUsage: 6, .deaths: 3, .oomEvents: 1]),
            sample("quiet", [.cpuUsage: 4, .oomEvents: 4]),
            sample("idle", [.cpuUsage: 8]),
            sample(
                "gone", [.deaths: 1, .oomEvents: 1, .oomKilled: 1, .exitCode: 137, .state: 6]),
            // No reading of a moment that is past, and no word of how it is now.
            sample("goes", [.deaths: 1]),
        ])
        #expect(next == expected)

        // Only once; and again where that tick is lost too.
        var third = tick([sample("here", [.cpuUsage: 7])])
        carried.move(to: &third)
        #expect(third == tick([sample("here", [.cpuUsage: 7])]))
        carried.keep(next)
        carried.move(to: &third)
        #expect(third.samples[0] == sample("here", [.cpuUsage: 7, .deaths: 3, .oomEvents: 1]))
        #expect(third.samples.map(\.incarnation.name) == ["here", "quiet", "gone", "goes"])
    }

    @Test func whatIsKeptIsBounded() {
        var carried = CarriedOccurrences()
        carried.keep(tick((0..<10_001).map { sample("\($0)", [.deaths: 1]) }))
        var next = tick([])
        carried.move(to: &next)
        #expect(next.samples.count == 10_000)
    }
}
