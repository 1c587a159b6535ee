import CZlib

enum Zlib {
    /// - Returns: `bytes` compressed, or nil where that would not be smaller.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var count = compressBound(uLong(bytes.count))
        var packed = [UInt8](repeating: 0, count: Int(count))
        // Level 6 is within 1 % of level 9 on our columns, at a third of the time.
        let code = compress2(&packed, &count, bytes, uLong(bytes.count), 6)
        guard code == Z_OK, Int(count) < bytes.count else { return nil }
        packed.removeLast(packed.count - Int(count))
        return packed
    }

    /// - Parameter count: how many bytes must come out; any other number is damage.
    static func decompress(
        _ bytes: UnsafeRawBufferPointer, count: Int
    ) throws(DecodingFailure) -> [UInt8] {
        // Deflate makes at most 1,032 bytes of one (zlib's technical details): more is a lie that would
        // cost a gigabyte to find out.
        guard count <= bytes.count * 1032 + 64 else {
            throw DecodingFailure("\(count) bytes cannot come from \(bytes.count)")
        }
        var unpacked = [UInt8](repeating: 0, count: max(count, 1))
        var written = uLong(unpacked.count)
        let source = bytes.bindMemory(to: UInt8.self)
        let code = uncompress(&unpacked, &written, source.baseAddress, uLong(source.count))
        guard code == Z_OK, Int(written) == count else {
            throw DecodingFailure(
                "zlib gave \(written) of \(count) bytes from \(bytes.count) (code \(code))")
        }
        unpacked.removeLast(unpacked.count - count)
        return unpacked
    }

    /// CRC-32 as in zlib and PNG (ISO 3309).
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let buffer = bytes.bindMemory(to: UInt8.self)
        return UInt32(crc32(0, buffer.baseAddress, uInt(buffer.count)))
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withBytes { checksum($0) } }

    /// The checksum of `first` and `bytes` as if they were one.
    static func checksum(_ first: [UInt8], then bytes: UnsafeRawBufferPointer) -> UInt32 {
        let start = crc32(0, first, uInt(first.count))
        let buffer = bytes.bindMemory(to: UInt8.self)
        // Of nothing, zlib gives the checksum to start with.
        return buffer.isEmpty
            ? UInt32(start) : UInt32(crc32(start, buffer.baseAddress, uInt(buffer.count)))
    }
}

/// A version, a checksum, a body: the outer form of every blob.
///
///     byte 0      version
///     bytes 1–4   CRC-32 of the body, little endian; some blobs' covers a label before it, which lies
///                 in the row's other columns
///     bytes 5…    body
enum Envelope {
    static let headerLength = 5

    static func seal(version: UInt8, label: [UInt8] = [], body: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: version)
        writer.append(littleEndian: body.withBytes { Zlib.checksum(label, then: $0) })
        writer.append(contentsOf: body)
        return writer.bytes
    }

    /// Checks the version and the checksum.
    static func open(
        _ sealed: UnsafeRawBufferPointer, version: UInt8, label: [UInt8] = []
    ) throws(DecodingFailure) -> ByteReader {
        var reader = ByteReader(sealed)
        let found = try reader.byte()
        guard found == version else {
            throw DecodingFailure("version \(found) where \(version) was expected")
        }
        let expected = try reader.littleEndian()
        let actual = Zlib.checksum(
            label, then: UnsafeRawBufferPointer(rebasing: sealed[headerLength...]))
        guard actual == expected else {
            throw DecodingFailure(
                "checksum \(String(actual, radix: 16)) where "
                    + "\(String(expected, radix: 16)) was written")
        }
        return reader
    }
}
