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

    /// Calls `body` with the key of each line `key value`, and with a scanner that stands before the
    /// value. Only lines whose first byte is wanted are looked at, which saves most of the work on a
    /// `memory.stat`. A last line without its end was cut off, and so is its value.
    @inline(__always)
    static func forEachKey(
        _ text: UnsafeBufferPointer<UInt8>,
        where isWanted: (_ first: UInt8) -> Bool = { _ in true },
        _ body: (_ key: UnsafeBufferPointer<UInt8>, _ value: inout KernelFileScanner) -> Void
    ) {
        var start = 0
        while let end = index(of: UInt8(ascii: "\n"), in: text, from: start, to: text.count) {
            defer { start = end + 1 }
            guard isWanted(text[start]),
                let blank = index(of: UInt8(ascii: " "), in: text, from: start, to: end)
            else { continue }
            var value = KernelFileScanner(text)
            value.position = blank
            body(UnsafeBufferPointer(rebasing: text[start..<blank]), &value)
        }
    }

    /// memchr(3) looks at 32 bytes at a time.
    @inline(__always)
    private static func index(
        of byte: UInt8, in text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) -> Int? {
        guard start < end, let base = text.baseAddress,
            let found = memchr(base + start, Int32(byte), end - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// The value on the line `key value`.
    static func value(of key: StaticString, in text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var found: Int64?
        forEachKey(text) { word, value in
            if matches(word, key) { found = value.count() }
        }
        return found
    }

    @inline(__always)
    static func matches(_ word: UnsafeBufferPointer<UInt8>, _ other: StaticString) -> Bool {
        // Most words differ in length, which the compiler knows of `other`.
        guard word.count == other.utf8CodeUnitCount, let start = word.baseAddress else {
            return false
        }
        return memcmp(start, other.utf8Start, word.count) == 0
    }

    var isAtEnd: Bool { position >= text.count }

    /// The next run of bytes without blanks on this line; nil at its end, and for a word that the end
    /// of the text cuts off.
    @inline(__always)
    mutating func word() -> UnsafeBufferPointer<UInt8>? {
        skipBlanks()
        var end = position
        while end < text.count, !Self.isBlankOrNewline(text[end]) { end += 1 }
        let start = position
        position = end
        guard end > start, end < text.count else { return nil }
        return UnsafeBufferPointer(start: text.baseAddress! + start, count: end - start)
    }

    /// The next decimal integer, after a minus sign perhaps; nil when the next word is anything else,
    /// is cut off, or does not fit. Unsigned 64-bit numbers above Int64.max (`pids.max` of some
    /// engines) do not fit.
    mutating func integer() -> Int64? {
        skipBlanks()
        var end = position
        let isNegative = end < text.count && text[end] == UInt8(ascii: "-")
        if isNegative { end += 1 }
        let firstDigit = end
        var value: Int64 = 0
        var isTooBig = false
        while end < text.count, case let digit = text[end] &- UInt8(ascii: "0"), digit <= 9 {
            let (tens, tensOverflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = tens.addingReportingOverflow(Int64(digit))
            if tensOverflow || sumOverflow { isTooBig = true }
            value = sum
            end += 1
        }
        position = end
        guard end > firstDigit, end < text.count, Self.isBlankOrNewline(text[end]), !isTooBig else {
            return nil
        }
        return isNegative ? -value : value
    }

    /// The next integer where it is not below zero: no counter and no gauge is, and what is nevertheless
    /// is damaged, which is as good as missing.
    mutating func count() -> Int64? {
        guard let integer = integer(), integer >= 0 else { return nil }
        return integer
    }

    @inline(__always)
    mutating func skipLine() {
        let end = Self.index(of: UInt8(ascii: "\n"), in: text, from: position, to: text.count)
        position = end.map { $0 + 1 } ?? text.count
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
