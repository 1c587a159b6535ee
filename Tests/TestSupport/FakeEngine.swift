import Glibc
import Synchronization

/// A server on a real Unix socket that answers as told, for as long as the object lives. Connections are
/// served at the same time, each by a thread of its own.
package final class FakeEngine {
    private let directory: TemporaryDirectory
    private let server: FakeEngineServer
    private var thread = pthread_t()

    package let socketPath: String

    package enum Answer: Sendable {
        /// Each request path has a body; any other is a 404.
        case bodies([String: [UInt8]], framing: Framing)
        /// Each request path has a whole answer; any other is a 404.
        case answers([String: [UInt8]])
        /// These very bytes, then the connection is closed.
        case raw([UInt8])
        /// Accepts and never answers.
        case silence
        /// One byte of an endless header every 300 ms.
        case drip
        /// The n-th connection follows the n-th list of steps, the last list is used again; then it stays
        /// open and silent.
        case script([[Step]])
        /// As `bodies`, with a stream of events beside: each connection that asks for it follows these steps.
        case watched([String: [UInt8]], events: [Step])
    }

    package enum Step: Sendable {
        case send([UInt8])
        case pause(milliseconds: UInt32)
        case close
    }

    package enum Framing: Sendable {
        case length
        case chunked
        case untilClose
        /// Says the length, keeps quiet about the connection, and closes it.
        case lengthThenClose
    }

    package init(_ answer: Answer) throws {
        directory = try TemporaryDirectory()
        socketPath = directory.path + "/engine.sock"
        let listener = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socketPath.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0, listen(listener, 8) == 0 else { throw TestFailure("bind: \(errno)") }
        server = FakeEngineServer(listener: listener, answer: answer)
        thread = try startThread(server) { $0.run() }
    }

    /// Where the requests went to, in the order of their arrival, and how many connections they took.
    package var requests: [String] { server.log.withLock { $0.targets } }
    package var connections: Int { server.log.withLock { $0.connections } }

    deinit {
        server.stop()
        pthread_join(thread, nil)
    }
}

private final class ThreadWork: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs `body` with `object` on a thread of its own.
private func startThread<Object: AnyObject & Sendable>(
    _ object: Object, _ body: @escaping @Sendable (Object) -> Void
) throws -> pthread_t {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(ThreadWork { body(object) })
    let code = pthread_create(
        &thread, nil,
        { argument in
            Unmanaged<ThreadWork>.fromOpaque(argument!).takeRetainedValue().run()
            return nil
        }, work.toOpaque())
    guard code == 0 else { throw TestFailure("pthread_create: \(code)") }
    return thread
}

private final class FakeEngineServer: Sendable {
    struct Log {
        var targets: [String] = []
        var connections = 0
    }

    let log = Mutex(Log())
    private let listener: Int32
    private let answer: FakeEngine.Answer
    /// A pipe, readable for ever once the server is to stop: nobody reads what is written.
    private let stopping: Int32
    private let stopper: Int32

    init(listener: Int32, answer: FakeEngine.Answer) {
        self.listener = listener
        self.answer = answer
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        (stopping, stopper) = (ends[0], ends[1])
    }

    deinit {
        close(listener)
        close(stopping)
        close(stopper)
    }

    func stop() { Glibc.write(stopper, "x", 1) }

    func run() {
        var threads: [pthread_t] = []
        while isReadable(listener) {
            let peer = accept(listener, nil, nil)
            guard peer >= 0 else { break }
            let number = log.withLock { log in
                defer { log.connections += 1 }
                return log.connections
            }
            let thread = try? startThread(self) { server in
                server.serve(peer, number)
                close(peer)
            }
            if let thread { threads.append(thread) }
        }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Waits until there is something to read. False when the server is to stop.
    private func isReadable(_ descriptor: Int32) -> Bool {
        var polled = [
            pollfd(fd: stopping, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&polled, 2, -1) < 0, errno == EINTR {}
        return polled[0].revents == 0
    }

    /// Sleeps. False when the server is to stop.
    private func pause(milliseconds: UInt32) -> Bool {
        var polled = pollfd(fd: stopping, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, Int32(milliseconds)) == 0
    }

    /// The next request's target; nil at the end of the connection.
    private func request(_ peer: Int32) -> String? {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
            var buffer = [UInt8](repeating: 0, count: 4096)
            guard isReadable(peer), case let count = recv(peer, &buffer, buffer.count, 0), count > 0
            else { return nil }
            bytes += buffer[..<count]
        }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        let target = words.count > 1 ? String(words[1]) : ""
        log.withLock { $0.targets.append(target) }
        return target
    }

    private func serve(_ peer: Int32, _ number: Int) {
        while let target = request(peer) {
            switch answer {
            case .bodies(let bodies, let framing):
                let body = bodies[target] ?? Array(#"{"message":"No such container"}"#.utf8)
                let status = bodies[target] == nil ? "404 Not Found" : "200 OK"
                guard write(peer, FakeEngine.bytes(status, body, framing)),
                    framing == .length || framing == .chunked
                else { return }
            case .answers(let answers):
                guard
                    write(peer, answers[target] ?? FakeEngine.bytes("404 Not Found", [], .length))
                else { return }
            case .watched(let bodies, let events):
                if target.hasPrefix("/events") {
                    guard follow(events, peer) else { return }
                } else {
                    let body = bodies[target] ?? []
                    let status = bodies[target] == nil ? "404 Not Found" : "200 OK"
                    guard write(peer, FakeEngine.bytes(status, body, .length)) else { return }
                }
            case .raw(let bytes):
                write(peer, bytes)
                return
            case .silence: break
            case .drip:
                write(peer, Array("HTTP/1.1 200 OK\r\nX-Slow: ".utf8))
                while write(peer, [UInt8(ascii: "z")]), pause(milliseconds: 300) {}
                return
            case .script(let scripts):
                guard follow(scripts[min(number, scripts.count - 1)], peer) else { return }
            }
        }
    }

    private func follow(_ steps: [FakeEngine.Step], _ peer: Int32) -> Bool {
        for step in steps {
            switch step {
            case .send(let bytes): if !write(peer, bytes) { return false }
            case .pause(let milliseconds): if !pause(milliseconds: milliseconds) { return false }
            case .close: return false
            }
        }
        return true
    }

    @discardableResult
    private func write(_ peer: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

extension FakeEngine {
    /// A whole HTTP answer.
    package static func bytes(_ status: String, _ body: [UInt8], _ framing: Framing) -> [UInt8] {
        let start = "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n"
        switch framing {
        case .length, .lengthThenClose:
            return Array("\(start)Content-Length: \(body.count)\r\n\r\n".utf8) + body
        case .untilClose: return Array("\(start)\r\n".utf8) + body
        case .chunked:
            var bytes = Array("\(start)Transfer-Encoding: chunked\r\n\r\n".utf8)
            for start in stride(from: 0, to: body.count, by: 1000) {
                bytes += chunk(body[start..<min(start + 1000, body.count)])
            }
            return bytes + Array("0\r\n\r\n".utf8)
        }
    }

    /// The start of a stream.
    package static let chunkedHead = Array(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            .utf8)

    /// One chunk of it, with an extension that means nothing.
    package static func chunk(_ data: some Collection<UInt8>) -> [UInt8] {
        Array("\(String(data.count, radix: 16));x=y\r\n".utf8) + data + [13, 10]
    }
}
