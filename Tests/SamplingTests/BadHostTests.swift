import Glibc
import Measures
import TestSupport
import Testing

@testable import Sampling

@Suite struct BadHostTests {
    @Test(
        arguments: [
            (.raw(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)), "an answer that is not HTTP/1"),
            (.raw([]), "it closed without an answer"),
            (.raw(Array("HTTP/1.1 200 OK\r\nX: y".utf8)), "no end of the HTTP header"),
            (.raw(Array("HTTP/1.1 two OK\r\n\r\n".utf8)), "the status line 'HTTP/1.1 two OK'"),
            (
                .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[]".utf8)),
                "the answer ends after 2 bytes of body"
            ),
            (
                .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n[]".utf8)),
                "Content-Length '-1'"
            ),
            (
                .raw(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".utf8)),
                "the chunk size 'zz\r'"
            ),
            (
                .raw(Array("HTTP/1.1 200 OK\r\n\r\n<html>hello</html>".utf8)),
                "18 bytes of body that start with '<html>hello</html>'"
            ),
            // Podman answers 200 with nothing where Docker answers with zeros.
            (.raw(Array("HTTP/1.1 200 OK\r\n\r\n".utf8)), "0 bytes of body that start with ''"),
        ] as [(FakeEngine.Answer, String)])
    func rubbishIsNamed(answer: FakeEngine.Answer, what: String) throws {
        #expect(try failure(answer) == .rubbish(what))
    }

