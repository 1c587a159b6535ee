import Glibc

/// What scalars mean and aliases are called. Nearly all of it is the file's own text, which is not copied; where
/// that spells something otherwise (escapes, folded lines), the text lies beside it.
struct NodeTexts: Sendable {
    private let file: [UInt8]
    /// Its first byte has the offset after the file's last.
    private var others: [UInt8] = []

    init(_ file: [UInt8]) { self.file = file }

    subscript(node: YAMLNode) -> ArraySlice<UInt8> {
        let (start, end) = (Int(node.textStart), Int(node.textEnd))
        return end <= file.count
            ? file[start..<end] : others[start - file.count..<end - file.count]
    }

    /// Calls with the text of a node.
    @inline(__always)
    func withBytes<Result>(
        of node: YAMLNode, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        withBytes(from: node.textStart, to: node.textEnd, body)
    }

    @inline(__always)
    func withBytes<Result>(
        from start: Int32, to end: Int32, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let (start, end) = (Int(start), Int(end))
        if end <= file.count {
            return file.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
        }
        return others.withUnsafeBytes {
            body(UnsafeRawBufferPointer(rebasing: $0[start - file.count..<end - file.count]))
        }
    }

    /// Gives a node its text.
    ///
    /// - Parameter end: where it ends in the file, if it is there.
    @inline(__always)
    mutating func put(
        _ text: UnsafeBufferPointer<UInt8>, endingAt end: Int32, for node: inout YAMLNode
    ) {
        let start = Int(end) - text.count
        if start >= Int(node.start), isText(text, at: start) {
            node.textStart = Int32(start)
        } else {
            node.textStart = Int32(file.count + others.count)
            others.append(contentsOf: text)
        }
        node.textEnd = node.textStart + Int32(text.count)
    }

    @inline(__always)
    private func isText(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        file.withUnsafeBytes { file in
            guard let file = file.baseAddress, let other = text.baseAddress else { return true }
            return memcmp(file + start, other, text.count) == 0
        }
    }
}
