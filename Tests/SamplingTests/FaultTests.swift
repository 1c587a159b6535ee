import Glibc
import Measures
import TestSupport
import Testing

@testable import Sampling

/// What is damaged or missing is missing: no value is ever another one, and none becomes zero.
@Suite struct FaultTests {
    @Test(arguments: CapturedGroup.captures)
    func aFileThatIsMissingIsNeverAZero(capture: String, mark: String) throws {
        let group = try CapturedGroup(capture, mark)
        for (name, bytes) in group.ordered {
            unlink(group.directory.path + name)
            let values = CgroupReader().read(group.paths)
            values.forEachPresent { metric, value in
                // Where one of two files with the same numbers is missing, the other serves.
                #expect(value == group.values[metric], "without \(name): \(metric)")
            }
            try group.write(name, bytes)
        }
        #expect(CgroupReader().read(group.paths) == group.values)
    }

    /// The group goes between any two reads: what was read before is right, the rest is missing.
    @Test(arguments: CapturedGroup.captures)
    func aGroupThatVanishesBetweenAnyTwoReads(capture: String, mark: String) throws {
        let group = try CapturedGroup(capture, mark)
        let root = group.directory.path
        // Files in the order in which they are read, gone from the last to the first.
        let read = ControlFile.allCases.compactMap { file in
            group.paths[file.hierarchy].map { $0 + "/\(file.name)" }
        }.filter { access($0, F_OK) == 0 }
        try #require(read.count > 8)
        var counts: [Int] = []
        for path in read.reversed() {
            #expect(unlink(path) == 0, "\(path.dropFirst(root.count))")
            let values = CgroupReader().read(group.paths)
            values.forEachPresent { #expect($1 == group.values[$0], "\($0)") }
            counts.append(values.count)
        }
        #expect(counts.last == 0)
        #expect(counts == counts.sorted(by: >))
    }

    /// 2⁶⁴ − 1 and other numbers that no counter holds; below zero is none either.
    @Test(
        arguments: CapturedGroup.captures,
        [
            "18446744073709551615", "9223372036854775808", "-5", "-9223372036854775808", "1e5",
            "0x10", "+5", "٣", "", "max5", "9".repeated(4000),
        ])
    func aNumberThatCannotBeIsMissing(capture: (String, String), number: String) throws {
        let group = try CapturedGroup(capture.0, capture.1)
        for (name, bytes) in group.ordered {
            try group.write(name, Self.withNumbers(bytes, number))
        }
        var values = CgroupReader().read(group.paths)
        // v1 has no word for "none"; any negative number is.
        if number == "-5", group.paths.memory != nil {
            #expect(values[.memoryLimit] == Limit<Bytes>.unlimited.wireValue)
            values[.memoryLimit] = nil
        }
        // A limit that was the word "max" still is.
        for metric in [.memoryLimit, .cpuLimit] as [Metric] where values[metric] == .max {
            #expect(group.values[metric] == .max)
            values[metric] = nil
        }
        // Neither do devices that there are none of have a number.
        for metric in [.ioRead, .ioWrite] as [Metric] where values[metric] == 0 {
            #expect(group.values[metric] == 0)
            values[metric] = nil
        }
        #expect(values == [:])
    }

    /// Each run of digits that is a value, behind a blank, `=` or at the start of a line.
    private static func withNumbers(_ bytes: [UInt8], _ number: String) -> [UInt8] {
        var text: [UInt8] = []
        var isValue = true
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard isValue, (0x30...0x39).contains(byte) else {
                isValue = byte == 0x20 || byte == 0x0a || byte == UInt8(ascii: "=")
                text.append(byte)
                index += 1
                continue
            }
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
            // A device, `254:0`, and an average, `0.00`, stay.
            if index < bytes.count, bytes[index] == 0x3a || bytes[index] == 0x2e {
                text += Array("254".utf8)
            } else {
                text += Array(number.utf8)
            }
            isValue = false
        }
        return text
    }

