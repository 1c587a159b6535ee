import Measures
import TestSupport
import Testing

@testable import Sampling

/// The traps of sampling containers, a test each: what a naive reader gets wrong.
@Suite struct TrapTests {
    private static let id = "0123456789abcdef".repeated(4)
    private static let unlimited = Limit<Bytes>.unlimited.wireValue

    private func values(
        v1: [String: String] = [:], v2: [String: String] = [:]
    ) throws -> MetricValues {
        var files: [String: [UInt8]] = [:]
        for (name, text) in v1 { files["/v1/" + name] = Array((text + "\n").utf8) }
        for (name, text) in v2 { files["/v2/" + name] = Array((text + "\n").utf8) }
        let captured = try CapturedHost(files)
        let group: String? = v1.isEmpty ? nil : "/v1"
        return CgroupReader(host: captured.host).read(
            CgroupPaths(
                cpu: group, cpuacct: group, memory: group, blkio: group, pids: group,
                unified: v2.isEmpty ? nil : "/v2"))
    }

    // MARK: Limits

    @Test func aLimitIsNeverANumberWhereThereIsNone() throws {
        #expect(
            try values(v2: ["memory.max": "max", "cpu.max": "max 100000", "memory.current": "7"])
                == [.memoryLimit: .max, .cpuLimit: .max, .memoryCurrent: 7])
        for none in ["9223372036854771712", "9223372036854710272", "-1"] {
            #expect(
                try values(v1: [
                    "memory.limit_in_bytes": none, "cpu.cfs_quota_us": "-1",
                    "cpu.cfs_period_us": "100000",
                ]) == [.memoryLimit: .max, .cpuLimit: .max], "\(none)")
        }
        // A limit that was not read is no limit of "none".
        #expect(try values(v2: ["memory.current": "7"]) == [.memoryCurrent: 7])
    }

    /// The engine tells the host's RAM as a container's limit, and 2⁶⁴ − 1 for its processes.
    @Test func theEnginesLimitsAreNotTaken() throws {
        let outcome = try tick(
            [
                (
                    #""Names":["/web"]"#,
                    #"""
                    {"State":{"Status":"running","Pid":7,"StartedAt":"2026-11-23T08:00:00Z"},
                     "HostConfig":{"Memory":8318783488,"NanoCpus":0,"PidsLimit":18446744073709551615},
                     "memory_stats":{"limit":8318783488},"pids_stats":{"limit":18446744073709551615},
                     "RestartCount":0}
                    """#
                )
            ],
            files: [
                "memory.current": "7", "memory.max": "max", "pids.current": "3",
                "pids.max": "18446744073709551615",
            ])
        #expect(
            outcome.containers.map(\.values) == [
                [
                    .memoryCurrent: 7, .memoryLimit: Self.unlimited, .pids: 3, .restarts: 0,
                    .state: 2,
                ]
            ])
    }

    /// Docker sets memory and swap together to twice the memory where nobody asked for a swap limit.
    @Test func swapIsNotMemory() throws {
        #expect(
            try values(v1: [
                "memory.usage_in_bytes": "1000", "memory.memsw.usage_in_bytes": "1300",
                "memory.limit_in_bytes": "4000", "memory.memsw.limit_in_bytes": "8000",
            ]) == [.memoryCurrent: 1000, .memorySwap: 300, .memoryLimit: 4000])
        #expect(
            try values(v2: [
                "memory.current": "1000", "memory.swap.current": "300", "memory.max": "4000",
                "memory.swap.max": "4000",
            ]) == [.memoryCurrent: 1000, .memorySwap: 300, .memoryLimit: 4000])
        // Read one after the other: the difference of a shrinking group is not below zero.
        #expect(
            try values(v1: [
                "memory.usage_in_bytes": "1000", "memory.memsw.usage_in_bytes": "900",
            ]) == [.memoryCurrent: 1000, .memorySwap: 0])
        // A group that grew between the two reads has not swapped: memory.stat knows.
        #expect(
            try values(v1: [
                "memory.usage_in_bytes": "1000", "memory.memsw.usage_in_bytes": "3146728",
                "memory.stat": "swap 9\ntotal_swap 0\n",
            ]) == [.memoryCurrent: 1000, .memorySwap: 0])
        // Swap accounting is off on many v1 hosts.
        #expect(try values(v1: ["memory.usage_in_bytes": "1000"]) == [.memoryCurrent: 1000])
    }

    // MARK: OOM

    /// A healthy container that fills its page cache hits its limit ten thousand times.
    @Test func failcntIsNoSignOfOOM() throws {
        let healthy = try values(v1: [
            "memory.usage_in_bytes": "1000", "memory.failcnt": "10049",
            "memory.memsw.failcnt": "10049",
            "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 0",
        ])
        #expect(healthy == [.memoryCurrent: 1000, .memoryOOMKills: 0])
        // `max` and `oom` of v2 count what the limit refused, not who was killed.
        let alike = try values(v2: [
            "memory.events": "low 0\nhigh 0\nmax 10049\noom 12\noom_kill 0\noom_group_kill 0"
        ])
        #expect(alike == [.memoryOOMKills: 0])
    }

    /// A v1 group dies with its container, and its evidence with it.
    @Test func oomEvidenceOutlivesTheGroup() throws {
        let outcome = try tick([
            (
                #""Names":["/shop-leaky-1"]"#,
                #"""
                {"State":{"Status":"exited","Pid":0,"OOMKilled":true,"ExitCode":137,
                          "StartedAt":"2026-11-23T08:00:00Z"},"RestartCount":3}
                """#
            )
        ])
        #expect(
            outcome.containers.map(\.values) == [
                [.restarts: 3, .oomKilled: 1, .state: 6, .exitCode: 137]
            ])
        #expect(outcome.skipped == [])
    }

    // MARK: Zeros

    /// The engine answers for an exited container with zeros, of which none is a reading.
    @Test func anExitedContainerHasNoZeros() throws {
        let outcome = try tick([
            (
                #""Names":["/job"],"State":"exited""#,
                #"""
                {"State":{"Status":"exited","Pid":0,"ExitCode":0,"OOMKilled":false,
                          "StartedAt":"2026-11-23T08:00:00Z"},
                 "cpu_stats":{"cpu_usage":{"total_usage":0}},"memory_stats":{}}
                """#
            )
        ])
        #expect(
            outcome.containers.map(\.values) == [[.oomKilled: 0, .state: 6, .exitCode: 0]])
    }

    /// Podman says null where Docker leaves out, "stopped" for "exited", and after a kill for want of memory
    /// that there was none: only the exit code and the kernel's counter tell.
    @Test func podmanTellsNoOOMAndSaysNull() throws {
        let outcome = try tick([
            (
                #""Names":null,"Labels":null,"Image":null"#,
                #"""
                {"State":{"Status":"stopped","Pid":0,"ExitCode":137,"OOMKilled":false,"Health":null,
                          "StartedAt":"2026-11-23T08:00:00.1+01:00"},"RestartCount":null}
                """#
            )
        ])
        #expect(
            outcome.containers.map(\.values) == [[.oomKilled: 0, .state: 6, .exitCode: 137]])
        #expect(outcome.containers.map(\.incarnation.name) == ["000000000000"])
        #expect(
            try values(v2: ["memory.events": "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1"])
                == [.memoryOOMKills: 1])
    }

    @Test func plainKeysOfV1LeaveChildrenOut() throws {
        let text = """
            cache 1
            rss 2
            shmem 3
            active_file 4
            inactive_file 5
            workingset_refault 6
            total_cache 10
            total_rss 20
            total_shmem 30
            total_active_file 40
            total_inactive_file 50
            total_workingset_refault 60
            """
        #expect(
            try values(v1: ["memory.stat": text]) == [
                .memoryAnon: 20, .memoryShmem: 30, .memoryActiveFile: 40, .memoryInactiveFile: 50,
                .memoryRefaults: 60,
            ])
        #expect(try values(v1: ["memory.stat": "rss 2\ninactive_file 5"]) == [:])
    }

    // MARK: Identity

    /// Compose v2, v1, and while a container is recreated.
    @Test(arguments: ["/shop-web-1", "/shop_web_1", "/0123456789ab_shop-web-1", "anything"])
    func identityComesFromLabelsWhateverTheName(name: String) throws {
        let outcome = try tick([
            (
                #"""
                "Names":["\#(name)"],"Labels":{"com.docker.compose.project":"shop",
                "com.docker.compose.service":"web","com.docker.compose.container-number":"1",
                "com.docker.compose.oneoff":"False"}
                """#, Self.exited
            )
        ])
        #expect(
            outcome.containers.map(\.incarnation.series) == [
                SeriesIdentity(
                    kind: .service, service: ServiceID(project: "shop", service: "web"),
                    instance: "1")
            ])
        #expect(
            outcome.containers.map(\.incarnation.name)
                == [name.hasPrefix("/") ? String(name.dropFirst()) : name])
    }

    @Test(
        arguments: [
            (#""com.docker.compose.oneoff":"True""#, .oneOff),
            (#""com.docker.compose.oneoff":"true""#, .oneOff),
            (#""com.docker.compose.oneoff":"False""#, .service),
            (#""com.docker.compose.oneoff":"""#, .service), (#""other":"x""#, .service),
        ] as [(String, SeriesKind)])
    func aOneOffRunIsNotTheService(label: String, kind: SeriesKind) throws {
        let outcome = try tick([
            (
                #"""
                "Names":["/shop-web-run-4f"],"Labels":{"com.docker.compose.project":"shop",
                "com.docker.compose.service":"web",\#(label)}
                """#, Self.exited
            )
        ])
        #expect(outcome.containers.map(\.incarnation.series.kind) == [kind])
    }

    @Test func aRecreatedContainerIsANewIncarnationOfTheSameSeries() throws {
        let labels = #"""
            "Labels":{"com.docker.compose.project":"shop","com.docker.compose.service":"web",
            "com.docker.compose.container-number":"1"}
            """#
        let both = try tick([
            (#""Names":["/0123456789ab_shop-web-1"],\#(labels)"#, Self.exited),
            (#""Names":["/shop-web-1"],\#(labels)"#, Self.exited),
        ]).containers.map(\.incarnation)
        #expect(both.count == 2)
        #expect(both[0].series == both[1].series)
        #expect(both[0] != both[1])
        #expect(both[0].container != both[1].container)
        // Started again, the same container is a new incarnation too.
        let again = try tick([
            (
                #""Names":["/0123456789ab_shop-web-1"],\#(labels)"#,
                Self.exited.split(separator: "T08").joined(separator: "T09")
            )
        ]).containers.map(\.incarnation)
        #expect(again[0].container == both[0].container)
        #expect(again[0] != both[0])
    }

    // MARK: Groups

    /// Each driver's place for one container.
    @Test(
        arguments: [
            "/docker/ID", "/system.slice/docker-ID.scope", "/libpod_parent/libpod-ID",
            "/machine.slice/libpod-ID.scope/container", "/docker/outer/docker/ID/init.scope",
            "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope/container",
            "/user.slice/user-1000.slice/user@1000.service/app.slice/docker-ID.scope",
            "/system.slice/system-my.slice/cri-containerd-ID.scope",
        ])
    func pathsAreResolvedUnderEveryDriver(path: String) throws {
        let group = path.split(separator: "ID", omittingEmptySubsequences: false)
            .joined(separator: Self.id)
        let parts = group.split(separator: "/")
        let depth = try #require(parts.firstIndex { $0.contains(Self.id) })
        let own = "/" + parts[...depth].joined(separator: "/")
        let hybrid = CgroupMounts(
            mountinfo: """
                32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
                35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                """)
        #expect(
            hybrid.paths(
                membership: "4:memory:\(group)\n2:cpu,cpuacct:\(group)\n1:name=systemd:/x\n0::/\n",
                container: ContainerID(rawValue: Self.id))
                == CgroupPaths(
                    cpu: "/sys/fs/cgroup/cpu,cpuacct\(own)",
                    cpuacct: "/sys/fs/cgroup/cpu,cpuacct\(own)",
                    memory: "/sys/fs/cgroup/memory\(own)"))
        // In a cgroup namespace whose root is the container's parent.
        let parent = "/" + parts[..<depth].joined(separator: "/")
        let inside = CgroupMounts(
            mountinfo: "24 23 0:21 \(parent) /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
        #expect(
            inside.paths(
                membership: "0::\(group)\n", container: ContainerID(rawValue: Self.id)
            ).unified
                == "/sys/fs/cgroup" + own.dropFirst(parent.count))
    }

    /// Without an engine, whatever stands in the tree has a name.
    @Test func podsUnitsAndSlicesAreNamedByWhatIsKnown() throws {
        let pod = "pod0b6ad1d8-7e5a-4b0c-9a61-0f4c4bfe8f4c"
        let groups = [
            "/docker/\(Self.id)": 1, "/kubepods/burstable/\(pod)/\(Self.id)": 2,
            "/system.slice/nginx.service": 3, "/user.slice/user-0.slice/session-3.scope": 4,
            "/batch/nightly": 5,
        ]
        var files = [
            "/proc/self/mountinfo": Array(
                "24 23 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n".utf8),
            "/proc/sys/kernel/random/boot_id": Array("b1\n".utf8),
            // A slice's own figures are those of what is in it.
            "/sys/fs/cgroup/system.slice/memory.current": Array("99\n".utf8),
            // No process is in it: nothing runs there.
            "/sys/fs/cgroup/batch/empty/cgroup.events": Array("populated 0\nfrozen 0\n".utf8),
            "/sys/fs/cgroup/batch/empty/memory.current": Array("0\n".utf8),
        ]
        for (group, number) in groups {
            files["/sys/fs/cgroup\(group)/memory.current"] = Array("\(number)\n".utf8)
            files["/sys/fs/cgroup\(group)/cgroup.procs"] = Array("1\n".utf8)
        }
        let captured = try CapturedHost(files)
        let outcome = try Sampler(host: captured.host, engine: .none).tick()
        let lines = outcome.containers.map { sample in
            let series = sample.incarnation.series
            return "\(sample.values[.memoryCurrent] ?? 0) \(series.kind.name) \(series.service)"
        }
        #expect(
            lines.sorted() == [
                "1 container 0123456789ab", "2 pod \(pod)/0123456789ab", "3 unit nginx.service",
                "4 unit session-3.scope", "5 cgroup /batch/nightly",
            ])
        #expect(outcome.skipped == [])
    }

    // MARK: Time

    /// Whatever the wall clock does, elapsed time is that of the clock nobody sets, and each tick keeps
    /// the label it got.
    @Test func aClockThatStepsIsOnlyALabel() throws {
        let captured = try CapturedHost([
            "/proc/self/mountinfo": Array(
                "24 23 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n".utf8),
            "/proc/sys/kernel/random/boot_id": Array("b1\n".utf8),
            "/sys/fs/cgroup/a/memory.current": Array("5\n".utf8),
            "/sys/fs/cgroup/a/cgroup.procs": Array("1\n".utf8),
        ])
        let sampler = Sampler(host: captured.host, engine: .none)
        for (wall, uptime) in [(1000, 10), (4_000_000_000, 20), (5, 30)] as [(Int64, Int64)] {
            let clock = ClockReading(
                time: Timestamp(seconds: wall), uptimeMilliseconds: uptime * 1000)
            let tick = try sampler.tick(at: clock).tick
            #expect(tick.time == Timestamp(seconds: wall))
            #expect(tick.uptimeMilliseconds == uptime * 1000)
        }
    }

    // MARK: -

    private static let exited =
        #"{"State":{"Status":"exited","Pid":0,"StartedAt":"2026-11-23T08:00:00Z"}}"#

    /// One tick of containers, each of which has these members in the list and this inspect; the one whose
    /// process is 7 has a group with these files.
    private func tick(
        _ containers: [(listed: String, inspect: String)], files: [String: String] = [:]
    ) throws -> Sampler.Outcome {
        func id(_ index: Int) -> String { "\(index)".repeated(64) }
        let list = containers.enumerated().map { #"{"Id":"\#(id($0))",\#($1.listed)}"# }
            .joined(separator: ",")
        var bodies = ["/containers/json?all=true": Array("[\(list)]".utf8)]
        for (index, container) in containers.enumerated() {
            bodies["/containers/\(id(index))/json"] = Array(container.inspect.utf8)
        }
        let engine = try FakeEngine(.bodies(bodies, framing: .length))
        let captured = try CapturedHost([
            "/proc/self/mountinfo": Array(
                "24 23 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n".utf8),
            "/proc/sys/kernel/random/boot_id": Array("b1\n".utf8),
            "/proc/7/cgroup": Array("0::/docker/\(id(0))\n".utf8),
        ])
        for (name, text) in files {
            try captured.directory.write(
                "/sys/fs/cgroup/docker/\(id(0))/\(name)", Array((text + "\n").utf8))
        }
        // Where there are no files, a group of another's.
        try captured.directory.write("/sys/fs/cgroup/other/memory.current", Array("1\n".utf8))
        let address = try EngineAddress(dockerHost: "unix://" + engine.socketPath)
        return try Sampler(host: captured.host, engine: .at(address)).tick()
    }
}
