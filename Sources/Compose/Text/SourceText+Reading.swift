import Glibc

extension SourceText {
    /// Reads a whole regular file.
    ///
    /// - Throws: `missing`, `unreadable`, `notAFile`, and what `init(bytes:path:)` throws.
    init(path: String) throws(ComposeError) {
        try self.init(bytes: Self.readFile(path), path: path)
    }

    static func readFile(_ path: String) throws(ComposeError) -> [UInt8] {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR:
            throw ComposeError(
                .notAFile, path: path,
                "is a directory; name the Compose file in it, such as \(path)/docker-compose.yml")
        default:
            throw ComposeError(.notAFile, path: path, "is not a regular file; copy it to one first")
        }
        guard Int(status.st_size) <= byteCountMax else {
            throw ComposeError(
                .tooLarge, path: path,
                "\(status.st_size) bytes are more than the \(byteCountMax) that are read; "
                    + "split the file")
        }
        return try readToEnd(descriptor, expected: Int(status.st_size), path: path)
    }

    private static func readToEnd(
        _ descriptor: Int32, expected: Int, path: String
    ) throws(ComposeError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(expected + 1)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        // A file that grows while it is read ends at the cap, where init(bytes:path:) refuses it.
        while bytes.count <= byteCountMax {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }

    private static func unreadable(_ path: String, _ code: Int32) -> ComposeError {
        switch code {
        case ENOENT, ENOTDIR:
            ComposeError(.missing, path: path, "there is no such file; check the path")
        case EACCES, EPERM:
            ComposeError(
                .unreadable, path: path,
                "no permission to read it; run as a user who may, or change its mode")
        default:
            ComposeError(.unreadable, path: path, "cannot be read: \(systemMessage(code))")
        }
    }
}

/// The C library's words for an error number.
func systemMessage(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}
