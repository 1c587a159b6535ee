import Glibc

/// The variables that Compose fills into a file: those of the process, and of `.env` what these do not
/// have.
package struct ComposeEnvironment: Sendable {
    private var values: [String: String]
    /// Where a variable of a `.env` file is set.
    private(set) var origins: [String: Origin] = [:]
    /// Where a variable of the process is set in a `.env` file too, which then does not count.
    private(set) var overridden: [String: Origin] = [:]

    struct Origin: Hashable, Sendable {
        var path: String
        var line: Int
    }

    package init(_ values: [String: String] = [:]) { self.values = values }

    /// The variables of this process.
    package static var process: ComposeEnvironment {
        var values: [String: String] = [:]
        var place = environ
        while let text = place.pointee {
            let entry = String(cString: text)
            if let equals = entry.firstIndex(of: "=") {
                values[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
            }
            place += 1
        }
        return ComposeEnvironment(values)
    }

    subscript(name: String) -> String? { values[name] }

    /// Takes from a `.env` file what is not set yet.
    mutating func addDotEnv(_ text: String, path: String) {
        let present = values
        // Of a name that is there twice, the last counts.
        for entry in DotEnv.entries(of: text) {
            guard present[entry.name] == nil else {
                if origins[entry.name] == nil {
                    overridden[entry.name] = Origin(path: path, line: entry.line)
                }
                continue
            }
            values[entry.name] = filled(entry)
            origins[entry.name] = Origin(path: path, line: entry.line)
        }
    }

    /// A value may use variables that come before it. One that cannot be filled in stays as it is written.
    private func filled(_ entry: DotEnv.Entry) -> String {
        guard entry.isInterpolated, entry.value.utf8.contains(UInt8(ascii: "$")) else {
            return entry.value
        }
        var unset: [String] = []
        do throws(Template.Failure) {
            return try Template(entry.value).filled(from: self, unset: &unset)
        } catch {
            return entry.value
        }
    }
}

/// The format of `.env` files: `NAME=value` lines, `#` comments, `export`, single quotes (as they are) and
/// double quotes (with escapes and interpolation).
///
/// Source: the Compose specification, "Env_file format".
enum DotEnv {
    struct Entry {
        var name: String
        var value: String
        var isInterpolated: Bool
        /// The bytes of the value as it is written, without its quotes.
        var range: Range<Int>
        /// Counted from 1.
        var line: Int
    }

    static func entries(of file: SourceText) -> [Entry] {
        entries(of: file.text(in: file.bytes.indices))
    }

    /// Lines that are none of the format are passed over: what they mean is not ours to decide.
    static func entries(of text: String) -> [Entry] {
        var entries: [Entry] = []
        let bytes = Array(text.utf8)
        var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        while position < bytes.count {
            let start = position
            if let entry = entry(bytes, &position, line) { entries.append(entry) }
            // To the end of the line where the entry ended.
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            position = min(position + 1, bytes.count)
            line += bytes[start..<position].count { $0 == UInt8(ascii: "\n") }
        }
        return entries
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    private static func entry(_ bytes: [UInt8], _ position: inout Int, _ line: Int) -> Entry? {
        func skipBlanks() {
            while position < bytes.count, isBlank(bytes[position]) { position += 1 }
        }
        skipBlanks()
        if bytes[position...].starts(with: Array("export ".utf8)) {
            position += 7
            skipBlanks()
        }
        let nameStart = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "="),
            bytes[position] != UInt8(ascii: ":"), bytes[position] != UInt8(ascii: "\n"),
            bytes[position] != UInt8(ascii: "#")
        { position += 1 }
        guard position < bytes.count,
            bytes[position] == UInt8(ascii: "=") || bytes[position] == UInt8(ascii: ":")
        else { return nil }
        var name = bytes[nameStart..<position]
        while let last = name.last, isBlank(last) { name.removeLast() }
        guard !name.isEmpty else { return nil }
        position += 1
        skipBlanks()
        let (value, isInterpolated, range) = value(bytes, &position)
        return Entry(
            name: String(decoding: name, as: UTF8.self),
            value: String(decoding: value, as: UTF8.self), isInterpolated: isInterpolated,
            range: range, line: line)
    }

    private static func value(_ bytes: [UInt8], _ position: inout Int) -> (
        [UInt8], Bool, Range<Int>
    ) {
        guard position < bytes.count else { return ([], false, position..<position) }
        let quote = bytes[position]
        if quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
            let start = position + 1
            var end = start
            while end < bytes.count, bytes[end] != quote {
                end += bytes[end] == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"") ? 2 : 1
            }
            if end < bytes.count {
                position = end + 1
                let raw = Array(bytes[start..<end])
                return quote == UInt8(ascii: "'")
                    ? (raw, false, start..<end) : (unescaped(raw), true, start..<end)
            }
        }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
            if bytes[position] == UInt8(ascii: "#"),
                position == start || isBlank(bytes[position - 1])
            {
                break
            }
            position += 1
        }
        var raw = bytes[start..<position]
        while let last = raw.last, isBlank(last) { raw.removeLast() }
        return (Array(raw), true, raw.indices)
    }

    private static func unescaped(_ raw: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isEscaped = false
        for byte in raw {
            if isEscaped {
                switch byte {
                case UInt8(ascii: "n"): result.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "r"): result.append(UInt8(ascii: "\r"))
                case UInt8(ascii: "t"): result.append(UInt8(ascii: "\t"))
                case UInt8(ascii: "$"): result += [UInt8(ascii: "$"), UInt8(ascii: "$")]
                default: result.append(byte)
                }
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
