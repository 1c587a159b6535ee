extension EngineJSON {
    /// A string's bytes without their escapes. An escape that means nothing stays as it is; half a
    /// surrogate pair and bytes that are not UTF-8 become U+FFFD, as in Go's decoder.
    static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(UInt8(ascii: "\\")) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
                plain.append(byte)
                continue
            }
            switch escape {
            case UInt8(ascii: "n"): plain.append(0x0a)
            case UInt8(ascii: "t"): plain.append(0x09)
            case UInt8(ascii: "r"): plain.append(0x0d)
            case UInt8(ascii: "b"): plain.append(0x08)
            case UInt8(ascii: "f"): plain.append(0x0c)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(escape)
            case UInt8(ascii: "u"):
                plain.append(contentsOf: Character(scalar(&rest)).utf8)
            default: plain += [byte, escape]
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// The character of `\uXXXX`, and of the second half of a surrogate pair.
    private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard let first = codeUnit(rest.prefix(4)) else { return replacement }
        rest = rest.dropFirst(4)
        guard (0xd800...0xdbff).contains(first) else {
            return Unicode.Scalar(first) ?? replacement
        }
        guard rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]),
            let second = codeUnit(rest.dropFirst(2).prefix(4)), (0xdc00...0xdfff).contains(second)
        else { return replacement }
        rest = rest.dropFirst(6)
        return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)) ?? replacement
    }

    private static func codeUnit(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
