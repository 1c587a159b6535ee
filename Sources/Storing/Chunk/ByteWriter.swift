/// Bytes being written: variable-length integers, seven bits a byte, lowest first (LEB128).
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(byte: UInt8) { bytes.append(byte) }

    mutating func append(contentsOf other: [UInt8]) { bytes.append(contentsOf: other) }

    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func append(count: Int) { append(varint: UInt64(count)) }

    mutating func append(signed value: Int64) { append(varint: value.zigzag) }

    mutating func append(littleEndian value: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}

extension Int64 {
    /// Small magnitudes of either sign as small unsigned numbers: 0, -1, 1, -2, … as 0, 1, 2, 3, …
    var zigzag: UInt64 { UInt64(bitPattern: (self << 1) ^ (self >> 63)) }

    init(zigzag value: UInt64) {
        self = Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}

extension UInt64 {
    /// How many bytes `ByteWriter.append(varint:)` takes for this value: 1 to 10.
    var varintLength: Int { Swift.max(1, (70 - leadingZeroBitCount) / 7) }
}