    /// Keys of a later kernel, and keys that only start like known ones, change nothing.
    @Test(arguments: CapturedGroup.captures)
    func foreignKeysChangeNothing(capture: String, mark: String) throws {
        let group = try CapturedGroup(capture, mark)
        let foreign = """
            anon_thp 11
            anonymous 12
            inactive_file_huge 13
            usage_usec_total 14
            oom_kill_group 15
            oom_group_kill 16
            nr_throttled_usec 17
            total_rss_huge 18
            xmax 19
            a 20
            future

            \u{fffd} 21
            none avg10=0.00 avg60=0.00 avg300=0.00 total=22

            """
        for (name, bytes) in group.ordered where bytes.contains(0x20) {
            // `max 100000` and the sums of devices are no files of keys.
            guard !name.hasSuffix("cpu.max"), !name.contains("/blkio") else { continue }
            try group.write(name, Array(foreign.utf8) + bytes + Array(foreign.utf8))
        }
        #expect(CgroupReader().read(group.paths) == group.values)
    }

    @Test(arguments: CapturedGroup.captures)
    func aFileCutAtAnyByteGivesNoWrongValue(capture: String, mark: String) throws {
        let group = try CapturedGroup(capture, mark)
        for (name, bytes) in group.ordered {
            for length in 0..<bytes.count {
                try group.write(name, Array(bytes[..<length]))
                let isLineEnd = length == 0 || bytes[length - 1] == 0x0a
                CgroupReader().read(group.paths).forEachPresent { metric, value in
                    // A sum over devices that lost whole lines can only be smaller.
                    if isLineEnd, metric == .ioRead || metric == .ioWrite {
                        #expect(value <= group.values[metric] ?? 0)
                    } else {
                        #expect(value == group.values[metric], "\(name) cut at \(length)")
                    }
                }
            }
            try group.write(name, bytes)
        }
    }

    @Test func aMachineFileCutAtAnyByteGivesNoWrongValue() throws {
        let files = [
            "/proc/stat": "cpu  100 20 30 4000 50 6 7 8 90 9\ncpu0 100 20 30 4000 50 6 7 8 90 9\n",
            "/proc/meminfo": """
            MemTotal:        8000 kB
            MemFree:         2000 kB
            Active(file):     600 kB
            Inactive(file):  1000 kB
            AnonPages:       3000 kB
            Shmem:             40 kB
            SReclaimable:     200 kB

            """,
            "/proc/pressure/io": "some avg10=0.00 total=57\nfull avg10=0.00 total=41\n",
        ].mapValues { Array($0.utf8) }
        let captured = try CapturedHost(files)
        let whole = HostUsage(captured.host)
        try #require(whole.values.count == 10)
        for (name, bytes) in files {
            for length in 0..<bytes.count {
                try captured.directory.write(name, Array(bytes[..<length]))
                let cut = HostUsage(captured.host)
                cut.values.forEachPresent { metric, value in
                    #expect(value == whole.values[metric], "\(name) cut at \(length): \(metric)")
                }
                #expect(cut.capacity.memory == nil || cut.capacity.memory == whole.capacity.memory)
            }
            try captured.directory.write(name, bytes)
        }
    }

