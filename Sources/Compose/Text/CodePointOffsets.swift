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
        for offset in source.textStart..<source.bytes.count
        where source.bytes[offset] & 0xC0 != 0x80 {
            if count % Self.stride == 0 { checkpoints.append(Int32(offset)) }
            count += 1
        }
        self.checkpoints = checkpoints
    }

    /// The offset of the code point with this index; of one past the end, the file's size.
    @inline(__always)
    func byte(at index: Int) -> Int32 {
        isASCII || checkpoints.isEmpty ? min(Int32(truncatingIfNeeded: index), size) : search(index)
    }

    private func search(_ index: Int) -> Int32 {
        guard index / Self.stride < checkpoints.count else { return size }
        var offset = Int(checkpoints[index / Self.stride])
        var left = index % Self.stride
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
