import Measures
import TestSupport
import Testing

@testable import Sampling

@Suite struct ListedStatusTests {
    @Test(
        arguments: [
            ("Up Less than a second", 0, .none),
            ("Up 1 second", 1, .none),
            ("Up 59 seconds", 59, .none),
            ("Up About a minute", 60, .none),
            ("Up 3 minutes (Paused)", 180, .none),
            ("Up About an hour (healthy)", 3600, .healthy),
            ("Up 2 hours (unhealthy)", 5400, .unhealthy),
            ("Up 47 hours (health: starting)", 167_400, .starting),
            ("Up 3 days", 257_400, .none),
            ("Up 2 weeks", 1_207_800, .none),
            ("Up 3 months", 7_774_200, .none),
            ("Up 2 years", 63_070_200, .none),
            ("Exited (137) About a minute ago", 60, .none),
            ("Exited (0) 5 days ago", 430_200, .none),
        ] as [(String, Int64, ContainerHealth)])
    func aStatusInWordsIsRead(text: String, age: Int64, health: ContainerHealth) throws {
        let status = try #require(ListedStatus(text))
        #expect(status.ageSecondsMin == age)
        #expect(status.health == health)
    }

    @Test(
        arguments: [
            "", "Created", "Up", "Up soon", "Up 3 fortnights", "Up -3 minutes", "Up 3 minutes ago",
            "Up 3 minutes (on fire)", "Up 999999999 years", "Dead", "Exited (137)",
            "Exited 3 minutes",
            "Restarting (1) 4 seconds ago", "Removal In Progress", "up 3 minutes", "Up ٣ minutes",
        ])
    func whatIsNotUnderstoodIsNoStatus(text: String) {
        #expect(ListedStatus(text) == nil)
    }
}

@Suite struct InventoryMemoryTests {
    private static let boot = "4b6f6f74-0000-4000-8000-000000000001"
    private static let id = String(repeating: "a", count: 64)
    private static let group = "/docker/" + id

    /// A v2 host where one container runs, and its engine.
    private struct Host {
        let captured: CapturedHost
        let engine: FakeEngine

        init(
            state: String = "running", status: String, listState: String? = nil,
            inspect: String? = nil, oomKills: Int = 0, group: String = InventoryMemoryTests.group
        ) throws {
            captured = try CapturedHost([
                "/proc/self/mountinfo": Array(
                    "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n".utf8),
                "/proc/sys/kernel/random/boot_id": Array((boot + "\n").utf8),
                "/proc/7/cgroup": Array("0::\(group)\n".utf8),
                "/sys/fs/cgroup\(group)/memory.current": Array("4096\n".utf8),
                "/sys/fs/cgroup\(group)/memory.events": Array("oom_kill \(oomKills)\n".utf8),
            ])
            let inspect =
                inspect ?? #"{"RestartCount":2,"State":{"Status":"\#(state)","Pid":7,"#
                + #""OOMKilled":false,"StartedAt":"2026-11-23T08:00:00Z","Health":{"Status":"healthy"}}}"#
            engine = try FakeEngine(
                .bodies(
                    [
                        "/containers/json?all=true": Array(
                            (#"[{"Id":"\#(id)","Names":["/web"],"State":"\#(listState ?? state)","#
                                + #""Status":"\#(status)"}]"#).utf8),
                        "/containers/\(id)/json": Array(inspect.utf8),
                    ], framing: .length))
        }

        func sampler(remembering memory: InventoryMemory?) throws -> Sampler {
            Sampler(
                host: captured.host,
                engine: .at(try EngineAddress(dockerHost: "unix://" + engine.socketPath)),
                remembering: memory)
        }

        var inspections: Int { engine.requests.count { $0 != "/containers/json?all=true" } }
    }

    /// What a first sample of such a host leaves, `seconds` ago.
    private func memory(
        seconds: Int64 = 60, of host: Host, strayed: Int64 = 0
    ) throws -> InventoryMemory {
        let sampler = try host.sampler(remembering: nil)
        #expect(try sampler.tick().containers.count == 1)
        var memory = try #require(sampler.memory)
        memory.listedAt.time = Timestamp(
            milliseconds: memory.listedAt.time.rawValue - seconds * 1000 - strayed)
        memory.listedAt.uptimeMilliseconds -= seconds * 1000
        return memory
    }

    /// The second sample of an unchanged host asks for the list alone, and gives the same.
    @Test func nothingIsAskedForTwice() throws {
        let host = try Host(status: "Up 3 hours (healthy)")
        let memory = try memory(of: host)
        #expect(host.inspections == 1)
        let copied = try #require(
            InventoryMemory(text: memory.text, listedAt: memory.listedAt))
        #expect(copied == memory)
        let sampler = try host.sampler(remembering: copied)
        let second = try sampler.tick()
        #expect(host.inspections == 1)
        #expect(sampler.memory?.isSame(as: memory) == true)
        #expect(
            second.containers == [
                ContainerSample(
                    incarnation: Incarnation(
                        series: SeriesIdentity(
                            kind: .container, service: ServiceID(project: nil, service: "web")),
                        container: ContainerID(rawValue: Self.id), name: "web", image: nil,
                        imageID: nil, startedAt: Timestamp(rfc3339: "2026-11-23T08:00:00Z")),
                    values: [
                        .state: 2, .health: 2, .restarts: 2, .oomKilled: 0, .memoryCurrent: 4096,
                        .memoryOOMKills: 0,
                    ])
            ])
    }

