import Glibc
import Measures
import TestSupport
import Testing

@testable import Sampling

/// Control groups that this user may not read. Root is denied nothing: as another user, in a process of its
/// own.
@Suite(.enabled(if: geteuid() == 0, "gives up root's rights, which needs root"))
struct DeniedTests {
    private func host() throws -> CapturedHost {
        var files = [
            "/proc/self/mountinfo": Array(
                "24 23 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n".utf8),
            "/proc/sys/kernel/random/boot_id": Array("b1\n".utf8),
        ]
        for group in ["a.service", "b.service", "c.service", "d"] {
            files["/sys/fs/cgroup/\(group)/memory.current"] = Array("5\n".utf8)
            files["/sys/fs/cgroup/\(group)/cpu.stat"] = Array("usage_usec 7\n".utf8)
            files["/sys/fs/cgroup/\(group)/cgroup.procs"] = Array("1\n".utf8)
        }
        let captured = try CapturedHost(files)
        chmod(captured.directory.path, 0o755)
        return captured
    }

    fileprivate static func giveUpRights() throws {
        guard setgid(65534) == 0, setuid(65534) == 0 else { throw TestFailure("setuid: \(errno)") }
    }

    fileprivate static func outcome(of root: String, ticks: Int = 3) throws -> [String] {
        try giveUpRights()
        let sampler = Sampler(host: HostFiles(root: root), engine: .none)
        var lines: [String] = []
        for tick in 0..<ticks {
            let outcome = try sampler.tick()
            let these =
                outcome.containers.map { "\($0.incarnation.name): \($0.values)" }
                + outcome.skipped.map { "skipped \($0.name): \($0.reason)" }
            guard tick == 0 || these == lines else { throw TestFailure("tick \(tick): \(these)") }
            lines = these
        }
        return lines
    }

    @Test func groupsThatMayNotBeReadAreSkippedAndNamed() async throws {
        let captured = try host()
        let groups = captured.directory.path + "/sys/fs/cgroup"
        // One file of a group, all files of a group, a unit's directory, another's directory.
        chmod(groups + "/a.service/memory.current", 0o600)
        for file in ["memory.current", "cpu.stat"] { chmod(groups + "/b.service/\(file)", 0) }
        chmod(groups + "/c.service", 0o700)
        chmod(groups + "/d", 0o700)
        let root = captured.directory.path
        await #expect(processExitsWith: .success) { [root = root as String] in
            let lines = try DeniedTests.outcome(of: root)
            guard
                lines == [
                    "a.service: [cpu_usage_usec=7]",
                    "skipped /d: its directory cannot be read: Permission denied",
                    "skipped b.service: its kernel files cannot be read: Permission denied",
                    "skipped c.service: its kernel files cannot be read: Permission denied",
                ]
            else { throw TestFailure("\(lines)") }
        }
    }

    @Test(arguments: [
        ("/sys/fs/cgroup", "/sys/fs/cgroup"), ("/proc", "/proc/self/mountinfo"),
        (
            "/proc/sys/kernel/random/boot_id", "/proc/sys/kernel/random/boot_id"
        ),
    ])
    func aHostThatMayNotBeReadIsNamed(denied: String, path: String) async throws {
        let captured = try host()
        let root = captured.directory.path
        chmod(root + denied, 0)
        await #expect(processExitsWith: .success) {
            [root = root as String, path = path as String] in
            try DeniedTests.giveUpRights()
            let expected = SamplingError.noCgroups(
                path: root + path, reason: "it cannot be read (Permission denied)")
            do {
                _ = try Sampler(host: HostFiles(root: root), engine: .none).tick()
                throw TestFailure("it was read")
            } catch let error as SamplingError {
                guard error == expected else { throw TestFailure("\(error)") }
            }
        }
        chmod(root + denied, 0o755)
    }

    /// A systemd service with ProtectHome= cannot look into /root: it has no docker settings.
    @Test func settingsThatMayNotBeReadCountAsNone() async throws {
        let home = try TemporaryDirectory()
        try home.write("/.docker/config.json", Array(#"{"currentContext":"build"}"#.utf8))
        let path = home.path
        #expect(throws: SamplingError.self) {
            try EngineAddress.resolve(explicit: nil, environment: { _ in nil }, home: path)
        }
        await #expect(processExitsWith: .success) { [path = path as String] in
            try DeniedTests.giveUpRights()
            let address = try EngineAddress.resolve(
                explicit: nil, environment: { _ in nil }, home: path)
            guard address.source == .usualSocket else { throw TestFailure("\(address)") }
        }
    }
}