    /// However an answer's framing, a part of it is never taken for all of it.
    @Test(arguments: ["docker-v1-snap-5", "podman"])
    func anEnginesAnswerCutAtAnyByteIsRefused(capture: String) throws {
        for (target, body) in try readArchive(fixturePath(capture + ".engine")) {
            let isList = target.hasPrefix("/containers/json")
            func read(_ bytes: ArraySlice<UInt8>) throws {
                var json = EngineJSON(bytes)
                if isList {
                    try json.elements { (json) throws(EngineJSON.Malformed) in
                        _ = try DockerEngine.Listed(&json)
                    }
                } else {
                    _ = try DockerEngine.Inspected(&json)
                }
                try json.end()
            }
            let text = body[...(body.lastIndex { $0 > 0x20 } ?? 0)]
            try read(text)
            for length in 0..<text.count {
                #expect(throws: EngineJSON.Malformed.self, "\(target) cut at \(length)") {
                    try read(text[..<length])
                }
            }
            for framing in [FakeEngine.Framing.length, .chunked] {
                let answer = FakeEngine.bytes("200 OK", body, framing)
                for length in 0..<answer.count {
                    var parser = HTTPAnswerParser()
                    #expect(throws: EngineFailure.self, "\(target) cut at \(length)") {
                        try parser.append(answer[..<length])
                        try parser.finish()
                    }
                }
            }
        }
    }

    /// All but one are empty by the time they are read: the one is sampled, the others are counted.
    @Test func tenThousandGroupsAreWalked() throws {
        let captured = try CapturedHost([
            "/proc/self/mountinfo": Array(
                "24 23 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n".utf8),
            "/proc/sys/kernel/random/boot_id": Array("b1\n".utf8),
            "/sys/fs/cgroup/docker/one.service/memory.current": Array("5\n".utf8),
        ])
        let docker = captured.directory.path + "/sys/fs/cgroup/docker/"
        for number in 0..<10_000 {
            let name = String(number, radix: 16)
            #expect(mkdir(docker + "0".repeated(64 - name.count) + name, 0o755) == 0)
        }
        let outcome = try Sampler(host: captured.host, engine: .none).tick()
        #expect(outcome.containers.map(\.incarnation.name) == ["one.service"])
        #expect(outcome.skipped.count == 10_000)
        #expect(outcome.skipped.allSatisfy { $0.reason == "it ended while it was being read" })
    }

    /// A container goes, or its engine stumbles, at each step between the list and its kernel files: it is
    /// skipped and named, and the others are sampled.
    @Test(
        arguments: [
            (nil, nil, false, "it was removed while it was being read"),
            (500, nil, false, "the engine answered with error 500: dead or marked for removal"),
            (409, nil, false, "the engine answered with error 409: dead or marked for removal"),
            (
                200, nil, false,
                "it ended while it was being read, or its group is not mounted"
            ),
            (200, "0::/docker/ID\n", false, "it ended while it was being read"),
            (200, "0::/\n", false, "it ended while it was being read, or its group is not mounted"),
            (200, "", false, "it ended while it was being read, or its group is not mounted"),
            (
                200, "0::/docker/ID\n", true,
                "its kernel files give neither CPU time nor memory"
            ),
        ] as [(Int?, String?, Bool, String)])
    func aContainerThatVanishesBetweenAnyTwoReadsIsSkippedAndCounted(
        status: Int?, membership: String?, hasGroup: Bool, reason: String
    ) throws {
        let (gone, other) = ("a".repeated(64), "b".repeated(64))
        func inspect(_ pid: Int) -> [UInt8] {
            FakeEngine.bytes(
                "200 OK",
                Array(
                    #"{"State":{"Status":"running","Pid":\#(pid),"StartedAt":"2026-11-23T08:00:00Z"}}"#
                        .utf8), .length)
        }
        let list = #"[{"Id":"\#(gone)","Names":["/gone"]},{"Id":"\#(other)","Names":["/other"]}]"#
        let message = Array(#"{"message":"dead or marked for removal"}"#.utf8)
        let answer =
            switch status {
            case nil: FakeEngine.bytes("404 Not Found", message, .length)
            case 200: inspect(7)
            case .some(let code): FakeEngine.bytes("\(code) Oh", message, .length)
            }
        let engine = try FakeEngine(
            .answers([
                "/containers/json?all=true": FakeEngine.bytes("200 OK", Array(list.utf8), .chunked),
                "/containers/\(gone)/json": answer, "/containers/\(other)/json": inspect(8),
            ]))
        let captured = try CapturedHost([
            "/proc/self/mountinfo": Array(
                "24 23 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n".utf8),
            "/proc/sys/kernel/random/boot_id": Array("b1\n".utf8),
            "/proc/8/cgroup": Array("0::/docker/\(other)\n".utf8),
            "/sys/fs/cgroup/docker/\(other)/memory.current": Array("5\n".utf8),
        ])
        if let membership {
            let text = membership.split(separator: "ID", omittingEmptySubsequences: false)
                .joined(separator: gone)
            try captured.directory.write("/proc/7/cgroup", Array(text.utf8))
        }
        if hasGroup {
            try captured.directory.write(
                "/sys/fs/cgroup/docker/\(gone)/pids.current", Array("1\n".utf8))
        }
        let address = try EngineAddress(dockerHost: "unix://" + engine.socketPath)
        let sampler = Sampler(host: captured.host, engine: .at(address))
        for _ in 0..<3 {
            let outcome = try sampler.tick()
            #expect(outcome.skipped == [SkippedContainer(name: "gone", reason: reason)])
            #expect(outcome.containers.map(\.incarnation.name) == ["other"])
            #expect(outcome.containers[0].values == [.memoryCurrent: 5, .state: 2])
        }
    }
}

extension String {
    func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