    /// Everything that the list may tell of a change makes the container be asked for again.
    @Test(
        arguments: [
            ("Up 59 seconds (healthy)", "running"), ("Up About a minute (healthy)", "running"),
            ("Up 3 hours (unhealthy)", "running"), ("Up 3 hours", "running"),
            ("Up 3 hours (Paused)", "paused"), ("Exited (1) 3 hours ago", "exited"),
            ("Restarting (1) 3 hours ago", "restarting"), ("", "running"),
            ("Up 3 hours (healthy)", "unheard-of"),
        ])
    func aChangeInTheListIsLookedInto(status: String, state: String) throws {
        let memory = try memory(of: Host(status: "Up 3 hours (healthy)"))
        let changed = try Host(status: status, listState: state)
        _ = try changed.sampler(remembering: memory).tick()
        #expect(changed.inspections == 1)
    }

    @Test func whatIsUnchangedForLongEnoughIsTrusted() throws {
        let memory = try memory(of: Host(status: "Up 3 hours (healthy)"))
        let host = try Host(status: "Up 2 minutes (healthy)")
        _ = try host.sampler(remembering: memory).tick()
        #expect(host.inspections == 0)
    }

    /// The engine tells ages by the wall clock: when that was set meanwhile, ages tell nothing.
    @Test(arguments: [3_600_000, -3_600_000, 5000] as [Int64])
    func aClockThatWasSetMakesEverythingBeAskedFor(strayed: Int64) throws {
        let host = try Host(status: "Up 3 hours (healthy)")
        let memory = try memory(of: host, strayed: strayed)
        _ = try host.sampler(remembering: memory).tick()
        #expect(host.inspections == 2)
    }

    @Test func anotherBootForgets() throws {
        let host = try Host(status: "Up 3 hours (healthy)")
        var memory = try memory(of: host)
        memory.boot = BootID(rawValue: "another")
        _ = try host.sampler(remembering: memory).tick()
        #expect(host.inspections == 2)
        memory = try self.memory(seconds: -60, of: host)
        _ = try host.sampler(remembering: memory).tick()
        #expect(host.inspections == 4)
    }

    /// The engine's OOM flag of a container that goes on running turns without a word in its list.
    @Test func aKillInARunningContainerIsLookedInto() throws {
        let host = try Host(status: "Up 3 hours (healthy)", oomKills: 1)
        let memory = try memory(of: host)
        #expect(memory.containers.isEmpty)
        let flagged = try Host(
            status: "Up 3 hours (healthy)",
            inspect: #"{"State":{"Status":"running","Pid":7,"OOMKilled":true,"#
                + #""StartedAt":"2026-11-23T08:00:00Z","Health":{"Status":"healthy"}}}"#,
            oomKills: 1)
        #expect(try self.memory(of: flagged).containers.count == 1)
    }

    /// A group that is gone is resolved anew, and one under another path in each hierarchy never kept.
    @Test func aGroupThatIsGoneIsForgotten() throws {
        let memory = try memory(of: Host(status: "Up 3 hours (healthy)"))
        let moved = try Host(
            status: "Up 3 hours (healthy)", group: "/system.slice/docker-\(Self.id).scope")
        let sampler = try moved.sampler(remembering: memory)
        #expect(try sampler.tick().skipped.map(\.name) == ["web"])
        #expect(try sampler.tick().containers.map(\.values[.memoryCurrent]) == [4096])
        #expect(moved.inspections == 1)
    }

    @Test(
        arguments: [
            "", "rightsize.inventory/2\tboot\n", "rightsize.inventory/1\n",
            "rightsize.inventory/1\tboot\nid\n",
            "rightsize.inventory/1\tboot\nid\tsoon\t2\t\t\t\t\t/docker/id\n",
            "rightsize.inventory/1\tboot\nid\t5\t2\tx\t\t\t\t/docker/id\n",
            "rightsize.inventory/1\tboot\n\t5\t2\t\t\t\t\t/docker/id\n",
        ])
    func anotherTextIsNoMemory(text: String) {
        #expect(
            InventoryMemory(
                text: text,
                listedAt: ClockReading(time: Timestamp(seconds: 0), uptimeMilliseconds: 0)) == nil)
    }
}
