/// Whether a text has nothing but characters that YAML takes: printable ones, tabs and line ends.
enum PrintableText {
    /// The same, of ASCII alone.
    static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return true }
        var others: UInt64 = 0
        let words = bytes.count / 8
        for word in 0..<words {
            others |= Self.others(in: (start + word &* 8).loadUnaligned(as: UInt64.self))
        }
        for byte in bytes[(words * 8)...] { others |= Self.others(in: each(byte)) }
        return others == 0
    }

    /// How many code points such a text has; nil for a text with others.
    ///
    /// - Parameter bytes: valid UTF-8.
    static func codePoints(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress else { return 0 }
        var offset = 0
        var continuations = 0
        while offset + 8 <= bytes.count {
            let word = (start + offset).loadUnaligned(as: UInt64.self)
            if others(in: word) == 0 {
                offset += 8
                continue
            }
            let end = offset + 8
            while offset < end {
                guard let length = length(at: offset, in: bytes) else { return nil }
                offset += length
                continuations += length - 1
            }
        }
        while offset < bytes.count {
            guard let length = length(at: offset, in: bytes) else { return nil }
            offset += length
            continuations += length - 1
        }
        return bytes.count - continuations
    }

    /// Of the character there, in bytes; nil for one that YAML does not take: U+0080 to U+009F but for U+0085, U+FFFE
    /// and U+FFFF (and surrogates, which no UTF-8 has).
    private static func length(at offset: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        let lead = bytes[offset]
        switch lead {
        case ..<0x80: return others(in: each(lead)) == 0 ? 1 : nil
        case ..<0xE0:
            let isControl = lead == 0xC2 && bytes[offset + 1] < 0xA0
            return isControl && bytes[offset + 1] != 0x85 ? nil : 2
        case ..<0xF0:
            let isNone = lead == 0xEF && bytes[offset + 1] == 0xBF && bytes[offset + 2] >= 0xBE
            return isNone ? nil : 3
        default: return 4
        }
    }

    /// Eight bytes at a time, each with its highest bit set where it is no printable ASCII: additions of seven bits do
    /// not carry over into the neighbour.
    @inline(__always)
    private static func others(in bytes: UInt64) -> UInt64 {
        let low = bytes & each(0x7F)
        let isPrintable = low &+ each(0x80 - 0x20)
        let isControl =
            differ(low, from: 0x09) & differ(low, from: 0x0A) & differ(low, from: 0x0D)
        return (bytes | ~isPrintable & isControl | ~differ(low, from: 0x7F)) & each(0x80)
    }

    @inline(__always)
    private static func differ(_ low: UInt64, from byte: UInt8) -> UInt64 {
        (low ^ each(byte)) &+ each(0x7F)
    }

    @inline(__always)
    private static func each(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
}
