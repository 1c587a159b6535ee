import TestSupport
import Testing

@testable import Sampling

@Suite struct EngineConnectionTests {
    private let bodies: [String: [UInt8]] = [
        "/a": Array("first".utf8), "/b": Array(String(repeating: "second", count: 1000).utf8),
        "/empty": [],
    ]

    @Test(
        arguments: [
            (.length, 1), (.chunked, 1), (.untilClose, 5), (.lengthThenClose, 5),
        ] as [(FakeEngine.Framing, Int)])
    func requestsShareAConnectionWhereTheEngineKeepsIt(
        framing: FakeEngine.Framing, connections: Int
    ) throws {
        let engine = try FakeEngine(.bodies(bodies, framing: framing))
        let http = UnixSocketHTTP(socketPath: engine.socketPath)
        for target in ["/a", "/b", "/empty", "/a"] {
            #expect(try http.get(target) == .init(status: 200, body: bodies[target]!))
        }
        #expect(try http.get("/none").status == 404)
        #expect(engine.requests == ["/a", "/b", "/empty", "/a", "/none"])
        #expect(engine.connections == connections)
    }

    /// A kept connection that turns bad is given up like a fresh one, and not asked again.
    @Test(
        arguments: [
            ([.send(Array("rubbish".utf8)), .close], .rubbish("an answer that is not HTTP/1")),
            (
                [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab".utf8)), .close],
                .rubbish("the answer ends after 2 bytes of body")
            ),
            ([], .timeout(seconds: 1)),
        ] as [([FakeEngine.Step], EngineFailure)])
    func faultsOnAKeptConnection(steps: [FakeEngine.Step], failure: EngineFailure) throws {
        let good = FakeEngine.bytes("200 OK", [65], .length)
        let engine = try FakeEngine(.script([[.send(good)]]))
        let http = UnixSocketHTTP(socketPath: engine.socketPath, timeoutSeconds: 1)
        #expect(try http.get("/a").body == [65])

        let bad = try FakeEngine(.script([steps]))
        let other = UnixSocketHTTP(socketPath: bad.socketPath, timeoutSeconds: 1)
        #expect(throws: failure) { try other.get("/a") }
        #expect(bad.connections == 1)
    }

    @Test func anAnswerThatEndsEarlyOnAKeptConnectionIsNotRepeated() throws {
        let good = FakeEngine.bytes("200 OK", [65], .length)
        // The second answer comes unasked, together with the first: the connection is not used again.
        let engine = try FakeEngine(.script([[.send(good + good)], [.send(good)]]))
        let http = UnixSocketHTTP(socketPath: engine.socketPath)
        #expect(try http.get("/a").body == [65])
        #expect(try http.get("/b").body == [65])
        #expect(engine.requests == ["/a", "/b"])
        #expect(engine.connections == 2)
    }

    @Test func aHugeAnswerIsRefused() throws {
        let head = Array("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n".utf8)
        let part = FakeEngine.Step.send([UInt8](repeating: 0x20, count: 1 << 20))
        let engine = try FakeEngine(
            .script([[.send(head)] + [FakeEngine.Step](repeating: part, count: 100)]))
        let http = UnixSocketHTTP(
            socketPath: engine.socketPath, timeoutSeconds: 20, answerLengthMax: 16 << 20)
        #expect(throws: EngineFailure.rubbish("an answer of more than 16 MiB")) {
            try http.get("/a")
        }
    }

    /// The parser sees the same answer however its bytes are split.
    @Test(arguments: [FakeEngine.Framing.length, .chunked, .untilClose])
    func anAnswerMayBeSplitAnywhere(framing: FakeEngine.Framing) throws {
        let body = Array((0..<2500).map { UInt8(truncatingIfNeeded: $0) })
        let bytes = FakeEngine.bytes("200 OK", body, framing)
        for cut in 0...bytes.count {
            var parser = HTTPAnswerParser()
            try parser.append(bytes[..<cut])
            try parser.append(bytes[cut...])
            #expect(parser.isWhole == (framing != .untilClose))
            #expect(parser.keepsConnection == (framing != .untilClose))
            try parser.finish()
            #expect(parser.body == body, "cut at \(cut)")
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 1\r\n\r\nA", false),
            ("HTTP/1.1 200\r\ncontent-LENGTH:1\r\n\r\nA", true),
            ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nA", false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nAB", false),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nA", true),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"
                    + "1 ;a\r\nA\r\n00\r\nTrailer: x\r\n\r\n", true
            ),
        ])
    func framingDetails(answer: String, keeps: Bool) throws {
        var parser = HTTPAnswerParser()
        try parser.append(Array(answer.utf8)[...])
        #expect(parser.isWhole)
        #expect(parser.status == 200)
        #expect(parser.body == [65])
        #expect(parser.keepsConnection == keeps)
    }

    /// Whole or byte by byte, the verdict is the same (found by fuzzing).
    @Test(
        arguments: [
            (" HTTP/1.1 200 OK\r\n\r\n", "an answer that is not HTTP/1"),
            ("\nHTTP/1.1 200 OK\r\n\r\n", "an answer that is not HTTP/1"),
            ("HTTP/1.1 99 OK\r\n\r\n", "the status line 'HTTP/1.1 99 OK'"),
            ("HTTP/1.1\r\n\r\n", "the status line 'HTTP/1.1'"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nABC\r\n",
                "a chunk without an end"
            ),
        ])
    func rubbishIsRubbishHoweverItArrives(answer: String, what: String) {
        let bytes = Array(answer.utf8)
        for length in [1, bytes.count] {
            #expect(throws: EngineFailure.rubbish(what)) {
                var parser = HTTPAnswerParser()
                for start in stride(from: 0, to: bytes.count, by: length) {
                    try parser.append(bytes[start..<start + length])
                }
            }
        }
    }
}
