import Glibc

/// A directory of its own for one test, removed with the object.
package final class TemporaryDirectory {
    package let path: String

    package init() throws {
        var template = Array("/tmp/rightsize-test-XXXXXX".utf8CString)
        guard let created = mkdtemp(&template) else { throw TestFailure("mkdtemp: errno \(errno)") }
        path = String(cString: created)
    }

    deinit { removeTree(path) }

    /// Writes `name`, which starts with a slash, and makes its directories.
    package func write(_ name: String, _ bytes: [UInt8]) throws {
        var directory = path
        for part in name.split(separator: "/").dropLast() {
            directory += "/" + part
            mkdir(directory, 0o755)
        }
        try writeFile(path + name, bytes)
    }
}

/// Runs `body` with the path of a directory that is removed afterwards.
@discardableResult
package func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = try TemporaryDirectory()
    return try withExtendedLifetime(directory) { try body(directory.path) }
}

package func readFile(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw TestFailure("cannot read \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
        bytes.append(contentsOf: buffer[..<count])
    }
    return bytes
}

package func writeFile(_ path: String, _ bytes: [UInt8]) throws {
    guard let file = fopen(path, "wb") else { throw TestFailure("cannot write \(path)") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
        throw TestFailure("short write to \(path)")
    }
}

/// The project's folder, from the path of the test file that calls: Tests/TARGET/FILE.swift.
package func projectPath(_ name: String, file: String = #filePath) -> String {
    "/" + file.split(separator: "/").dropLast(3).joined(separator: "/") + "/" + name
}

/// The path of `name` in the Fixtures folder beside the test file that calls.
package func fixturePath(_ name: String, file: String = #filePath) -> String {
    "/" + file.split(separator: "/").dropLast().joined(separator: "/") + "/Fixtures/" + name
}

package struct TestFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

private func removeTree(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
        let directory = opendir(path)
    else {
        unlink(path)
        return
    }
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { removeTree(path + "/" + name) }
    }
    closedir(directory)
    rmdir(path)
}
