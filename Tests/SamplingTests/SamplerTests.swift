import Measures
import TestSupport
import Testing

@testable import Sampling

@Suite struct SamplerTests {
    private static let clock = ClockReading(
        time: Timestamp(seconds: 1_795_421_700), uptimeMilliseconds: 5_000_000)

    /// Real kernels and real engines: every value of every container equals what an independent reader
    /// (Fixtures/cut.py) found in the same capture.
    @Test(
        arguments: [
            "docker-v1-snap-1", "docker-v1-snap-5", "docker-v2-snap-1", "docker-v2-snap-3",
        ], [FakeEngine.Framing.length, .chunked, .untilClose])
    func capturedEngineHosts(capture: String, framing: FakeEngine.Framing) throws {
        let engine = try FakeEngine(
            .bodies(try readArchive(fixturePath(capture + ".engine")), framing: framing))
        let captured = try CapturedHost(try readArchive(fixturePath(capture + ".tree")))
        let address = try EngineAddress(dockerHost: "unix://" + engine.socketPath)
        let sampler = Sampler(host: captured.host, engine: .at(address))
        let outcome = try sampler.tick(at: Self.clock)

        #expect(valuesByName(outcome) == (try readExpected(capture + ".expected")))
        // As in a loop: the files are opened to stay open, then read again.
        #expect(try sampler.tick(at: Self.clock).tick == outcome.tick)
        #expect(try sampler.tick(at: Self.clock).tick == outcome.tick)
        let skipped = capture == "docker-v1-snap-1" ? ["shop-leaky-1"] : []
        #expect(outcome.skipped.map(\.name) == skipped)
        #expect(outcome.skipped.allSatisfy { $0.reason == "it ended while it was being read" })
        #expect(outcome.tick.time == Self.clock.time)
        #expect(outcome.tick.uptimeMilliseconds == 5_000_000)
        #expect(outcome.tick.boot.rawValue == "4b6f6f74-0000-4000-8000-000000000001")
        #expect(outcome.tick.host.cpus == Cores(2))
        #expect((outcome.tick.host.memory ?? Bytes(0)) > .mebibytes(512))
    }

    @Test(arguments: ["linux-6.1", "linux-6.12"], [2, 6])
    func capturedHostsWithoutAnEngine(kernel: String, snap: Int) throws {
        let capture = "bare-v2-\(kernel)-snap-\(snap)"
        let captured = try CapturedHost(try readArchive(fixturePath(capture + ".tree")))
        let sampler = Sampler(host: captured.host, engine: .none)
        let outcome = try sampler.tick(at: Self.clock)
        #expect(valuesByName(outcome) == (try readExpected(capture + ".expected")))
        #expect(try sampler.tick(at: Self.clock).tick == outcome.tick)
        #expect(try sampler.tick(at: Self.clock).tick == outcome.tick)
        #expect(outcome.skipped.isEmpty)
        #expect(outcome.containers.allSatisfy { $0.incarnation.series.kind == .cgroup })
    }

