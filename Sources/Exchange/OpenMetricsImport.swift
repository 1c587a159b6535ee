import Glibc
import Measures

/// Reads OpenMetrics text: the families that our own export writes. Others are counted, and named once.
struct OpenMetricsImport {
    private let input: ByteInput
    private let keys: SampleKeys
    private let rows: RowBuffer
    private let table = KeyTable()
    private var line = 0
    private var isEnded = false
    /// Foreign samples by name, in the order they came; `table` has −2 − the position here for each.
    private(set) var skipped: [(name: String, samples: Int)] = []
    private var skippedByName: [String: Int] = [:]

    init(_ input: ByteInput, keys: SampleKeys, rows: RowBuffer) {
        self.input = input
        self.keys = keys
        self.rows = rows
    }

    mutating func run() throws(ExchangeError) {
        var dates = DateText()
        while let text = try nextLine() {
            if text.isEmpty { continue }
            guard !isEnded else { throw failure("text behind # EOF") }
            if text[0] == 0x23 {
                try readComment(text)
            } else {
                try readSample(text, &dates)
            }
        }
        guard isEnded else {
            throw failure("the text ends without # EOF: it was cut off")
        }
    }

    private func failure(_ what: String) -> ExchangeError {
        .line(file: input.name, line: line, what: what)
    }

    /// Without its newline; valid until the next.
    private mutating func nextLine() throws(ExchangeError) -> UnsafeRawBufferPointer? {
        line += 1
        var searched = 0
        while true {
            let start = input.start
            let count = input.end - start
            if count > searched,
                let found = memchr(input.base + start + searched, 0x0a, count - searched)
            {
                let length = UnsafeRawPointer(found) - (input.base + start)
                input.advance(to: start + length + 1)
                return UnsafeRawBufferPointer(start: input.base + start, count: length)
            }
            searched = count
            if try input.fill() { continue }
            guard input.isAtEnd else {
                throw failure("a line of more than \(ByteInput.capacity) bytes")
            }
            if count == 0 { return nil }
            let rest = UnsafeRawBufferPointer(start: input.base + input.start, count: count)
            input.advance(to: input.end)
            return rest
        }
    }

    private mutating func readComment(_ text: UnsafeRawBufferPointer) throws(ExchangeError) {
        if text.elementsEqual("# EOF".utf8) {
            isEnded = true
            return
        }
        guard text.starts(with: "# TYPE ".utf8) else { return }
        let words = String(decoding: text, as: UTF8.self).split(separator: " ")
        guard words.count == 4 else { throw failure("\(shown(text)) is not a # TYPE line") }
        guard let metric = OpenMetricsNames.byFamily[String(words[2])] else { return }
        let type = OpenMetricsNames.type(metric)
        guard words[3] == type else {
            throw failure("\(words[2]) is a \(words[3]) where a \(type) is expected")
        }
    }

    private mutating func readSample(
        _ text: UnsafeRawBufferPointer, _ dates: inout DateText
    ) throws(ExchangeError) {
        guard let end = Self.endOfLabels(text) else {
            throw failure("\(shown(text)) is not a sample: NAME{LABELS} VALUE TIMESTAMP")
        }
        let spelling = UnsafeRawBufferPointer(rebasing: text[..<end])
        let key: Int32
        if let known = table.find(spelling) {
            key = known
        } else {
            key = try newKey(spelling)
            table.insert(spelling, key)
        }
        guard key >= 0 else {
            skipped[Int(-2 - key)].samples += 1
            return
        }
        let rest = UnsafeRawBufferPointer(rebasing: text[(end + 1)...])
        let space = rest.firstIndex(of: 0x20)
        let valueText = UnsafeRawBufferPointer(rebasing: rest[..<(space ?? rest.count)])
        do throws(NumberText.Refusal) {
            let value = try NumberText.value(valueText, of: keys.keys[Int(key)].metric)
            guard let space else {
                throw NumberText.Refusal(
                    what: "a sample without a timestamp: when it was taken cannot be told")
            }
            let timeText = UnsafeRawBufferPointer(rebasing: rest[(space + 1)...])
            let time = try NumberText.time(timeText, &dates)
            append(key, time, value)
        } catch {
            throw failure(error.what)
        }
        if let spillFailure { throw spillFailure }
    }

