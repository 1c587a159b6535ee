import Glibc

/// One buffer, reused for every file that is read.
final class ReadBuffer {
    private var bytes: UnsafeMutableBufferPointer<UInt8>

    init(capacity: Int = 64 << 10) { bytes = .allocate(capacity: capacity) }

    deinit { bytes.deallocate() }

    /// Reads a control file from its start, wherever the descriptor stands.
    ///
    /// The kernel makes the whole text of a control file for one read (`single_open` in
    /// Documentation/filesystems/seq_file.rst), so there is no second read to see the end.
    /// - Returns: the text, valid until the next call; nil on an error, with `errno` set: `ENODEV` where
    ///   the group was removed after the file had been opened.
    @inline(__always)
    func controlFile(_ descriptor: Int32) -> UnsafeBufferPointer<UInt8>? {
        let got = pread(descriptor, bytes.baseAddress!, bytes.count, 0)
        if got >= 0, got < bytes.count {
            return UnsafeBufferPointer(start: bytes.baseAddress!, count: got)
        }
        return controlFileAgain(descriptor, got)
    }

    /// A text that filled the buffer may be longer; a read that a signal interrupted gave nothing.
    @inline(never)
    private func controlFileAgain(_ descriptor: Int32, _ first: Int) -> UnsafeBufferPointer<UInt8>?
    {
        var got = first
        while true {
            if got < 0 {
                guard errno == EINTR else { return nil }
            } else if got < bytes.count {
                return UnsafeBufferPointer(start: bytes.baseAddress!, count: got)
            } else {
                grow()
            }
            got = pread(descriptor, bytes.baseAddress!, bytes.count, 0)
        }
    }

    /// Reads any file from the descriptor's position to its end.
    /// - Returns: the text, valid until the next call; nil on an error.
    func fill(from descriptor: Int32) -> UnsafeBufferPointer<UInt8>? {
        var count = 0
        while true {
            if count == bytes.count { grow() }
            let got = Glibc.read(descriptor, bytes.baseAddress! + count, bytes.count - count)
            if got < 0 {
                if errno == EINTR { continue }
                return nil
            }
            if got == 0 { return UnsafeBufferPointer(rebasing: bytes[..<count]) }
            count += got
        }
    }

    /// Grows when a file is larger than ever before.
    private func grow() {
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count * 2)
        _ = larger.update(fromContentsOf: bytes)
        bytes.deallocate()
        bytes = larger
    }
}
