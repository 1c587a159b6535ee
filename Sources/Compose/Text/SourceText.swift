import Glibc

/// A place in a text, as editors show it: both counted from 1, the column in Unicode code points.
package struct SourcePosition: Hashable, Sendable {
    package var line: Int
    package var column: Int
}

extension SourcePosition: CustomStringConvertible {
    package var description: String { "\(line):\(column)" }
}

/// The bytes of a text file with what is needed to name places in them. Lines are for people only:
/// edits go by byte offsets, since libyaml, editors and diff do not agree on what ends a line.
package struct SourceText: Sendable {
    package let bytes: [UInt8]
    package let path: String
    package let isASCII: Bool
    /// How many code points it has, where YAML takes all of them and no byte order mark is among them.
    let printableCount: Int?
    /// The offset of every line's first byte. Lines end at LF; in a file without any LF, at CR.
    private let lineStarts: [Int32]

    /// The largest file that is read. Larger ones are not Compose files that people write, and every
    /// node of the tree costs memory.
    static let byteCountMax = 32 << 20

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    package var hasByteOrderMark: Bool { bytes.starts(with: Self.byteOrderMark) }

    /// The offset of the first byte that is text: after a byte order mark.
    var textStart: Int { hasByteOrderMark ? Self.byteOrderMark.count : 0 }

    /// - Throws: `tooLarge`, `notUTF8`.
    init(bytes: [UInt8], path: String) throws(ComposeError) {
        guard bytes.count <= Self.byteCountMax else {
            throw ComposeError(
                .tooLarge, path: path,
                "\(bytes.count) bytes are more than the \(Self.byteCountMax) that are read; "
                    + "split the file")
        }
        let lineStarts = Self.findLineStarts(bytes)
        let isPrintableASCII = bytes.withUnsafeBytes(PrintableText.isASCII)
        do throws(UTF8.ValidationError) {
            isASCII = isPrintableASCII ? true : try UTF8Span(validating: bytes.span).isKnownASCII
        } catch {
            let offset = error.byteOffsets.lowerBound
            let line = Self.lineIndex(of: offset, in: lineStarts)
            let before = bytes[Int(lineStarts[line])..<offset]
            throw ComposeError(
                .notUTF8, path: path,
                at: SourcePosition(
                    line: line + 1, column: before.count { $0 & 0xC0 != 0x80 } + 1),
                "not UTF-8: byte \(offset) is 0x\(hexadecimal(bytes[offset])) where "
                    + "no UTF-8 sequence allows it; convert the file, for example with "
                    + "`iconv -f ISO-8859-1 -t UTF-8`")
        }
        // A mark at the start is libyaml's to skip.
        printableCount =
            isPrintableASCII
            ? bytes.count
            : bytes.starts(with: Self.byteOrderMark)
                ? nil : bytes.withUnsafeBytes(PrintableText.codePoints)
        self.bytes = bytes
        self.path = path
        self.lineStarts = lineStarts
    }

    /// The text of a file that begins with a byte order mark of UTF-16, which YAML allows; nil for others.
    ///
    /// - Throws: `tooLarge`, `unsupportedEncoding` for UTF-32 and for what is not UTF-16 after all.
    static func utf8(fromUTF16 bytes: [UInt8], path: String) throws(ComposeError) -> [UInt8]? {
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        guard isLittle || bytes.starts(with: [0xFE, 0xFF]), bytes.count <= byteCountMax else {
            return nil
        }
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for place in stride(from: 2, to: bytes.count - 1, by: 2) {
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            units.append(isLittle ? second << 8 | first : first << 8 | second)
        }
        guard bytes.count % 2 == 0, !units.contains(0),
            let text = String(validating: units, as: UTF16.self)
        else {
            throw ComposeError(
                .unsupportedEncoding, path: path,
                "begins like UTF-16 or UTF-32 (byte order mark at offset 0) and is not UTF-16; convert "
                    + "it with `iconv -t UTF-8` first")
        }
        return Array(text.utf8)
    }

    /// The line of a byte offset, counted from 1.
    package func line(at offset: Int) -> Int { Self.lineIndex(of: offset, in: lineStarts) + 1 }

    /// The same, fast where it is not far behind the line that was asked for before.
    func line(at offset: Int, near index: inout Int) -> Int {
        if lineStarts[index] > offset { index = Self.lineIndex(of: offset, in: lineStarts) }
        for _ in 0..<32 {
            guard index + 1 < lineStarts.count, lineStarts[index + 1] <= offset else {
                return index + 1
            }
            index += 1
        }
        index = Self.lineIndex(of: offset, in: lineStarts)
        return index + 1
    }

    package func position(at offset: Int) -> SourcePosition {
        let index = Self.lineIndex(of: offset, in: lineStarts)
        let start = max(Int(lineStarts[index]), textStart)
        let end = min(max(offset, start), bytes.count)
        let column = bytes[start..<end].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        return SourcePosition(line: index + 1, column: column)
    }

    package func text(in range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    private static func findLineStarts(_ bytes: [UInt8]) -> [Int32] {
        let lineFeed = UInt8(ascii: "\n")
        let end = bytes.contains(lineFeed) ? lineFeed : UInt8(ascii: "\r")
        // What is not touched costs nothing.
        var starts: [Int32] = []
        starts.reserveCapacity(bytes.count / 16 + 1)
        starts.append(0)
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            var offset = 0
            while let found = memchr(start + offset, Int32(end), bytes.count - offset) {
                offset = UnsafeRawPointer(found) - start + 1
                starts.append(Int32(offset))
            }
        }
        return starts
    }

    private static func lineIndex(of offset: Int, in starts: [Int32]) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}

private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return byte < 16 ? "0" + digits : digits
}