    /// What the temporary file refused.
    private var spillFailure: ExchangeError?

    private mutating func append(_ key: Int32, _ time: Int64, _ value: Int64) {
        do throws(ExchangeError) {
            try rows.append(key: Int(key), time: time, value: value, line: line)
        } catch {
            spillFailure = error
        }
    }

    /// Where the space behind the name and labels is; nil where there is none.
    private static func endOfLabels(_ text: UnsafeRawBufferPointer) -> Int? {
        var isQuoted = false
        var position = 0
        while position < text.count {
            switch text[position] {
            case 0x22: isQuoted.toggle()
            case 0x5c where isQuoted: position += 1
            case 0x20 where !isQuoted: return position > 0 ? position : nil
            default: break
            }
            position += 1
        }
        return nil
    }

    private mutating func newKey(
        _ spelling: UnsafeRawBufferPointer
    ) throws(ExchangeError) -> Int32 {
        let brace = spelling.firstIndex(of: 0x7b) ?? spelling.count
        let nameBytes = UnsafeRawBufferPointer(rebasing: spelling[..<brace])
        let name = String(decoding: nameBytes, as: UTF8.self)
        guard let metric = OpenMetricsNames.bySample[name] else {
            let text = shown(nameBytes)
            if let position = skippedByName[text] { return Int32(-2 - position) }
            skippedByName[text] = skipped.count
            skipped.append((text, 0))
            return Int32(-1 - skipped.count)
        }
        do throws(NumberText.Refusal) {
            let labels = try OpenMetricsLabels.read(
                UnsafeRawBufferPointer(rebasing: spelling[brace...]))
            var names = SeriesNames()
            for (label, value) in labels {
                switch label {
                case "project": names.project = value.isEmpty ? nil : value
                case "service": names.service = value
                case "instance": names.instance = value
                case "container": names.container = value.isEmpty ? nil : value
                case "kind":
                    guard let kind = SeriesKind.byName[value] else {
                        throw NumberText.Refusal(what: "unknown kind '\(value)'")
                    }
                    names.kind = kind
                default: throw NumberText.Refusal(what: "unknown label '\(label)'")
                }
            }
            if let refusal = names.refusal { throw NumberText.Refusal(what: refusal) }
            let count = keys.keys.count
            let key = keys.number(of: names, metric)
            if keys.keys.count > count { rows.addKey() }
            return key
        } catch {
            throw failure(error.what)
        }
    }
}

/// `{name="value",…}`, with `\\`, `\"` and `\n` in the values.
enum OpenMetricsLabels {
    static func read(
        _ text: UnsafeRawBufferPointer
    ) throws(NumberText.Refusal) -> [(String, String)] {
        var labels: [(String, String)] = []
        if text.isEmpty { return labels }
        let malformed = NumberText.Refusal(what: "\(shown(text)) are no labels")
        var position = 1
        guard text.count >= 2, text[text.count - 1] == 0x7d else { throw malformed }
        while text[position] != 0x7d {
            guard let equals = text[position...].firstIndex(of: 0x3d), equals + 1 < text.count,
                text[equals + 1] == 0x22
            else { throw malformed }
            let name = String(decoding: text[position..<equals], as: UTF8.self)
            guard !labels.contains(where: { $0.0 == name }) else {
                throw NumberText.Refusal(what: "the label '\(name)' twice")
            }
            position = equals + 2
            var value: [UInt8] = []
            while position < text.count, text[position] != 0x22 {
                if text[position] == 0x5c {
                    position += 1
                    guard position < text.count,
                        let byte = [0x5c: 0x5c, 0x22: 0x22, 0x6e: 0x0a][text[position]] as UInt8?
                    else { throw malformed }
                    value.append(byte)
                } else {
                    value.append(text[position])
                }
                position += 1
            }
            guard let valid = String(validating: value, as: UTF8.self) else {
                throw NumberText.Refusal(
                    what: "the label '\(name)' \(value.withUnsafeBytes { shown($0) }) is not UTF-8")
            }
            labels.append((name, valid))
            position += 1
            guard position < text.count else { throw malformed }
            if text[position] == 0x2c {
                position += 1
            } else if text[position] != 0x7d {
                throw malformed
            }
            guard position < text.count else { throw malformed }
        }
        guard position == text.count - 1 else { throw malformed }
        return labels
    }
}
