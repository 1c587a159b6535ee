/// Whether a text has nothing but ASCII's printable characters, tabs and line ends: what YAML takes as it is.
enum PrintableASCII {
    static func holds(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return true }
        var others: UInt64 = 0
        let words = bytes.count / 8
        for word in 0..<words {
            others |= Self.others(in: (start + word &* 8).loadUnaligned(as: UInt64.self))
        }
        for byte in bytes[(words * 8)...] { others |= Self.others(in: each(byte)) }
        return others == 0
    }

    /// Eight bytes at a time, each with its highest bit as the answer: additions of seven bits do not carry over
    /// into the neighbour.
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
