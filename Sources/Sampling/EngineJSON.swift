import Glibc

/// Reads one JSON document (RFC 8259) from front to back, and steps over what nobody asked for.
///
/// An inspect is some 10 KB, of which nine values are wanted. A decoder that makes an object of all of it
/// costs more than everything else in a tick; this one touches each byte once and makes only what is
/// asked for. What is stepped over is checked no further than its brackets and quotes.
struct EngineJSON {
    /// It is not JSON, or not of the expected shape.
    struct Malformed: Error, Equatable { var position: Int }

    /// A member's name as it is written: engines escape nothing in the names that are looked for.
    struct Key {
        fileprivate let bytes: ArraySlice<UInt8>

        static func ~= (name: StaticString, key: Key) -> Bool {
            key.bytes.count == name.utf8CodeUnitCount
                && key.bytes.withUnsafeBufferPointer { KernelFileScanner.matches($0, name) }
        }

        var text: String { EngineJSON.unescaped(bytes) }
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    private var malformed: Malformed { Malformed(position: position - bytes.startIndex) }

    /// Calls `member` for each one; it must read the value or `skip` it. `null` has none.
    mutating func members(
        _ member: (Key, inout EngineJSON) throws(Malformed) -> Void
    ) throws(Malformed) {
        if takeNull() { return }
        try list(UInt8(ascii: "{"), UInt8(ascii: "}")) { (json) throws(Malformed) in
            let key = Key(bytes: try json.quoted())
            guard json.take(UInt8(ascii: ":")) else { throw json.malformed }
            try member(key, &json)
        }
    }

    /// Calls `element` for each one, which must read it.
    mutating func elements(
        _ element: (inout EngineJSON) throws(Malformed) -> Void
    ) throws(Malformed) {
        try list(UInt8(ascii: "["), UInt8(ascii: "]"), element)
    }

    private mutating func list(
        _ open: UInt8, _ close: UInt8, _ item: (inout EngineJSON) throws(Malformed) -> Void
    ) throws(Malformed) {
        guard take(open) else { throw malformed }
        if take(close) { return }
        repeat { try item(&self) } while take(UInt8(ascii: ","))
        guard take(close) else { throw malformed }
    }

    /// Nil for `null`.
    mutating func string() throws(Malformed) -> String? {
        takeNull() ? nil : Self.unescaped(try quoted())
    }

    /// Nil for `null`. A fraction, an exponent or more than 64 bits is malformed.
    mutating func integer() throws(Malformed) -> Int64? {
        if takeNull() { return nil }
        skipSpace()
        let end = bytes[position...].firstIndex { !Self.isNumeric($0) } ?? bytes.endIndex
        guard let value = Int64(String(decoding: bytes[position..<end], as: UTF8.self)) else {
            throw malformed
        }
        position = end
        return value
    }

    mutating func bool() throws(Malformed) -> Bool? {
        if takeNull() { return nil }
        if takeWord("true") { return true }
        if takeWord("false") { return false }
        throw malformed
    }

    /// Steps over a value of any kind.
    mutating func skip() throws(Malformed) {
        var depth = 0
        repeat {
            skipSpace()
            guard position < bytes.endIndex else { throw malformed }
            switch bytes[position] {
            case UInt8(ascii: "\""): _ = try quoted()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
                guard depth >= 0 else { throw malformed }
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw malformed }
                position += 1
            case let byte where Self.isNumeric(byte) || Self.isLetter(byte):
                while position < bytes.endIndex,
                    Self.isNumeric(bytes[position]) || Self.isLetter(bytes[position])
                { position += 1 }
            default: throw malformed
            }
        } while depth > 0
    }

    /// Nothing but space follows.
    mutating func end() throws(Malformed) {
        skipSpace()
        guard position == bytes.endIndex else { throw malformed }
    }

    /// The bytes between two quotes.
    private mutating func quoted() throws(Malformed) -> ArraySlice<UInt8> {
        guard take(UInt8(ascii: "\"")) else { throw malformed }
        let start = position
        while let quote = nextQuote() {
            position = quote + 1
            // Of two backslashes, the second is the first one's.
            let escaping = bytes[start..<quote].reversed().prefix { $0 == UInt8(ascii: "\\") }
            if escaping.count.isMultiple(of: 2) { return bytes[start..<quote] }
        }
        position = bytes.endIndex
        throw malformed
    }

    private func nextQuote() -> Int? {
        bytes.withUnsafeBufferPointer { whole in
            let rest = UnsafeBufferPointer(rebasing: whole[(position - bytes.startIndex)...])
            guard let start = rest.baseAddress,
                let quote = memchr(start, Int32(UInt8(ascii: "\"")), rest.count)
            else { return nil }
            return position + (UnsafeRawPointer(quote) - UnsafeRawPointer(start))
        }
    }

    mutating func takeNull() -> Bool { takeWord("null") }

    private mutating func takeWord(_ word: StaticString) -> Bool {
        skipSpace()
        let length = word.utf8CodeUnitCount
        guard bytes.endIndex - position >= length,
            word ~= Key(bytes: bytes[position..<position + length])
        else { return false }
        position += length
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.endIndex, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.endIndex {
            switch bytes[position] {
            case 0x20, 0x0a, 0x0d, 0x09: position += 1
            default: return
            }
        }
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: ".")
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
}
