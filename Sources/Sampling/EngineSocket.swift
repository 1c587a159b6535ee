import Glibc

/// The end of one exchange on the monotonic clock: for the whole of it, not for each read, so that a peer
/// that drips bytes does not stretch it.
struct EngineDeadline {
    let seconds: Int
    private let end: Int64

    init(seconds: Int) {
        self.seconds = seconds
        end = KernelClock.monotonic.milliseconds + Int64(seconds) * 1000
    }

    /// Milliseconds, not below 0.
    var left: Int64 { max(0, end - KernelClock.monotonic.milliseconds) }
}

/// A connected Unix stream socket that never blocks and closes itself.
struct EngineSocket: ~Copyable {
    let descriptor: Int32

    init(
        connecting socketPath: String, _ deadline: EngineDeadline
    ) throws(EngineFailure) {
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
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        let reason = errno
        guard code == 0 else {
            close(descriptor)
            switch reason {
            case ENOENT, ENOTDIR: throw .noSocket
            case ECONNREFUSED: throw .refused
            case EACCES, EPERM: throw .permission
            // A full backlog on a Unix socket: nobody accepts.
            case EAGAIN: throw .timeout(seconds: deadline.seconds)
            default: throw .system(String(cString: strerror(reason)))
            }
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    enum Received: Equatable {
        case bytes(Int)
        case nothingYet
        /// The peer closed, or was killed.
        case end
    }

    /// What has arrived, at most a full buffer.
    func receive(into buffer: inout [UInt8]) throws(EngineFailure) -> Received {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        switch errno {
        case EINTR, EAGAIN: return .nothingYet
        case ECONNRESET: return .end
        default: throw .system(String(cString: strerror(errno)))
        }
    }

    /// - Returns: false when the peer has closed.
    func send(_ bytes: [UInt8], _ deadline: EngineDeadline) throws(EngineFailure) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: try wait(for: POLLOUT, deadline)
            case EPIPE, ECONNRESET: return false
            default: throw .system(String(cString: strerror(errno)))
            }
        }
        return true
    }

    func wait(for events: Int32, _ deadline: EngineDeadline) throws(EngineFailure) {
        while true {
            let left = deadline.left
            guard left > 0 else { throw .timeout(seconds: deadline.seconds) }
            var polled = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let ready = poll(&polled, 1, Int32(left))
            if ready > 0 { return }
            guard ready == 0 || errno == EINTR else {
                throw .system(String(cString: strerror(errno)))
            }
        }
    }
}
