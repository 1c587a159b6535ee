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
    private var isHTTP10 = false

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
            if byte == 10, line.suffix(4).elementsEqual(mark) { return try parseHead() }
        }
        guard zip(line, "HTTP/1.".utf8).allSatisfy({ $0 == $1 }) else {
            throw .rubbish("an answer that is not HTTP/1")
        }
        guard line.count <= Self.headLengthMax else {
            throw .rubbish("an HTTP header of more than \(Self.headLengthMax >> 10) KiB")
        }
    }

    private mutating func parseHead() throws(EngineFailure) {
        let lines = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isNewline)
        line = []
        let words = lines.first?.split(separator: " ") ?? []
        guard let version = words.first, version.hasPrefix("HTTP/1.") else {
            throw .rubbish("an answer that is not HTTP/1")
        }
        guard words.count >= 2, let code = Int(words[1]), (100...599).contains(code) else {
            throw .rubbish("the status line '\(lines.first ?? "")'")
        }
        // An interim answer; the real one follows.
        if code < 200 { return }
        state = .untilClose
        keepsConnection = version != "HTTP/1.0"
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].filter { $0 != " " && $0 != "\t" }
            try readField(line[..<colon].lowercased(), value.lowercased())
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

    private mutating func readField(_ name: String, _ value: String) throws(EngineFailure) {
        switch name {
        case "transfer-encoding" where value.hasSuffix("chunked"): state = .chunkSize
        case "content-length" where state != .chunkSize:
            guard let count = Int(value), count >= 0 else {
                throw .rubbish("Content-Length '\(value)'")
            }
            state = .length(left: count)
        case "connection" where value.contains("close"): keepsConnection = false
        default: break
        }
    }

    /// A line of chunk framing: a size, the end of a chunk's data, or a trailer.
    private mutating func readLine(_ rest: inout ArraySlice<UInt8>) throws(EngineFailure) {
        guard let end = rest.firstIndex(of: 10) else {
            line.append(contentsOf: rest)
            rest = []
            guard line.count <= 4096 else { throw .rubbish("a chunk size of over 4 KiB") }
            return
        }
        line.append(contentsOf: rest[..<end])
        rest = rest[(end + 1)...]
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
