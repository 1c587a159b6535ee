import Glibc

/// A GET-only HTTP/1.1 client on a Unix socket: one kept connection, a limit on time and size.
///
/// A hundred containers are a hundred and one requests; a connection for each would make the engine
/// start and end as many goroutines.
final class UnixSocketHTTP {
    private let socketPath: String
    /// For each whole exchange.
    private let timeoutSeconds: Int
    /// The largest answer that is taken; an inspect of one container is some 10 KB.
    private let answerLengthMax: Int
    /// Between two requests; nil before the first one, and when the last answer ended the connection.
    private var socket: EngineSocket?
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    struct Answer: Equatable {
        var status: Int
        var body: [UInt8]
    }

    init(socketPath: String, timeoutSeconds: Int = 2, answerLengthMax: Int = 64 << 20) {
        self.socketPath = socketPath
        self.timeoutSeconds = timeoutSeconds
        self.answerLengthMax = answerLengthMax
    }

    func get(_ target: String) throws(EngineFailure) -> Answer {
        let deadline = EngineDeadline(seconds: timeoutSeconds)
        // The engine may close a kept connection at any time. A GET that was not answered with a single
        // byte may be sent again (RFC 9112, section 9.3.1), once.
        if socket != nil, let answer = try exchange(target, deadline) { return answer }
        socket = try EngineSocket(connecting: socketPath, deadline)
        guard let answer = try exchange(target, deadline) else {
            throw .rubbish("it closed without an answer")
        }
        return answer
    }

    /// - Returns: nil when the connection ended before the first byte of an answer.
    private func exchange(
        _ target: String, _ deadline: EngineDeadline
    ) throws(EngineFailure) -> Answer? {
        // Taken out: whatever fails below also ends the connection.
        guard let connection = socket.take(),
            try connection.send(Self.request(target), deadline)
        else { return nil }
        var parser = HTTPAnswerParser()
        while !parser.isWhole {
            switch try connection.receive(into: &buffer) {
            case .nothingYet: try connection.wait(for: POLLIN, deadline)
            case .end:
                if parser.length == 0 { return nil }
                try parser.finish()
                return Answer(status: parser.status, body: parser.body)
            case .bytes(let count):
                // Also asked here: a peer that never lets the socket run dry is never waited for.
                guard deadline.left > 0 else { throw .timeout(seconds: timeoutSeconds) }
                guard parser.length + count <= answerLengthMax else {
                    throw .rubbish("an answer of more than \(answerLengthMax >> 20) MiB")
                }
                try parser.append(buffer[..<count])
            }
        }
        if parser.keepsConnection { socket = consume connection }
        return Answer(status: parser.status, body: parser.body)
    }

    static func request(_ target: String) -> [UInt8] {
        Array(
            ("GET \(target) HTTP/1.1\r\nHost: docker\r\nAccept: application/json\r\n"
                + "User-Agent: rightsize\r\n\r\n").utf8)
    }
}