    @Test func identityComesFromLabelsNotNames() throws {
        let engine = try FakeEngine(
            .bodies(try readArchive(fixturePath("docker-v1-snap-5.engine")), framing: .chunked))
        let captured = try CapturedHost(try readArchive(fixturePath("docker-v1-snap-5.tree")))
        let address = try EngineAddress(dockerHost: "unix://" + engine.socketPath)
        let outcome = try Sampler(host: captured.host, engine: .at(address)).tick(at: Self.clock)
        let api = try #require(outcome.tick.samples.first { $0.incarnation.name == "shop-api-1" })
        #expect(
            api.incarnation
                == Incarnation(
                    series: SeriesIdentity(
                        kind: .service, service: ServiceID(project: "shop", service: "api"),
                        instance: "1"),
                    container: ContainerID(
                        rawValue:
                            "e3df908b1aeda5a0718f0cf6724db8560f9f556b31bbc493e7321ce7022c670a"),
                    name: "shop-api-1", image: "rightsize/load:1",
                    imageID:
                        "sha256:f4c58feba3ca831ce788d96b83fc18f5c6ccc3c47ec5200b1971aa20a4298e93",
                    startedAt: Timestamp(rfc3339: "2026-11-23T08:10:50.993117487Z")))
    }

    /// Podman lists an exited container without a number label, and its Health has an empty status.
    @Test func podmanAnswersAreRead() throws {
        let engine = try FakeEngine(
            .bodies(try readArchive(fixturePath("podman.engine")), framing: .length))
        let captured = try CapturedHost(try readArchive(fixturePath("docker-v2-snap-1.tree")))
        let address = try EngineAddress(dockerHost: "unix://" + engine.socketPath)
        let outcome = try Sampler(host: captured.host, engine: .at(address)).tick(at: Self.clock)
        let leaky = try #require(
            outcome.tick.samples.first { $0.incarnation.name.contains("leaky") })
        #expect(leaky.incarnation.series.service == ServiceID(project: "shop", service: "leaky"))
        #expect(
            leaky.values == [.restarts: 0, .health: 0, .oomKilled: 0, .state: 6, .exitCode: 137])
        // The others run in this capture, but their groups are not in this tree.
        #expect(outcome.skipped.allSatisfy { $0.reason.hasPrefix("it ended while") })
    }

    @Test func oneOffRunsAndPlainContainersAreNotServices() throws {
        let list = """
            [{"Id":"\(id("a"))","Names":["/shop_web_run_1"],"Labels":{
               "com.docker.compose.project":"shop","com.docker.compose.service":"web",
               "com.docker.compose.project.working_dir":"/srv/shop",
               "com.docker.compose.project.config_files":"/srv/shop/a.yaml,/srv/shop/b.yaml",
               "com.docker.compose.oneoff":"True","com.docker.compose.container-number":"1"}},
             {"Id":"\(id("b"))","Names":["/toolbox"],"Labels":null},
             {"Id":"\(id("c"))","Names":["/gone"],"Labels":{}},
             {"Id":"\(id("d"))","Names":["/fresh"],"Labels":{}}]
            """
        func inspect(_ started: String) -> [UInt8] {
            Array(
                #"{"State":{"Status":"exited","Pid":0,"StartedAt":"\#(started)","ExitCode":3}}"#
                    .utf8)
        }
        let engine = try FakeEngine(
            .bodies(
                [
                    "/containers/json?all=true": Array(list.utf8),
                    "/containers/\(id("a"))/json": inspect("2026-11-23T08:00:00Z"),
                    "/containers/\(id("b"))/json": inspect("2026-11-23T08:00:00Z"),
                    "/containers/\(id("d"))/json": inspect("0001-01-01T00:00:00Z"),
                ], framing: .length))
        let captured = try CapturedHost(try readArchive(fixturePath("docker-v2-snap-1.tree")))
        let address = try EngineAddress(dockerHost: "unix://" + engine.socketPath)
        let outcome = try Sampler(host: captured.host, engine: .at(address)).tick(at: Self.clock)
        #expect(
            outcome.containers.map(\.incarnation.series) == [
                SeriesIdentity(
                    kind: .oneOff, service: ServiceID(project: "shop", service: "web"),
                    instance: "1"),
                SeriesIdentity(
                    kind: .container, service: ServiceID(project: nil, service: "toolbox")),
            ])
        #expect(
            outcome.tick.origins == [
                ProjectOrigin(
                    project: "shop", directory: "/srv/shop",
                    files: "/srv/shop/a.yaml,/srv/shop/b.yaml")
            ])
        #expect(
            outcome.skipped.map { "\($0.name): \($0.reason)" } == [
                "gone: it was removed while it was being read", "fresh: it was never started",
            ])
    }

    private func id(_ digit: Character) -> String { String(repeating: digit, count: 64) }

    private func valuesByName(_ outcome: Sampler.Outcome) -> [String: MetricValues] {
        Dictionary(
            uniqueKeysWithValues: outcome.containers.map { ($0.incarnation.name, $0.values) })
    }
}
