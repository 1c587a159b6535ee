import Glibc

/// A server on a real Unix socket that answers as told, for as long as the object lives.
package final class FakeEngine {
    private let directory: TemporaryDirectory
    private let listener: Int32
    private var thread = pthread_t()

    package var socketPath: String { directory.path + "/engine.sock" }

    package enum Answer: Sendable {
        /// Each request path has a body; any other is a 404.
        case bodies([String: [UInt8]], framing: Framing)
        /// These very bytes, then the connection is closed.
        case raw([UInt8])
        /// Accepts and never answers.
        case silence
        /// One byte of an endless header every 300 ms.
        case drip
    }

    package enum Framing: Sendable { case length, chunked, untilClose }

    package init(_ answer: Answer) throws {
        directory = try TemporaryDirectory()
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array((directory.path + "/engine.sock").utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0, listen(listener, 8) == 0 else { throw TestFailure("bind: \(errno)") }
        let server = Unmanaged.passRetained(Server(listener: listener, answer: answer))
        let started = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Server>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, server.toOpaque())
        guard started == 0 else { throw TestFailure("pthread_create: \(started)") }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        pthread_join(thread, nil)
        close(listener)
    }
}

private final class Server {
    let listener: Int32
    let answer: FakeEngine.Answer

    init(listener: Int32, answer: FakeEngine.Answer) {
        self.listener = listener
        self.answer = answer
    }

    func run() {
        while case let peer = accept(listener, nil, nil), peer >= 0 {
            serve(peer)
            close(peer)
        }
    }

    private func serve(_ peer: Int32) {
        var request = [UInt8](repeating: 0, count: 4096)
        let count = recv(peer, &request, request.count, 0)
        let words = String(decoding: request[..<max(0, count)], as: UTF8.self).split(
            separator: " ")
        switch answer {
        case .bodies(let bodies, let framing):
            let target = words.count > 1 ? String(words[1]) : ""
            if let body = bodies[target] {
                write(peer, Self.answer("200 OK", body, framing))
            } else {
                let body = Array(#"{"message":"No such container"}"#.utf8)
                write(peer, Self.answer("404 Not Found", body, framing))
            }
        case .raw(let bytes): write(peer, bytes)
        case .silence:
            var byte: UInt8 = 0
            while recv(peer, &byte, 1, 0) > 0 {}
        case .drip:
            write(peer, Array("HTTP/1.1 200 OK\r\nX-Slow: ".utf8))
            while write(peer, [UInt8(ascii: "z")]) { usleep(300_000) }
        }
    }

    private static func answer(
        _ status: String, _ body: [UInt8], _ framing: FakeEngine.Framing
    ) -> [UInt8] {
        let start = "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n"
        switch framing {
        case .length: return Array("\(start)Content-Length: \(body.count)\r\n\r\n".utf8) + body
        case .untilClose: return Array("\(start)\r\n".utf8) + body
        case .chunked:
            var bytes = Array("\(start)Transfer-Encoding: chunked\r\n\r\n".utf8)
            for start in stride(from: 0, to: body.count, by: 1000) {
                let chunk = body[start..<min(start + 1000, body.count)]
                bytes += Array("\(String(chunk.count, radix: 16));x=y\r\n".utf8) + chunk + [13, 10]
            }
            return bytes + Array("0\r\n\r\n".utf8)
        }
    }

    @discardableResult
    private func write(_ peer: Int32, _ bytes: [UInt8]) -> Bool {
        send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }
}
