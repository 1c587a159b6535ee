/// Byte offsets of libyaml's marks, which count code points from after the byte order mark.
struct CodePointOffsets {
    /// The byte offset of every `stride`th code point; empty in an ASCII file, where the two are one.
    private let checkpoints: [Int32]
    private let source: SourceText
    private let isASCII: Bool
    private let size: Int32
    private static let stride = 32

    init(_ source: SourceText) {
        self.source = source
        isASCII = source.isASCII
        size = Int32(source.bytes.count)
        guard !isASCII else {
            checkpoints = []
            return
        }
        var checkpoints: [Int32] = []
        var count = 0
        checkpoints.reserveCapacity(source.bytes.count / Self.stride + 1)
        source.bytes.withUnsafeBytes { bytes in
            var offset = source.textStart
            while offset < bytes.count {
                let isStart = bytes[offset] & 0xC0 != 0x80
                if isStart, count % Self.stride == 0 {
                    checkpoints.append(Int32(offset))
                    if Self.isASCIIBlock(at: offset, in: bytes) {
                        offset += Self.stride
                        count += Self.stride
                        continue
                    }
                }
                if isStart { count += 1 }
                offset += 1
            }
        }
        self.checkpoints = checkpoints
    }

    private static func isASCIIBlock(at offset: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard offset + stride <= bytes.count else { return false }
        var all: UInt64 = 0
        for place in Swift.stride(from: offset, to: offset + stride, by: 8) {
            all |= bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        }
        return all & 0x8080_8080_8080_8080 == 0
    }

    /// The offset of the code point with this index; of one past the end, the file's size.
    @inline(__always)
    func byte(at index: Int) -> Int32 {
        isASCII || checkpoints.isEmpty ? min(Int32(truncatingIfNeeded: index), size) : search(index)
    }

    private func search(_ index: Int) -> Int32 {
        guard index / Self.stride < checkpoints.count else { return size }
        let block = index / Self.stride
        var offset = Int(checkpoints[block])
        var left = index % Self.stride
        // Nothing but ASCII until the next one.
        if block + 1 < checkpoints.count, Int(checkpoints[block + 1]) == offset + Self.stride {
            return Int32(offset + left)
        }
        while offset < source.bytes.count {
            if source.bytes[offset] & 0xC0 != 0x80 {
                if left == 0 { break }
                left -= 1
            }
            offset += 1
        }
        return Int32(offset)
    }
}
