import Glibc

/// A directory for files of the moment in `$TMPDIR`, else /tmp, that only its owner may enter. It goes with the
/// object, and all files in it.
package final class ScratchDirectory {
    /// Why there is none.
    package struct Failure: Error, CustomStringConvertible {
        package var base: String
        /// `errno`
        package var code: Int32

        package var description: String {
            "cannot make a directory in \(base): \(String(cString: strerror(code)))"
        }
    }

    package let path: String

    /// - Parameter purpose: a word in its name.
    package init(for purpose: String) throws(Failure) {
        var base = "/tmp"
        if let named = getenv("TMPDIR"), named.pointee != 0 { base = String(cString: named) }
        var template = Array("\(base)/rightsize-\(purpose)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(base: base, code: errno) }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit {
        if let directory = opendir(path) {
            let descriptor = dirfd(directory)
            while let entry = readdir(directory) {
                withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                        _ = unlinkat(descriptor, name, 0)
                    }
                }
            }
            closedir(directory)
        }
        rmdir(path)
    }

    /// Writes a file that is not there yet, for its owner alone.
    /// - Returns: its path.
    package func write(_ name: String, _ bytes: [UInt8]) throws(ReplacementFile.Failure) -> String {
        let file = try ReplacementFile(of: "\(path)/\(name)")
        try file.write(bytes)
        try file.rename()
        return "\(path)/\(name)"
    }
}
