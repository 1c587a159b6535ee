/// Reads foreign bytes from the front. Never past the end.
struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count &- position }

    func damage(_ what: String, at byte: Int? = nil) -> ColumnDamage {
        ColumnDamage(byte: byte ?? position, what: what)
    }

    mutating func byte(of what: StaticString) throws(ColumnDamage) -> UInt8 {
        guard position < bytes.count else { throw damage("the bytes end before \(what)") }
        let byte = bytes[position]
        position &+= 1
        return byte
    }

    /// LEB128: seven bits a byte, lowest first.
    mutating func varint(of what: StaticString) throws(ColumnDamage) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte(of: what)
            let bits = UInt64(next & 0x7f)
            guard shift < 63 || (shift == 63 && bits <= 1) else {
                throw damage("\(what) of more than 64 bits", at: start)
            }
            value |= bits << shift
            if next < 0x80 { return value }
            shift &+= 7
        }
    }

    mutating func signed(of what: StaticString) throws(ColumnDamage) -> Int64 {
        Int64(zigzag: try varint(of: what))
    }

    /// Steps over `count` bytes, which must be there.
    mutating func skip(_ count: Int, of what: StaticString) throws(ColumnDamage) {
        guard count <= remaining else {
            throw damage("\(count) bytes of \(what) where \(remaining) are left")
        }
        position &+= count
    }
}

extension Int64 {
    /// Small magnitudes of either sign as small unsigned numbers: 0, -1, 1, -2, … as 0, 1, 2, 3, …
    @inline(__always)
    var zigzag: UInt64 { UInt64(bitPattern: (self << 1) ^ (self >> 63)) }

    @inline(__always)
    init(zigzag value: UInt64) {
        self = Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}

extension UInt64 {
    /// How many bits the number has: 0 to 64.
    @inline(__always)
    var bitLength: Int { 64 &- leadingZeroBitCount }

    /// How many bytes the number takes as a varint: 1 to 10.
    @inline(__always)
    var varintLength: Int { (70 &- (self | 1).leadingZeroBitCount) / 7 }
}

extension [UInt8] {
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func append(signed value: Int64) { append(varint: value.zigzag) }
}
