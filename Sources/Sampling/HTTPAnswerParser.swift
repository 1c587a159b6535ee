/// Takes one HTTP/1.1 answer (RFC 9112) apart as its bytes arrive, however they are split: by
/// Content-Length, by chunks, or by the end of the connection. Each byte is looked at once.
struct HTTPAnswerParser {
    private(set) var status = 0
    /// What has arrived of it and was not taken away, without chunk framing.
    private(set) var body: [UInt8] = []
    /// Bytes of the answer so far, header and framing included.
    private(set) var length = 0
    private(set) var isWhole = false
    /// Whether another request may follow on the connection, once the answer is whole.
    private(set) var keepsConnection = true

    private var state = State.head
    /// The header, or a line of chunk framing, until it is complete.
    private var line: [UInt8] = []

    private enum State: Equatable {
        case head
        case length(left: Int)
        case chunkSize
        case chunk(left: Int)
        case chunkEnd
        case trailer
        case untilClose
    }

    static let headLengthMax = 64 << 10

    /// Whether the header has been read: `status` is known.
    var hasHead: Bool { status != 0 }

    mutating func append(_ more: ArraySlice<UInt8>) throws(EngineFailure) {
        length += more.count
        var rest = more
        while !rest.isEmpty, !isWhole {
            switch state {
            case .head: try readHead(&rest)
            case .length(let left): take(&rest, left) { .length(left: $0) }
            case .chunk(let left): take(&rest, left) { .chunk(left: $0) }
            case .chunkSize: try readLine(&rest)
            case .chunkEnd: try readLine(&rest)
            case .trailer: try readLine(&rest)
            case .untilClose:
                body.append(contentsOf: rest)
                rest = []
            }
        }
        // Bytes that nobody asked for: what follows on this connection answers nothing.
        if !rest.isEmpty { keepsConnection = false }
    }

    /// Moves out what has arrived of the body, for a reader of a stream.
    mutating func takeBody() -> [UInt8] {
        defer { body = [] }
        return body
    }

    /// The connection has ended.
    mutating func finish() throws(EngineFailure) {
        if isWhole { return }
        guard hasHead else {
            throw .rubbish(
                length == 0 ? "it closed without an answer" : "no end of the HTTP header")
        }
        guard state == .untilClose else {
            throw .rubbish("the answer ends after \(body.count) bytes of body")
        }
        isWhole = true
    }

    private mutating func take(
        _ rest: inout ArraySlice<UInt8>, _ left: Int, _ next: (Int) -> State
    ) {
        let part = rest.prefix(left)
        body.append(contentsOf: part)
        rest = rest.dropFirst(part.count)
        if part.count < left {
            state = next(left - part.count)
        } else if case .chunk = state {
            state = .chunkEnd
        } else {
            isWhole = true
        }
    }

    private mutating func readHead(_ rest: inout ArraySlice<UInt8>) throws(EngineFailure) {
        let mark: [UInt8] = [13, 10, 13, 10]
        while let byte = rest.popFirst() {
            line.append(byte)
            if byte == 10, line.suffix(4).elementsEqual(mark) {
                try checkHead()
                return try parseHead()
            }
        }
        try checkHead()
    }

    /// As far as it has come.
    private func checkHead() throws(EngineFailure) {
        guard zip(line, "HTTP/1.".utf8).allSatisfy({ $0 == $1 }) else {
            throw .rubbish("an answer that is not HTTP/1")
        }
        guard line.count <= Self.headLengthMax else {
            throw .rubbish("an HTTP header of more than \(Self.headLengthMax >> 10) KiB")
        }
    }

    /// Byte by byte: with String's `split` and `lowercased`, a header costs more than its 10 KB of body.
    private mutating func parseHead() throws(EngineFailure) {
        let fields = line.split(separator: 10)
        line = []
        let words = (fields.first ?? []).split(separator: 32, maxSplits: 2)
        guard let version = words.first, words.count >= 2,
            let code = Int(Self.text(words[1])),
            (100...599).contains(code)
        else {
            let text = Self.text(fields.first ?? [])
            throw .rubbish("the status line '\(text)'")
        }
        // An interim answer; the real one follows.
        if code < 200 { return }
        state = .untilClose
        keepsConnection = !version.elementsEqual("HTTP/1.0".utf8)
        for field in fields.dropFirst() {
            guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { continue }
            try readField(field[..<colon], field[(colon + 1)...])
        }
        status = code
        if code == 204 || code == 304 { state = .length(left: 0) }
        if case .length(let count) = state {
            isWhole = count == 0
            // A claim, not yet a fact: a large one is not believed before its bytes are here.
            body.reserveCapacity(min(count, 1 << 20))
        }
        if state == .untilClose { keepsConnection = false }
    }

    private mutating func readField(
        _ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>
    ) throws(EngineFailure) {
        if Self.equal(name, "transfer-encoding") {
            if value.split(separator: UInt8(ascii: ",")).last.map({ Self.lists($0, "chunked") })
                ?? false
            {
                state = .chunkSize
            }
        } else if Self.equal(name, "content-length"), state != .chunkSize {
            let text = Self.text(value)
            guard let count = Int(text), count >= 0 else {
                throw .rubbish("Content-Length '\(text)'")
            }
            state = .length(left: count)
        } else if Self.equal(name, "connection") {
            keepsConnection = keepsConnection && !Self.lists(value, "close")
        }
    }

    /// Without the space around it.
    private static func text(_ value: ArraySlice<UInt8>) -> String {
        let start = value.firstIndex { $0 > 32 } ?? value.endIndex
        let end = value.lastIndex { $0 > 32 } ?? value.startIndex - 1
        return start > end ? "" : String(decoding: value[start...end], as: UTF8.self)
    }

    /// Whether `word` is an element of a header's comma-separated list.
    private static func lists(_ value: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
        value.split { $0 <= 32 || $0 == UInt8(ascii: ",") }.contains { equal($0, word) }
    }

    /// Whether the bytes are this lower-case name, in any case (RFC 9110, section 5.1).
    private static func equal(_ bytes: ArraySlice<UInt8>, _ name: StaticString) -> Bool {
        let expected = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return bytes.count == expected.count
            && zip(bytes, expected).allSatisfy {
                $0 == $1 || ($0 | 0x20 == $1 && (0x41...0x5a).contains($0))
            }
    }

    /// A line of chunk framing: a size, the end of a chunk's data, or a trailer.
    private mutating func readLine(_ rest: inout ArraySlice<UInt8>) throws(EngineFailure) {
        let end = rest.firstIndex(of: 10)
        line.append(contentsOf: rest[..<(end ?? rest.endIndex)])
        rest = end.map { rest[($0 + 1)...] } ?? []
        guard line.count <= 4096 else { throw .rubbish("a chunk size of over 4 KiB") }
        if end == nil { return }
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        switch state {
        case .chunkSize:
            guard let count = Int(text.prefix { $0.isHexDigit }, radix: 16), count < 1 << 40
            else { throw .rubbish("the chunk size '\(text.prefix(20))'") }
            state = count == 0 ? .trailer : .chunk(left: count)
        case .chunkEnd:
            guard text == "\r" || text.isEmpty else { throw .rubbish("a chunk without an end") }
            state = .chunkSize
        default:
            // Trailers are of no interest; the empty line ends them and the answer.
            isWhole = text == "\r" || text.isEmpty
        }
    }
}
