package import Measures

/// The engine's events about containers, read without ever waiting.
///
/// Between two ticks a container can be born and die, and be killed for want of memory without leaving a
/// trace in its group (a v1 group goes with it). The engine tells at the moment it happens:
///
///     poll([events.descriptor, …])        readable: call drain()
///     let new = try events.drain()        and with each tick, which also reconnects
///
/// After an engine's restart the stream goes on behind the last event that was seen. `dropped` growing, or
/// an error, means that something may have been missed: list the containers anew.
package final class EngineEvents {
    /// The most events of one `drain`: a crash loop makes some 5 a second.
    package static let eventsMax = 4096
    /// The most bytes of one `drain`; what is left stays in the socket, and `poll` tells of it.
    private static let drainLengthMax = 4 << 20
    /// A peer that closes at once must not be asked in a tight loop.
    private static let retryMilliseconds: Int64 = 1000

    private let socketPath: String
    private var stream: Stream?
    private var retryAt: Int64 = .min
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private var lines = EngineEventLines()
    private var seen = SeenEvents()
    /// Where the stream is to begin before any event was seen.
    private var beginNanoseconds: Int64?

    private struct Stream: ~Copyable {
        let socket: EngineSocket
        var parser = HTTPAnswerParser()

        init(_ socket: consuming EngineSocket) { self.socket = socket }
    }

    /// Does not connect; the first `drain` does.
    /// - Parameter since: replays what the engine still knows from then on (Docker keeps the last 256
    ///   events in memory); nil begins with what happens after the connection.
    package init(address: EngineAddress, since: Timestamp? = nil) {
        socketPath = address.socketPath
        beginNanoseconds = since.map { $0.milliseconds * 1_000_000 }
    }

    /// For `poll(2)`, POLLIN; nil while there is no connection. It may be another after a `drain`.
    package var descriptor: Int32? { stream?.socket.descriptor }

    /// Whether the engine has agreed to tell: before that, what happens may go unheard.
    package var isHearing: Bool {
        guard let parser = stream?.parser else { return false }
        return parser.hasHead && parser.status == 200
    }

    /// Events that were lost here, since the beginning: too many for one `drain`, too long, not readable.
    package var dropped: Int { lines.dropped }

    /// The whole events that have arrived; empty is the usual answer. Connects where that is needed, at
    /// most once a second; a connection that ended is no error.
    package func drain() throws(EngineFailure) -> [EngineEvent] {
        if stream == nil {
            let now = KernelClock.monotonic.milliseconds
            guard now >= retryAt else { return [] }
            retryAt = now + Self.retryMilliseconds
            try connect()
        }
        var events: [EngineEvent] = []
        var left = Self.drainLengthMax
        do {
            while left > 0, let count = try receive(&events) { left -= count }
        } catch {
            close()
            // What has arrived is worth more than how it ended; the next connection tells that anew.
            if events.isEmpty { throw error }
        }
        return events
    }

    private func connect() throws(EngineFailure) {
        let deadline = EngineDeadline(seconds: 2)
        let since = seen.newestNanoseconds ?? beginNanoseconds
        // Where no event comes before the connection ends, the next one begins where this one did.
        beginNanoseconds = since ?? KernelClock.realtime.nanoseconds
        let socket = try EngineSocket(connecting: socketPath, deadline)
        let target = EngineEvent.target(since: since)
        guard try socket.send(UnixSocketHTTP.request(target), deadline) else {
            throw .rubbish("it closed without an answer")
        }
        stream = Stream(socket)
        lines.reset()
    }

    private func close() {
        stream = nil
        lines.reset()
    }

    /// Reads once. Nil when there is nothing more for now.
    private func receive(_ events: inout [EngineEvent]) throws(EngineFailure) -> Int? {
        guard let received = try stream?.socket.receive(into: &buffer) else { return nil }
        switch received {
        case .nothingYet: return nil
        case .end:
            let hadHead = stream?.parser.hasHead == true
            try checkStatus(atEnd: true)
            close()
            guard hadHead else { throw .rubbish("it closed without an answer") }
            return nil
        case .bytes(let count):
            try stream?.parser.append(buffer[..<count])
            try checkStatus(atEnd: false)
            take(&events)
            if stream?.parser.isWhole == true { close() }
            return count
        }
    }

    /// An answer other than 200 is an error, whose text may be still to come.
    private func checkStatus(atEnd: Bool) throws(EngineFailure) {
        guard let parser = stream?.parser, parser.hasHead, parser.status != 200 else { return }
        if parser.isWhole || atEnd || parser.body.count > HTTPAnswerParser.headLengthMax {
            throw DockerEngine.failure(parser.status, parser.body)
        }
    }

    private func take(_ events: inout [EngineEvent]) {
        guard stream?.parser.status == 200, let body = stream?.parser.takeBody() else { return }
        let room = Self.eventsMax - events.count
        events += lines.append(body, eventsMax: room).filter { seen.isNew($0) }
    }
}
