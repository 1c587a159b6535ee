import Glibc

/// One open directory of control files. Files are read relative to it, so that a group which is removed
/// and made anew under the same path meanwhile is not mixed up with the old one.
struct CgroupDirectory: ~Copyable {
    private let descriptor: Int32

    /// Nil when there is no such directory or it may not be read.
    init?(path: String) {
        let opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { return nil }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Reads a whole control file into `buffer` and hands its text to `body`.
    /// - Returns: nil when the file is missing or cannot be read: metrics of absent files are absent.
    func read<Result>(
        _ name: StaticString, into buffer: ReadBuffer,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result?
    ) -> Result? {
        let path = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        let file = openat(descriptor, path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard let text = buffer.fill(from: file) else { return nil }
        return body(text)
    }

    /// The integer that a one-number file holds.
    func integer(_ name: StaticString, into buffer: ReadBuffer) -> Int64? {
        read(name, into: buffer, KernelFileScanner.integer)
    }
}

/// One buffer, reused for every file that is read.
final class ReadBuffer {
    private var bytes: UnsafeMutableBufferPointer<UInt8>

    init(capacity: Int = 64 << 10) { bytes = .allocate(capacity: capacity) }

    deinit { bytes.deallocate() }

    /// Reads from the descriptor's position to its end; grows when a file is larger than ever before.
    /// - Returns: the text, valid until the next call; nil on an error (`ENODEV` where the group was
    ///   removed between opening and reading).
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

    private func grow() {
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count * 2)
        _ = larger.update(fromContentsOf: bytes)
        bytes.deallocate()
        bytes = larger
    }
}
