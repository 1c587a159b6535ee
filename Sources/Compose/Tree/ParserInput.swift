internal import CYAML

/// A text as libyaml gets it.
///
/// libyaml decodes a file piece by piece into a buffer of its own, which is a seventh of its work and changes nothing of
/// UTF-8 that YAML takes. Such a text is handed to the scanner as that buffer, all read already (`reader.c`: nothing more
/// is read where `eof` is set and no raw bytes are left). What it would refuse goes the ordinary way, and so does a byte
/// order mark, with the encoding undeclared: only then does libyaml skip it.
struct ParserInput {
    private let bytes: [UInt8]
    /// In code points; nil where libyaml is to decode it.
    private let count: Int?

    /// What the scanner looks at beyond the text, whose end is a zero to it: up to four characters at a time.
    private static let padding = 16

    init(_ source: SourceText) {
        count = source.printableCount
        if count != nil {
            var padded: [UInt8] = []
            padded.reserveCapacity(source.bytes.count + Self.padding)
            LargeMemory.advise(&padded)
            padded.append(contentsOf: source.bytes)
            padded.append(contentsOf: repeatElement(0, count: Self.padding))
            bytes = padded
        } else {
            bytes = source.bytes
        }
    }

    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        bytes.withUnsafeBufferPointer(body)
    }

    /// - Parameter bytes: of `withBytes`, in which the whole parsing must happen: the parser keeps the pointer.
    func give(_ bytes: UnsafeBufferPointer<UInt8>, to parser: inout yaml_parser_t) {
        guard let count, let start = UnsafeMutablePointer(mutating: bytes.baseAddress) else {
            yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
            return
        }
        yaml_parser_set_input_string(&parser, start, 0)
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        parser.eof = 1
        // `start` and `end` stay those of libyaml's own buffer, which it frees.
        parser.buffer.pointer = start
        parser.buffer.last = start + bytes.count - Self.padding + 1
        parser.unread = count + 1
    }
}
