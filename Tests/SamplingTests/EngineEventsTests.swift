import Glibc
import Measures
import TestSupport
import Testing

@testable import Sampling

/// The stream of events over a real socket.
@Suite struct EngineEventsTests {
    private let leaky = EngineEventTests.leaky
    private let captured: [UInt8]

    init() throws { captured = try readFile(fixturePath("docker-v2.events")) }

    @Test func aStreamInPiecesGivesWholeEvents() throws {
        // Pieces of 7 bytes, each a chunk of its own, cut again by the socket at every 11 bytes.
        var stream = FakeEngine.chunkedHead
        for start in stride(from: 0, to: captured.count, by: 7) {
            stream += FakeEngine.chunk(captured[start..<min(start + 7, captured.count)])
        }
        let steps = stride(from: 0, to: stream.count, by: 11).map {
            FakeEngine.Step.send(Array(stream[$0..<min($0 + 11, stream.count)]))
        }
        let engine = try FakeEngine(.script([steps]))
        let events = try events(of: engine)
        #expect(try collect(events, leaky.count) == leaky)
        #expect(events.dropped == 0)
        #expect(try events.drain().isEmpty)
    }

    /// The engine goes and comes back: the new stream is asked for what happened since, and what it
    /// repeats is not told twice.
    @Test func aRestartOfTheEngineLosesNothing() throws {
        let lines = captured.split(separator: 10).map { Array($0) + [10] }
        func chunks(_ lines: ArraySlice<[UInt8]>) -> [UInt8] {
            FakeEngine.chunkedHead + lines.flatMap { FakeEngine.chunk($0) }
        }
        let engine = try FakeEngine(
            .script([
                // The connection ends in the middle of an event.
                [.send(chunks(lines[..<4])), .send(Array("10\r\n{\"Type\":".utf8)), .close],
                [.send(chunks(lines[3...]))],
            ]))
        let events = try events(of: engine)
        #expect(try collect(events, leaky.count) == leaky)
        #expect(engine.requests.count == 2)
        #expect(engine.requests[0].hasPrefix("/events?filters=%7B%22type%22%3A%5B%22container%22"))
        #expect(engine.requests[1].hasPrefix("/events?since=1795422694.263968300&filters="))
        #expect(events.dropped == 0)
    }

    @Test func aBeginningMayBeGiven() throws {
        let engine = try FakeEngine(.script([[.send(FakeEngine.chunkedHead)]]))
        let events = EngineEvents(
            address: try EngineAddress(dockerHost: "unix://" + engine.socketPath),
            since: Timestamp(milliseconds: 1_795_422_694_007))
        _ = try events.drain()
        while engine.requests.isEmpty { usleep(1000) }
        #expect(engine.requests[0].hasPrefix("/events?since=1795422694.007000000&"))
    }

    @Test func aFloodIsBounded() throws {
        let count = EngineEvents.eventsMax + 1000
        let line =
            #"{"Type":"container","Action":"kill","Actor":{"ID":"a"},"timeNano":"#
        let flood = (1...count).flatMap { FakeEngine.chunk("\(line)\($0)}\n".utf8) }
        let engine = try FakeEngine(.script([[.send(FakeEngine.chunkedHead + flood)]]))
        let events = try events(of: engine)
        var told = 0
        let deadline = EngineDeadline(seconds: 20)
        while told + events.dropped < count, deadline.left > 0 {
            let new = try events.drain()
            #expect(new.count <= EngineEvents.eventsMax)
            told += new.count
        }
        #expect(told + events.dropped == count)
        #expect(told >= EngineEvents.eventsMax)
    }

    @Test(
        arguments: [
            (.raw(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)), .rubbish("an answer that is not HTTP/1")),
            (.raw([]), .rubbish("it closed without an answer")),
            (
                .raw(FakeEngine.bytes("500 Oh", Array(#"{"message":"no"}"#.utf8), .length)),
                .status(500, message: "no")
            ),
            (
                .raw(FakeEngine.bytes("400 Bad", Array(#"{"message":"no"}"#.utf8), .untilClose)),
                .status(400, message: "no")
            ),
            (
                .script([[.send(FakeEngine.chunkedHead + Array("zz\r\n".utf8))]]),
                .rubbish("the chunk size 'zz\r'")
            ),
        ] as [(FakeEngine.Answer, EngineFailure)])
    func anEngineThatFailsIsNamed(answer: FakeEngine.Answer, failure: EngineFailure) throws {
        let engine = try FakeEngine(answer)
        let events = try events(of: engine)
        var found: EngineFailure?
        let deadline = EngineDeadline(seconds: 10)
        while found == nil, deadline.left > 0 {
            do { #expect(try events.drain().isEmpty) } catch { found = error }
        }
        #expect(found == failure)
        #expect(events.descriptor == nil)
        // It is not asked again at once.
        #expect(try events.drain().isEmpty)
        #expect(engine.connections == 1)
    }

    @Test func anEngineThatSaysNothingDoesNotBlock() throws {
        let engine = try FakeEngine(.silence)
        let events = try events(of: engine)
        for _ in 0..<100 { #expect(try events.drain().isEmpty) }
        #expect(events.descriptor != nil)
    }

    @Test func anEngineThatIsNotThereIsNamed() throws {
        let directory = try TemporaryDirectory()
        let events = EngineEvents(
            address: try EngineAddress(dockerHost: "unix://\(directory.path)/none.sock"))
        #expect(throws: EngineFailure.noSocket) { try events.drain() }
        #expect(try events.drain().isEmpty)
    }

    private func events(of engine: FakeEngine) throws -> EngineEvents {
        EngineEvents(address: try EngineAddress(dockerHost: "unix://" + engine.socketPath))
    }

    /// Waits in poll(2), as the loop does, until so many events have come.
    private func collect(_ events: EngineEvents, _ count: Int) throws -> [EngineEvent] {
        var collected: [EngineEvent] = []
        let deadline = EngineDeadline(seconds: 10)
        while collected.count < count, deadline.left > 0 {
            collected += try events.drain()
            var polled = pollfd(fd: events.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, 100)
        }
        return collected
    }
}
