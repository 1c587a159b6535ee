/// The fields of a line or a text one after the other, as bytes: a String each would cost more than all
/// that is done with them.
struct TextFields {
    enum Separator: UInt8 {
        case blank = 0x20
        case tab = 0x09
        case lineEnd = 0x0A
    }

    private let text: UnsafeBufferPointer<UInt8>
    private let separator: Separator
    /// Where the next field begins; nil behind the last.
    private var position: Int?

    init(_ text: UnsafeBufferPointer<UInt8>, separator: Separator) {
        self.text = text
        self.separator = separator
        position = 0
    }

    /// - Returns: nil behind the last field. Runs of blanks count as one, and no field between blanks is
    ///   empty; between tabs and line ends one may be.
    mutating func next() -> UnsafeBufferPointer<UInt8>? {
        while let start = position {
            let rest = text[start...]
            let end = rest.firstIndex(of: separator.rawValue)
            position = end.map { $0 + 1 }
            let field = UnsafeBufferPointer(rebasing: rest[..<(end ?? text.endIndex)])
            if separator != .blank || !field.isEmpty { return field }
        }
        return nil
    }

    /// The whole number that a field is, with an optional sign; nil for anything else.
    static func integer(_ field: UnsafeBufferPointer<UInt8>) -> Int64? {
        let isNegative = field.first == UInt8(ascii: "-")
        let digits = isNegative ? field[1...] : field[...]
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte &- UInt8(ascii: "0"))
            // Downwards for a negative number: the least Int64 has no positive.
            let (sum, carried) =
                isNegative
                ? shifted.subtractingReportingOverflow(digit)
                : shifted.addingReportingOverflow(digit)
            guard !overflowed, !carried else { return nil }
            value = sum
        }
        return value
    }
}
