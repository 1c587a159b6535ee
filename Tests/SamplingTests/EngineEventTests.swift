import Measures
import TestSupport
import Testing

@testable import Sampling

@Suite struct EngineEventTests {
    /// Docker 20.10 on cgroup v2: a container that starts and is killed for want of memory. Events of
    /// images and networks are left out.
    static let leaky = [
        event(.create, 1_795_422_677_783_149_650), event(.start, 1_795_422_694_263_968_300),
        event(.oom, 1_795_422_696_983_715_300),
        event(.die(exitCode: 137), 1_795_422_699_203_408_880),
    ]

    static func event(_ kind: EngineEvent.Kind, _ nanoseconds: Int64) -> EngineEvent {
        EngineEvent(
            kind: kind,
            container: ContainerID(
                rawValue: "44be73244640f04fd8caeb7a65bd4664626aa48b9b6b7cf6952e08b1fa5e063b"),
            timeNanoseconds: nanoseconds, name: "shop-leaky-1", image: "rightsize/load:1",
            labels: [
                "com.docker.compose.project": "shop", "com.docker.compose.service": "leaky",
                "com.docker.compose.container-number": "1",
            ])
    }

    @Test func capturedEventsAreRead() throws {
        var lines = EngineEventLines()
        let bytes = try readFile(fixturePath("docker-v2.events"))
        #expect(lines.append(bytes, eventsMax: 100) == Self.leaky)
        #expect(lines.dropped == 0)
        #expect(Self.leaky[3].time == Timestamp(rfc3339: "2026-11-23T08:31:39.203Z"))

        let older = lines.append(try readFile(fixturePath("docker-v1.events")), eventsMax: 100)
        #expect(older.map(\.kind) == [.start, .restart, .oom, .die(exitCode: 137)])
        #expect(
            older[0].labels == [
                "com.docker.compose.project": "shop", "com.docker.compose.service": "leaky",
                "com.docker.compose.container-number": "1", "com.docker.compose.oneoff": "False",
            ])
        #expect(lines.dropped == 0)
    }

    /// Podman 4.3 tells no kill for want of memory, and no labels; its "remove" is asked for by that name.
    @Test func capturedEventsOfPodmanAreRead() throws {
        var lines = EngineEventLines()
        let events = lines.append(try readFile(fixturePath("podman.events")), eventsMax: 100)
        #expect(events.map(\.kind) == [.create, .start, .create, .start, .die(exitCode: 137)])
        #expect(events.map(\.name) == ["idle", "idle", "oom", "oom", "oom"])
        #expect(events.allSatisfy { $0.labels.isEmpty && $0.container.rawValue.count == 64 })
        #expect(lines.dropped == 0)
    }

    @Test(
        arguments: [
            ("health_status: healthy", "", .health(.healthy)),
            ("health_status: unhealthy", "", .health(.unhealthy)),
            ("health_status: odd", "", .health(nil)),
            ("health_status", #""health_status":"starting""#, .health(.starting)),
            ("die", #""exitCode":"-1""#, .die(exitCode: -1)),
            ("died", #""containerExitCode":"137""#, .die(exitCode: 137)),
            ("die", #""exitCode":"?""#, .die(exitCode: nil)),
            ("kill", #""signal":"15""#, .kill), ("update", "", .update), ("pause", "", .pause),
            ("unpause", "", .unpause), ("rename", #""oldName":"/a""#, .rename),
            ("destroy", "", .destroy), ("remove", "", .destroy),
            ("exec_start: /bin/check", "", nil), ("attach", "", nil), ("", "", nil),
        ] as [(String, String, EngineEvent.Kind?)])
    func kinds(action: String, attributes: String, kind: EngineEvent.Kind?) throws {
        #expect(try event(action, attributes)?.kind == kind)
    }

    @Test func aMissingNanosecondIsTakenFromTheSecond() throws {
        let line = #"{"Type":"container","Action":"start","Actor":{"ID":"a"},"time":12}"#
        #expect(try EngineEvent(line: Array(line.utf8)[...])?.timeNanoseconds == 12_000_000_000)
    }

    @Test(arguments: [
        #"{"Type":"container","Action":"start","Actor":{},"time":12}"#,
        #"{"Type":"container","Action":"start","Actor":{"ID":"a"}}"#,
        #"{"Type":"container","Action":"start","Actor":{"ID":"a"},"time":-1}"#,
        #"{"Type":"container","Action":"start","Actor":{"ID":"a"},"time":9223372036854775807}"#,
        #"{"Type":"container","Action":"start","Actor":{"ID":"a"},"time":1e3}"#,
        #"{"Type":"container""#, "null", "[]", "hello", #"{"a":1} {"#,
    ])
    func whatIsNoEventIsDroppedAndCounted(line: String) {
        var lines = EngineEventLines()
        #expect(lines.append(Array("\(line)\n\n \r\n".utf8), eventsMax: 9).isEmpty)
        #expect(lines.dropped == 1)
    }

    /// Cut in two at every byte, and fed byte by byte.
    @Test func eventsMayBeSplitAnywhere() throws {
        let bytes = try readFile(fixturePath("docker-v2.events"))
        for cut in 0...bytes.count {
            var lines = EngineEventLines()
            var events = lines.append(Array(bytes[..<cut]), eventsMax: 9)
            events += lines.append(Array(bytes[cut...]), eventsMax: 9)
            #expect(events == Self.leaky, "cut at \(cut)")
        }
        var lines = EngineEventLines()
        #expect(bytes.flatMap { lines.append([$0], eventsMax: 9) } == Self.leaky)
    }

    @Test func aLineWithoutAnEndIsNotKept() throws {
        var lines = EngineEventLines()
        for _ in 0..<10 {
            #expect(lines.append([UInt8](repeating: 0x61, count: 100 << 10), eventsMax: 9).isEmpty)
        }
        #expect(lines.dropped == 1)
        let bytes = try readFile(fixturePath("docker-v2.events"))
        #expect(lines.append([10] + bytes, eventsMax: 9) == Self.leaky)
        #expect(lines.dropped == 1)
    }

    @Test func moreEventsThanFitAreDroppedAndCounted() throws {
        var lines = EngineEventLines()
        let bytes = try readFile(fixturePath("docker-v2.events"))
        #expect(lines.append(bytes, eventsMax: 3) == Array(Self.leaky.prefix(3)))
        #expect(lines.dropped == 1)
    }

    @Test func randomBytesNeverTrap() {
        var random = SeededGenerator(seed: 9)
        let alphabet = Array(#"{}[]",:\u0a1dDTypeActionActorID null0123-.\#n"#.utf8) + [0, 255]
        for _ in 0..<50_000 {
            var bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                alphabet.randomElement(using: &random)!
            }
            var json = EngineJSON(bytes[...])
            try? json.skip()
            json = EngineJSON(bytes[...])
            _ = try? json.string()
            bytes.append(10)
            var lines = EngineEventLines()
            _ = lines.append(bytes, eventsMax: 9)
        }
    }

    private func event(_ action: String, _ attributes: String) throws -> EngineEvent? {
        let line = """
            {"Type":"container","Action":"\(action)","Actor":{"ID":"a","Attributes":{\(attributes)}},\
            "timeNano":5}
            """
        return try EngineEvent(line: Array(line.utf8)[...])
    }
}
