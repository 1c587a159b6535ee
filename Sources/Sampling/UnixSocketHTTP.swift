import Glibc

/// A GET-only HTTP/1.1 client on a Unix socket: one request a connection, a limit on time and size.
struct UnixSocketHTTP: Sendable {
    let socketPath: String
    /// For the whole exchange, not for each read: a peer that drips bytes does not stretch it.
    var timeoutSeconds = 2
    /// The largest answer that is taken; an inspect of one container is some 10 KB.
    var answerLengthMax = 64 << 20

    struct Answer: Equatable {
        var status: Int
        var body: [UInt8]
    }

    func get(_ target: String) throws(EngineFailure) -> Answer {
        let deadline = Self.now() + Int64(timeoutSeconds) * 1000
        let descriptor = try connect(deadline)
        defer { close(descriptor) }
        let request =
            "GET \(target) HTTP/1.1\r\nHost: docker\r\nAccept: application/json\r\n"
            + "User-Agent: rightsize\r\nConnection: close\r\n\r\n"
        try send(Array(request.utf8), to: descriptor, deadline)
        var parser = HTTPAnswerParser()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            try wait(for: POLLIN, on: descriptor, deadline)
            let count = Glibc.recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                throw .system(String(cString: strerror(errno)))
            }
            if count == 0 { return try parser.finish() }
            parser.append(buffer[..<count])
            guard parser.length <= answerLengthMax else {
                throw .rubbish("an answer of more than \(answerLengthMax >> 20) MiB")
            }
            if let answer = try parser.answer() { return answer }
        }
    }

    private func connect(_ deadline: Int64) throws(EngineFailure) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socketPath.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw .system("the socket's path is longer than the kernel takes (107 bytes)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let descriptor = socket(
            AF_UNIX,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
                | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw .system(String(cString: strerror(errno))) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code != 0 else { return descriptor }
        let reason = errno
        close(descriptor)
        switch reason {
        case ENOENT, ENOTDIR: throw .noSocket
        case ECONNREFUSED: throw .refused
        case EACCES, EPERM: throw .permission
        // A full backlog on a Unix socket: nobody accepts.
        case EAGAIN: throw .timeout(seconds: timeoutSeconds)
        default: throw .system(String(cString: strerror(reason)))
        }
    }

    private func send(
        _ bytes: [UInt8], to descriptor: Int32, _ deadline: Int64
    ) throws(EngineFailure) {
        var sent = 0
        while sent < bytes.count {
            try wait(for: POLLOUT, on: descriptor, deadline)
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                throw .system(String(cString: strerror(errno)))
            }
            sent += count
        }
    }

    private func wait(
        for events: Int32, on descriptor: Int32, _ deadline: Int64
    ) throws(EngineFailure) {
        while true {
            let left = deadline - Self.now()
            guard left > 0 else { throw .timeout(seconds: timeoutSeconds) }
            var polled = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let ready = poll(&polled, 1, Int32(left))
            if ready > 0 { return }
            guard ready == 0 || errno == EINTR else {
                throw .system(String(cString: strerror(errno)))
            }
        }
    }

    /// Monotonic milliseconds.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