    @Test func anEngineErrorIsShown() throws {
        let body = #"{"message":"client version 1.12 is too old"}"#
        let answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: \(body.count)\r\n\r\n\(body)"
        #expect(
            try failure(.raw(Array(answer.utf8)))
                == .status(400, message: "client version 1.12 is too old"))
        #expect(
            try failure(.raw(Array("HTTP/1.1 500 Oh\r\n\r\nnot json".utf8)))
                == .status(500, message: "no message"))
    }

    @Test(arguments: [FakeEngine.Answer.silence, .drip])
    func aHangingEngineIsGivenUp(answer: FakeEngine.Answer) throws {
        #expect(try failure(answer) == .timeout(seconds: 2))
    }

    @Test func whatIsNoEngineIsNamed() throws {
        let directory = try TemporaryDirectory()
        #expect(failure(at: directory.path + "/none.sock") == .noSocket)
        try directory.write("/plain.sock", [])
        #expect(failure(at: directory.path + "/plain.sock") == .refused)
        #expect(
            failure(at: "/" + String(repeating: "x", count: 200))
                == .system("the socket's path is longer than the kernel takes (107 bytes)"))
    }

    @Test(arguments: [
        ("tcp://10.0.0.1:2375", "only Unix sockets are read"),
        ("ssh://host", "only Unix sockets are read"),
        ("unix://relative", "the socket's path is not absolute"),
    ])
    func addressesOfAnotherKindAreRefused(address: String, reason: String) {
        let error = #expect(throws: SamplingError.self) { try EngineAddress(dockerHost: address) }
        #expect(error?.description.contains(reason) == true)
        #expect(error?.description.contains("'\(address)'") == true)
    }

    @Test func aHostWithoutADefaultEngineIsWalked() throws {
        #expect(try EngineAddress(dockerHost: nil).isExplicit == false)
        #expect(try EngineAddress(dockerHost: "").isExplicit == false)
        let captured = try CapturedHost(
            try readArchive(fixturePath("bare-v2-linux-6.12-snap-2.tree")))
        var address = try EngineAddress(dockerHost: nil)
        address.socketPath = captured.directory.path + "/docker.sock"
        let outcome = try Sampler(host: captured.host, engine: .at(address)).tick()
        #expect(outcome.source == "control groups, no engine")
        #expect(outcome.containers.count == 4)
        address.isExplicit = true
        #expect(
            throws: SamplingError.engineUnreachable(address, reason: .noSocket)
        ) {
            try Sampler(host: captured.host, engine: .at(address)).tick()
        }
    }

    @Test func aHostWithoutControlGroupsIsNamed() throws {
        let empty = try CapturedHost([:])
        #expect(
            throws: SamplingError.noCgroups(
                path: empty.directory.path + "/proc/self/mountinfo",
                reason: "it cannot be read (No such file or directory)")
        ) { try Sampler(host: empty.host, engine: .none).tick() }

        let mounts = Array("30 23 0:28 / / rw - ext4 /dev/vda rw\n".utf8)
        let without = try CapturedHost(["/proc/self/mountinfo": mounts])
        #expect(
            throws: SamplingError.noCgroups(
                path: without.directory.path + "/proc/self/mountinfo",
                reason: "no cgroup hierarchy is mounted")
        ) { try Sampler(host: without.host, engine: .none).tick() }

        let gone = Array("30 23 0:28 / /sys/fs/cgroup rw - cgroup2 none rw\n".utf8)
        let unreadable = try CapturedHost(["/proc/self/mountinfo": gone])
        #expect(
            throws: SamplingError.noCgroups(
                path: unreadable.directory.path + "/sys/fs/cgroup",
                reason: "it cannot be read (No such file or directory)")
        ) { try Sampler(host: unreadable.host, engine: .none).tick() }
    }

    /// Cuts one container's files at every length: no value is ever wrong, only missing, whether the
    /// files are opened anew or stay open.
    @Test(arguments: [0, 2])
    func aTruncatedKernelFileGivesNoWrongValue(ticksBefore: Int) throws {
        let capture = "bare-v2-linux-6.12-snap-6"
        let files = try readArchive(fixturePath(capture + ".tree"))
        let expected = try readExpected(capture + ".expected")["/rightsize.slice/cache"]
        let whole = try #require(expected)
        let group = "/sys/fs/cgroup/rightsize.slice/cache"
        let directory = try TemporaryDirectory()
        let reader = CgroupReader()
        for (path, bytes) in files where path.hasPrefix(group + "/") {
            try directory.write(path, bytes)
        }
        let paths = CgroupPaths(unified: directory.path + group)
        for _ in 0..<ticksBefore {
            #expect(reader.read(paths) == whole)
            reader.finishTick()
        }
        #expect(reader.keptCount == (ticksBefore > 0 ? 1 : 0))
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) where path.hasPrefix(group + "/")
        {
            for length in 0..<bytes.count {
                try directory.write(path, Array(bytes[..<length]))
                let values = reader.read(paths)
                values.forEachPresent { metric, value in
                    // io.stat sums what lines there are: cut after one, it can only be smaller.
                    if metric == .ioRead || metric == .ioWrite,
                        length == 0 || bytes[length - 1] == UInt8(ascii: "\n")
                    {
                        #expect(value <= whole[metric] ?? 0)
                    } else {
                        #expect(value == whole[metric], "\(path) cut at \(length): \(metric)")
                    }
                }
            }
            try directory.write(path, bytes)
        }
    }

    @Test func randomBytesAsKernelFilesNeverTrap() throws {
        var random = SeededGenerator(seed: 4)
        let alphabet = Array("maxoom_kill some total= rbytes=0123456789-:\n\t ".utf8) + [0, 255]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                alphabet.randomElement(using: &random)!
            }
            bytes.withUnsafeBufferPointer { text in
                _ = CPUStat(v2: text)
                _ = CPUStat(v1: text)
                _ = MemoryStat(v2: text)
                _ = MemoryStat(v1: text)
                _ = Pressure(text)
                _ = IOStat(v2: text)
                _ = IOStat(v1: text)
                _ = CPUMax.limit(v2: text)
                _ = KernelFileScanner.integer(text).map(MemoryMax.limit(v1:))
            }
            _ = CgroupMounts(mountinfo: String(decoding: bytes, as: UTF8.self))
        }
    }

    private func failure(_ answer: FakeEngine.Answer) throws -> EngineFailure? {
        let engine = try FakeEngine(answer)
        return failure(at: engine.socketPath)
    }

    private func failure(at socket: String) -> EngineFailure? {
        #expect(throws: EngineFailure.self) {
            try DockerEngine(socketPath: socket).containers()
        }
    }
}
