/// Collects the bytes of one HTTP/1.1 answer (RFC 9112) until it is whole: by Content-Length, by chunks,
/// or by the end of the connection.
struct HTTPAnswerParser {
    private var bytes: [UInt8] = []
    private var head: Head?

    private struct Head {
        var status: Int
        var bodyStart: Int
        var framing: Framing
    }

    private enum Framing: Equatable {
        case length(Int)
        case chunked
        case untilClose
    }

    private static let headLengthMax = 64 << 10

    var length: Int { bytes.count }

    mutating func append(_ more: ArraySlice<UInt8>) { bytes.append(contentsOf: more) }

    /// The answer, or nil while more bytes are needed.
    mutating func answer() throws(EngineFailure) -> UnixSocketHTTP.Answer? {
        if head == nil { head = try parseHead() }
        guard let head else { return nil }
        switch head.framing {
        case .length(let count):
            guard bytes.count - head.bodyStart >= count else { return nil }
            return UnixSocketHTTP.Answer(
                status: head.status, body: Array(bytes[head.bodyStart..<head.bodyStart + count]))
        case .chunked:
            return try dechunk(from: head.bodyStart).map {
                UnixSocketHTTP.Answer(status: head.status, body: $0)
            }
        case .untilClose: return nil
        }
    }

    /// The answer at the end of the connection.
    mutating func finish() throws(EngineFailure) -> UnixSocketHTTP.Answer {
        if let answer = try answer() { return answer }
        guard let head else {
            throw .rubbish(
                bytes.isEmpty ? "it closed without an answer" : "no end of the HTTP header")
        }
        guard head.framing == .untilClose else {
            throw .rubbish("the answer ends after \(bytes.count - head.bodyStart) bytes of body")
        }
        return UnixSocketHTTP.Answer(status: head.status, body: Array(bytes[head.bodyStart...]))
    }

    private func parseHead() throws(EngineFailure) -> Head? {
        let start = Array("HTTP/1.".utf8)
        guard zip(bytes, start).allSatisfy({ $0 == $1 }) else {
            throw .rubbish("an answer that is not HTTP/1")
        }
        guard let end = endOfHead() else {
            guard bytes.count <= Self.headLengthMax else {
                throw .rubbish("an HTTP header of more than \(Self.headLengthMax >> 10) KiB")
            }
            return nil
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(
            omittingEmptySubsequences: true, whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]), (100...599).contains(status) else {
            throw .rubbish("the status line '\(lines.first ?? "")'")
        }
        var framing = Framing.untilClose
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].lowercased()
            let value = line[line.index(after: colon)...].filter { $0 != " " && $0 != "\t" }
            if name == "transfer-encoding", value.lowercased().hasSuffix("chunked") {
                framing = .chunked
            } else if name == "content-length", framing != .chunked {
                guard let count = Int(value), count >= 0 else {
                    throw .rubbish("Content-Length '\(value)'")
                }
                framing = .length(count)
            }
        }
        if status == 204 || status == 304 { framing = .length(0) }
        return Head(status: status, bodyStart: end, framing: framing)
    }

    /// The index behind the empty line.
    private func endOfHead() -> Int? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= mark.count else { return nil }
        for index in 0...(bytes.count - mark.count)
        where bytes[index] == 13 && bytes[index..<index + 4].elementsEqual(mark) {
            return index + 4
        }
        return nil
    }

    /// The joined chunks, or nil while the last one is missing.
    private func dechunk(from start: Int) throws(EngineFailure) -> [UInt8]? {
        var body: [UInt8] = []
        var position = start
        while true {
            guard let lineEnd = bytes[position...].firstIndex(of: 10) else { return nil }
            let line = String(decoding: bytes[position..<lineEnd], as: UTF8.self)
            let digits = line.prefix { $0.isHexDigit }
            guard let count = Int(digits, radix: 16), count >= 0, count < 1 << 40 else {
                throw .rubbish("the chunk size '\(line.prefix(20))'")
            }
            let dataStart = lineEnd + 1
            // A chunk ends with CR LF; the empty one is the last, and trailers are of no interest.
            guard bytes.count >= dataStart + count + 2 else { return nil }
            if count == 0 { return body }
            body.append(contentsOf: bytes[dataStart..<dataStart + count])
            position = dataStart + count + 2
        }
    }
}
