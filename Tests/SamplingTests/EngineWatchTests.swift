import Glibc
import Measures
import TestSupport
import Testing

@testable import Sampling

@Suite struct EngineWatchTests {
    private static let here = String(repeating: "a", count: 64)
    private static let brief = String(repeating: "b", count: 64)

    private static let bodies = [
        "/containers/json?all=true": Array(
            #"[{"Id":"\#(here)","Names":["/shop-web-1"],"Labels":{}}]"#.utf8),
        "/containers/\(here)/json": Array(
            #"{"State":{"Status":"exited","Pid":0,"StartedAt":"2026-11-23T08:00:00Z"}}"#.utf8),
    ]

    private static func event(
        _ action: String, _ id: String, _ time: Int64, _ attributes: String = ""
    ) -> FakeEngine.Step {
        let line =
            #"{"Type":"container","Action":"\#(action)","Actor":{"ID":"\#(id)","Attributes":{"#
            + #""name":"shop-job-1","image":"job:1","com.docker.compose.project":"shop","#
            + #""com.docker.compose.service":"job","com.docker.compose.container-number":"1"\#(attributes)}},"#
            + #""time":\#(time),"timeNano":\#(time)000000000}"# + "\n"
        return .send(FakeEngine.chunk(Array(line.utf8)))
    }

    private func sampler(_ engine: FakeEngine) throws -> (Sampler, CapturedHost) {
        let captured = try CapturedHost(
            try readArchive(fixturePath("docker-v2-snap-1.tree")))
        let address = try EngineAddress(dockerHost: "unix://" + engine.socketPath)
        return (
            Sampler(host: captured.host, engine: .at(address), watchesEvents: true), captured
        )
    }

    /// A container that came, was killed and went between two ticks is in the second, once; one that is
    /// still there has its deaths beside its values; and the engine is asked again only then.
    @Test func whatHappensBetweenTicksIsRecorded() throws {
        let engine = try FakeEngine(
            .watched(
                Self.bodies,
                events: [
                    .send(FakeEngine.chunkedHead), .pause(milliseconds: 300),
                    Self.event("start", Self.brief, 1_795_421_700),
                    Self.event("oom", Self.brief, 1_795_421_701),
                    Self.event("die", Self.brief, 1_795_421_702, #","exitCode":"137""#),
                    Self.event("destroy", Self.brief, 1_795_421_703),
                    Self.event("die", Self.here, 1_795_421_704, #","exitCode":"3""#),
                ]))
        let (sampler, captured) = try sampler(engine)
        try withExtendedLifetime(captured) {
            let first = try sampler.tick()
            #expect(first.containers.map(\.incarnation.name) == ["shop-web-1"])
            #expect(first.containers[0].values[.deaths] == nil)

            var second = try sampler.tick()
            for _ in 0..<100 where second.containers.count < 2 {
                usleep(20_000)
                second = try sampler.tick()
            }
            #expect(second.containers.map(\.incarnation.name) == ["shop-web-1", "shop-job-1"])
            #expect(second.containers[0].values[.deaths] == 1)
            let job = second.containers[1]
            #expect(
                job.incarnation
                    == Incarnation(
                        series: SeriesIdentity(
                            kind: .service, service: ServiceID(project: "shop", service: "job"),
                            instance: "1"),
                        container: ContainerID(rawValue: Self.brief), name: "shop-job-1",
                        image: "job:1", startedAt: Timestamp(seconds: 1_795_421_700)))
            #expect(
                job.values
                    == [.oomKilled: 1, .state: 6, .exitCode: 137, .deaths: 1, .oomEvents: 1])

            let listings = engine.listings
            for _ in 0..<5 {
                let later = try sampler.tick()
                #expect(later.containers.map(\.incarnation.name) == ["shop-web-1"])
                #expect(later.containers[0].values[.deaths] == nil)
            }
            #expect(engine.listings == listings)
        }
    }

    /// Without events each tick asks anew: slower, and nothing is missed.
    @Test func anEngineWithoutEventsIsListedEachTick() throws {
        let engine = try FakeEngine(.bodies(Self.bodies, framing: .length))
        let (sampler, captured) = try sampler(engine)
        try withExtendedLifetime(captured) {
            for count in 1...4 {
                let outcome = try sampler.tick()
                #expect(outcome.containers.count == 1)
                #expect(engine.listings == count)
            }
        }
    }

    @Test func aChangeThatNoEventTellsIsSeenInTheEnd() throws {
        let engine = try FakeEngine(
            .watched(Self.bodies, events: [.send(FakeEngine.chunkedHead)]))
        let (sampler, captured) = try sampler(engine)
        try withExtendedLifetime(captured) {
            var heard = 0
            for _ in 0..<200 where engine.listings != heard || heard == 0 {
                heard = engine.listings
                _ = try sampler.tick()
                usleep(20_000)
            }
            let listings = engine.listings
            for _ in 0..<130 { _ = try sampler.tick() }
            #expect((2...3).contains(engine.listings - listings))
        }
    }
}

extension FakeEngine {
    fileprivate var listings: Int { requests.count { $0.hasPrefix("/containers/json") } }
}
