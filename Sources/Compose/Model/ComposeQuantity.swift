internal import Measures

/// A scalar as the YAML 1.2 core schema (with Compose's octal `010` and `_`) sees it. Whether a value
/// was quoted matters: `010` is 8, `'010'` is the text 010.
enum ComposeScalar: Equatable {
    case null
    case integer(Int64)
    /// A number with a point or an exponent.
    case decimal(Double)
    case text(String)
    /// Has a `$`: Compose fills it in from the environment.
    case interpolated(String)

    init(_ text: String, isPlain: Bool) {
        if text.utf8.contains(UInt8(ascii: "$")) {
            self = .interpolated(text)
        } else if !isPlain {
            self = .text(text)
        } else if ["", "~", "null", "Null", "NULL"].contains(text) {
            self = .null
        } else if let integer = Self.integer(text) {
            self = .integer(integer)
        } else if let decimal = decimalNumber(text) {
            self = .decimal(decimal)
        } else {
            self = .text(text)
        }
    }

    private static func integer(_ text: String) -> Int64? {
        var digits = text.filter { $0 != "_" }[...]
        guard digits.first != nil, text.first != "_" else { return nil }
        let sign = digits.first == "-" ? "-" : ""
        if digits.first == "-" || digits.first == "+" { digits = digits.dropFirst() }
        guard let first = digits.first, first.isASCII, first.isNumber else { return nil }
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)]
        where digits.hasPrefix(prefix) && digits.count > prefix.count {
            return Int64(sign + digits.dropFirst(prefix.count), radix: radix)
        }
        return Int64(sign + digits)
    }
}

/// A decimal number as Go's `strconv.ParseFloat` reads it, without hexadecimal, `inf` and `nan`.
private func decimalNumber(_ text: String) -> Double? {
    var hasDigit = false
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            break
        default: return nil
        }
    }
    // Swift's Double does not take "5." and ".5" alike in all versions; Go takes both.
    guard hasDigit else { return nil }
    if let value = Double(text) { return value.isFinite ? value : nil }
    let padded = text.hasSuffix(".") ? text + "0" : text
    guard let value = Double(padded), value.isFinite else { return nil }
    return value
}

extension Bytes {
    /// A size as Compose reads it (go-units `RAMInBytes`): a decimal number, at most one space, and one of
    /// `k m g t p` in either case with an optional `b` or `ib`; multiples of 1024. Nil for anything
    /// else, such as `512Mi`, `0x10m` and `1,5g`.
    package init?(composeSize text: String) {
        let isNumberEnd: (Character) -> Bool = {
            ("0"..."9").contains($0) || $0 == "." || $0 == " "
        }
        guard let last = text.lastIndex(where: isNumberEnd) else { return nil }
        let number = text[last] == " " ? text[..<last] : text[...last]
        let suffix = text[text.index(after: last)...].lowercased()
        guard let value = decimalNumber(String(number)), value >= 0 else { return nil }
        let multiples = ["": 0, "b": 0, "k": 10, "m": 20, "g": 30, "t": 40, "p": 50]
        let unit: String =
            suffix.count > 1 && suffix.hasSuffix("ib")
            ? String(suffix.dropLast(2))
            : suffix.count > 1 && suffix.hasSuffix("b") ? String(suffix.dropLast()) : suffix
        guard let shift = multiples[unit], !(unit == "b" && suffix.count > 1),
            !(unit.isEmpty && !suffix.isEmpty)
        else { return nil }
        let bytes = value * Double(Int64(1) << Int64(shift))
        guard bytes < Double(Int64.max) else { return nil }
        self.init(Int64(bytes))
    }
}

extension Cores {
    /// CPUs as Compose reads them from text: a decimal number of whole cores. Nil for `500m` and `50%`.
    package init?(composeCPUs text: String) {
        guard let value = decimalNumber(text), value >= 0 else { return nil }
        self.init(value)
    }
}
