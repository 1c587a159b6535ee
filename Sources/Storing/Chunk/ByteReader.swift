/// Reads what `ByteWriter` wrote. Never reads past the end: bytes from a disk are foreign. The bytes
/// must outlive it.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer, from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position >= bytes.count }
    var remaining: Int { max(0, bytes.count - position) }

    mutating func byte() throws(DecodingFailure) -> UInt8 {
        guard position < bytes.count else {
            throw DecodingFailure("byte \(position) is past the end at \(bytes.count)")
        }
        defer { position += 1 }
        return bytes[position]
    }

    @inline(__always)
    mutating func varint() throws(DecodingFailure) -> UInt64 {
        if position < bytes.count, bytes[position] < 0x80 {
            defer { position += 1 }
            return UInt64(bytes[position])
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(DecodingFailure) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            let bits = UInt64(next & 0x7f)
            guard shift < 64, shift < 63 || bits <= 1 else {
                throw DecodingFailure("the integer at byte \(start) has more than 64 bits")
            }
            value |= bits << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    mutating func signed() throws(DecodingFailure) -> Int64 { Int64(zigzag: try varint()) }

    /// A count of things, refused above `limit` so that damaged bytes cannot ask for all memory.
    mutating func count(of what: String, atMost limit: Int) throws(DecodingFailure) -> Int {
        let start = position
        let value = try varint()
        guard value <= UInt64(max(0, limit)) else {
            throw DecodingFailure("\(value) \(what) at byte \(start), at most \(limit) can be")
        }
        return Int(value)
    }

    mutating func littleEndian() throws(DecodingFailure) -> UInt32 {
        var value: UInt32 = 0
        for shift in stride(from: UInt32(0), to: 32, by: 8) { value |= UInt32(try byte()) << shift }
        return value
    }

    /// The next `count` bytes.
    mutating func take(_ count: Int) throws(DecodingFailure) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else {
            throw DecodingFailure("\(count) bytes at byte \(position), \(remaining) are left")
        }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
    }
}

extension [UInt8] {
    /// As `withUnsafeBytes`, with the body's own error.
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { (buffer) throws(Failure) in
            try body(UnsafeRawBufferPointer(buffer))
        }
    }
}

/// Why stored bytes cannot be decoded, with the operands. Becomes `StoreError.damaged`, which adds
/// where the bytes lay.
struct DecodingFailure: Error, Hashable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
