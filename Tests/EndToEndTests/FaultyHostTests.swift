import FoundationEssentials
import Glibc
import Measures
import TestSupport
import Testing

@testable import Storing

/// A host that denies, runs out of, or lies about what the program needs.
@Suite struct FaultyHostTests {
    private static let bodies: [String: [UInt8]] = {
        let id = String(repeating: "ab", count: 32)
        return [
            "/containers/json?all=true": Array(
                #"[{"Id":"\#(id)","Names":["/shop-web-1"],"Labels":{}}]"#.utf8),
            "/containers/\(id)/json": Array(
                #"{"State":{"Status":"exited","Pid":0,"StartedAt":"2026-11-23T08:00:00Z"}}"#.utf8),
        ]
    }()

    /// Arguments of setpriv for a user without any right.
    private static let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]

    /// Copies the program to where every user may run it.
    private static func copyProgram(into directory: String) throws -> String {
        let path = directory + "/rightsize"
        let run = try Program.run(["-p", Program.path, path], program: "/bin/cp")
        guard run.code == 0, chmod(directory, 0o777) == 0, chmod(path, 0o755) == 0 else {
            throw TestFailure("cannot copy \(Program.path): \(run.errors)")
        }
        return path
    }

    /// Not so where the program's libraries lie in a home directory.
    private static let mayGiveUpRights =
        geteuid() == 0
        && (try? withTemporaryDirectory { directory in
            try Program.run(
                nobody + [try copyProgram(into: directory), "--version"],
                program: "/usr/bin/setpriv"
            ).code
        }) == 0

    /// Root is denied nothing: as a user without rights.
    @Test(
        .enabled(if: mayGiveUpRights, "gives up root's rights with setpriv, which needs root"),
        arguments: [(0o700, 0o777), (0o755, 0o600), (0o755, 0o644)] as [(mode_t, mode_t)])
    func permissionDeniedOnTheEnginesSocket(directoryMode: mode_t, socketMode: mode_t) throws {
        try withTemporaryDirectory { directory in
            let program = try Self.copyProgram(into: directory)
            let engine = try FakeEngine(.bodies(Self.bodies, framing: .length))
            let place = engine.socketPath.split(separator: "/").dropLast().joined(separator: "/")
            #expect(chmod("/" + place, directoryMode) == 0)
            #expect(chmod(engine.socketPath, socketMode) == 0)
            let sample = ["sample", "--store", directory + "/store.db"]
            let environment = ["DOCKER_HOST": "unix://" + engine.socketPath]
            let run = try Program.run(
                Self.nobody + [program] + sample, environment: environment,
                program: "/usr/bin/setpriv")
            #expect(run.code == 2)
            #expect(run.output == "")
            #expect(
                run.errors
                    == "rightsize: the container engine at \(engine.socketPath) (from DOCKER_HOST) "
                    + "may not be used by this user: join its group (docker) or use sudo; sample "
                    + "without an engine with --no-engine\n")
            #expect(engine.connections == 0)
            // With the right to it, the same command samples.
            #expect(chmod("/" + place, 0o755) == 0 && chmod(engine.socketPath, 0o666) == 0)
            let allowed = try Program.run(
                Self.nobody + [program] + sample, environment: environment,
                program: "/usr/bin/setpriv")
            #expect(allowed.code == 0, "\(allowed.errors)")
        }
    }

    /// However few descriptors there are, a sample is whole or refused in one line, and stored or not.
    @Test(arguments: [["--no-engine"], []])
    func tooFewDescriptors(options: [String]) throws {
        try withTemporaryDirectory { directory in
            let engine = try FakeEngine(.bodies(Self.bodies, framing: .length))
            var codes: [Int32] = []
            for limit in 5...24 {
                let store = "\(directory)/\(limit).db"
                let script = "ulimit -n \(limit) && exec \"$0\" \"$@\""
                let run = try Program.run(
                    ["-c", script, Program.path, "sample", "--store", store] + options,
                    environment: ["DOCKER_HOST": "unix://" + engine.socketPath], program: "/bin/sh")
                codes.append(run.code)
                switch run.code {
                case 0:
                    #expect(run.errors == "", "\(limit)")
                    let opened = try SampleStore(path: store, access: .readOnly)
                    #expect(try opened.extent()?.ticks == 1)
                    // The machine alone would be no sample of its containers.
                    #expect(try opened.series().contains { $0.kind != .host }, "\(limit)")
                case 2:
                    #expect(run.output == "", "\(limit)")
                    // The lock file, where there is a descriptor for all but that, has a line of its own.
                    let lines = run.errors.split(separator: "\n")
                    #expect((1...2).contains(lines.count), "\(limit): \(run.errors)")
                    #expect(lines.allSatisfy { $0.hasPrefix("rightsize: ") }, "\(run.errors)")
                default: Issue.record("\(limit): \(run.code), \(run.errors)")
                }
            }
            #expect(codes.first == 2 && (codes.last == 0 || options == ["--no-engine"]))
        }
    }

    /// Uptime is CLOCK_BOOTTIME's, not CLOCK_MONOTONIC's, which stands still while the host sleeps.
    @Test(.enabled(if: hasTimeNamespaces, "makes a time namespace, which needs root"))
    func elapsedTimeIsThatOfTheBoottimeClock() throws {
        try withTemporaryDirectory { directory in
            let engine = try FakeEngine(.bodies(Self.bodies, framing: .length))
            let before = Self.boottime()
            let run = try Program.run(
                [
                    "--time", "--boottime", "1000000", "--monotonic", "7000000", Program.path,
                    "sample", "--format", "json", "--store", directory + "/store.db",
                ], environment: ["DOCKER_HOST": "unix://" + engine.socketPath],
                program: "/usr/bin/unshare")
            let after = Self.boottime()
            #expect(run.code == 0, "\(run.errors)")
            let tick = try Tick(run.output)
            #expect((before...after).contains(tick.uptimeSeconds - 1_000_000))
        }
    }

    private struct Tick: Decodable {
        var time: String
        var uptimeSeconds: Double

        init(_ json: String) throws {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            self = try decoder.decode(Tick.self, from: Data(json.utf8))
        }
    }

    private static let hasTimeNamespaces =
        (try? Program.run(
            ["--time", "--boottime", "1000000", "/bin/true"], program: "/usr/bin/unshare"
        ).code) == 0

    private static func boottime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        // As coarse as what is stored.
        return Double(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000) / 1000
    }

    /// The wall clock was set back since the last sample: what is shown is what was stored now.
    @Test func aWallClockThatWasSetBack() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let store = try SampleStore(path: path, access: .readWrite)
            try store.append(
                Measures.Tick(
                    time: Timestamp(seconds: 4_000_000_000), boot: BootID(rawValue: "b"),
                    uptimeMilliseconds: 1000, host: HostCapacity(cpus: nil, memory: nil),
                    samples: [
                        ContainerSample(
                            incarnation: Incarnation(
                                series: .host, container: ContainerID(rawValue: "b"), name: "host"),
                            values: [.cpuUsage: 1])
                    ]))
            let engine = try FakeEngine(.bodies(Self.bodies, framing: .length))
            let run = try Program.run(
                ["sample", "--format", "json", "--store", path],
                environment: ["DOCKER_HOST": "unix://" + engine.socketPath])
            #expect(run.code == 0, "\(run.errors)")
            let tick = try Tick(run.output)
            #expect(tick.time < "2090" && tick.uptimeSeconds != 1)
            #expect(try store.extent()?.ticks == 2)
        }
    }
}
