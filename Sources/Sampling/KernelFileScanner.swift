import Glibc

/// Reads the text of kernel files byte by byte: no String and no Array a file.
///
/// The kernel ends every line with a newline. A number that runs into the end of the text was cut off,
/// and a cut number is not a smaller number: it counts as missing.
struct KernelFileScanner {
    private let text: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// The one integer that a file such as `memory.current` holds; nil for `max` and anything else.
    static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var scanner = KernelFileScanner(text)
        return scanner.integer()
    }

    /// Whether the text starts with `word` followed by white space.
    static func starts(_ text: UnsafeBufferPointer<UInt8>, with word: StaticString) -> Bool {
        var scanner = KernelFileScanner(text)
        guard let found = scanner.word() else { return false }
        return matches(found, word)
    }

    /// Calls `body` with key and value for each line `key value`. Lines of another form are passed over,
    /// and so are lines whose first byte is not wanted, which saves most of the work on a `memory.stat`.
    @inline(__always)
    static func forEachKey(
        _ text: UnsafeBufferPointer<UInt8>,
        where isWanted: (_ first: UInt8) -> Bool = { _ in true },
        _ body: (_ key: UnsafeBufferPointer<UInt8>, _ value: Int64) -> Void
    ) {
        var scanner = KernelFileScanner(text)
        while !scanner.isAtEnd {
            if isWanted(scanner.text[scanner.position]), let key = scanner.word(),
                let value = scanner.integer()
            {
                body(key, value)
            }
            scanner.skipLine()
        }
    }

    /// The value on the line `key value`.
    static func value(of key: StaticString, in text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var found: Int64?
        forEachKey(text) { if matches($0, key) { found = $1 } }
        return found
    }

    static func matches(_ word: UnsafeBufferPointer<UInt8>, _ other: StaticString) -> Bool {
        guard word.count == other.utf8CodeUnitCount else { return false }
        for index in 0..<word.count where word[index] != other.utf8Start[index] { return false }
        return true
    }

    var isAtEnd: Bool { position >= text.count }

    /// The next run of bytes without blanks on this line; nil at its end, and for a word that the end
    /// of the text cuts off.
    mutating func word() -> UnsafeBufferPointer<UInt8>? {
        skipBlanks()
        let start = position
        while position < text.count, !Self.isBlankOrNewline(text[position]) { position += 1 }
        guard position > start, position < text.count else { return nil }
        return UnsafeBufferPointer(start: text.baseAddress! + start, count: position - start)
    }

    /// The next decimal integer, after a minus sign perhaps; nil when the next word is anything else,
    /// is cut off, or does not fit. Unsigned 64-bit numbers above Int64.max (`pids.max` of some
    /// engines) do not fit.
    mutating func integer() -> Int64? {
        guard let word = word() else { return nil }
        let isNegative = word[0] == UInt8(ascii: "-")
        var value: Int64 = 0
        var digits = 0
        for byte in word[(isNegative ? 1 : 0)...] {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (tens, tooBig) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !tooBig, !overflow else { return nil }
            value = sum
            digits += 1
        }
        guard digits > 0 else { return nil }
        return isNegative ? -value : value
    }

    mutating func skipLine() {
        guard position < text.count else { return }
        let rest = text.baseAddress! + position
        guard let newline = memchr(rest, Int32(UInt8(ascii: "\n")), text.count - position) else {
            position = text.count
            return
        }
        position += UnsafeRawPointer(newline) - UnsafeRawPointer(rest) + 1
    }

    private mutating func skipBlanks() {
        while position < text.count, Self.isBlank(text[position]) { position += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private static func isBlankOrNewline(_ byte: UInt8) -> Bool {
        isBlank(byte) || byte == UInt8(ascii: "\n")
    }
}
