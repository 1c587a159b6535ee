import Glibc

/// Bytes that are kept for later: the first 16 MiB in memory, more in a file without a name, which goes
/// with the process however that ends.
final class SpillFile {
    private var buffer: [UInt8] = []
    /// Where the buffer begins among all bytes.
    private var bufferStart = 0
    private var descriptor: Int32 = -1
    private let directory: String

    private let bufferLimit: Int

    init(directory: String, bufferLimit: Int = 16 << 20) {
        self.directory = directory
        self.bufferLimit = bufferLimit
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// - Returns: where the bytes begin.
    func append(_ bytes: [UInt8]) throws(ExchangeError) -> Int {
        if buffer.count + bytes.count > bufferLimit { try writeOut() }
        let start = bufferStart + buffer.count
        buffer += bytes
        return start
    }

    /// Hands `count` bytes from `start` on to `body`.
    func read<Result>(
        _ start: Int, count: Int, _ body: (UnsafeRawBufferPointer) throws(ExchangeError) -> Result
    ) throws(ExchangeError) -> Result {
        if start >= bufferStart {
            let range = (start - bufferStart)..<(start - bufferStart + count)
            return try buffer.withUnsafeBufferPointer { (held) throws(ExchangeError) in
                try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(held)[range]))
            }
        }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
        defer { copy.deallocate() }
        var done = 0
        while done < count {
            let got = pread(descriptor, copy.baseAddress! + done, count - done, off_t(start + done))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw failure("read", got < 0 ? errno : EIO) }
            done += got
        }
        return try body(UnsafeRawBufferPointer(copy))
    }

    private func writeOut() throws(ExchangeError) {
        if descriptor < 0 { try create() }
        var done = 0
        while done < buffer.count {
            let put = buffer.withUnsafeBytes {
                pwrite(
                    descriptor, $0.baseAddress! + done, buffer.count - done,
                    off_t(bufferStart + done))
            }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { throw failure("write", put < 0 ? errno : ENOSPC) }
            done += put
        }
        bufferStart += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    private func create() throws(ExchangeError) {
        // open(2), O_TMPFILE: a file that never had a name. Some file systems have none.
        let flagOfTemporaryFiles: Int32 = 0o20_000_000
        descriptor = open(
            directory, O_RDWR | O_DIRECTORY | O_CLOEXEC | flagOfTemporaryFiles, 0o600)
        if descriptor >= 0 { return }
        var template = Array("\(directory)/rightsize-import-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure("make", errno) }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    private func failure(_ action: String, _ code: Int32) -> ExchangeError {
        .system(file: "the temporary file in \(directory)", action: action, code: code)
    }
}
