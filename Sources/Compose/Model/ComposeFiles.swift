/// Where the text of Compose files comes from: the disk, with files in memory before it.
package struct ComposeFiles: Sendable {
    private var memory: [String: [UInt8]]
    private var isDiskRead: Bool

    /// The disk alone.
    package static let disk = ComposeFiles(memory: [:], isDiskRead: true)

    /// Nothing but these files, by path.
    package static func only(_ files: [String: [UInt8]]) -> ComposeFiles {
        ComposeFiles(memory: files, isDiskRead: false)
    }

    /// The same with the content of some files replaced.
    func replacing(_ files: [String: [UInt8]]) -> ComposeFiles {
        ComposeFiles(
            memory: memory.merging(files) { _, new in new }, isDiskRead: isDiskRead)
    }

    /// - Throws: `missing`, `unreadable`, `notAFile`, `tooLarge`.
    func read(_ path: String) throws(ComposeError) -> [UInt8] {
        if let bytes = memory[path] { return bytes }
        guard isDiskRead else {
            throw ComposeError(.missing, path: path, "there is no such file; check the path")
        }
        return try SourceText.readFile(path)
    }

    /// The content, where there is such a file that can be read.
    func readIfPresent(_ path: String) throws(ComposeError) -> [UInt8]? {
        do throws(ComposeError) {
            return try read(path)
        } catch  where error.kind == .missing {
            return nil
        }
    }
}

/// Paths as Compose joins them.
enum ComposePath {
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func join(_ directory: String, _ path: String) -> String {
        var path = path[...]
        if path.hasPrefix("/") { return String(path) }
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        if directory.isEmpty || directory == "." { return String(path) }
        return directory.hasSuffix("/") ? directory + path : directory + "/" + path
    }
}
