/// Cuts CSV (RFC 4180) into records and fields where they lie in the input's buffer.
struct CSVRecords {
    struct Field {
        var start: Int
        var end: Int
        /// The range holds what is between the quotes, with quotes in it doubled.
        var isQuoted = false
        var hasQuotes = false
    }

    private let input: ByteInput
    private(set) var fields: [Field] = []
    /// Where the record begins, counted from 1.
    private(set) var line = 1
    private var nextLine = 1

    init(_ input: ByteInput) throws(ExchangeError) {
        self.input = input
        while input.end - input.start < 3, try input.fill() {}
        let bytes = UnsafeRawBufferPointer(start: input.base, count: input.end)
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { input.advance(to: 3) }
    }

    func failure(_ what: String) -> ExchangeError {
        .line(file: input.name, line: line, what: what)
    }

    /// A field's bytes as they are written; valid until the next record.
    @inline(__always)
    func raw(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: input.base + fields[index].start,
            count: fields[index].end &- fields[index].start)
    }

    /// A field's bytes with the quotes undone.
    func text(_ index: Int) -> [UInt8] {
        let bytes = raw(index)
        guard fields[index].hasQuotes else { return Array(bytes) }
        var text: [UInt8] = []
        var isSecond = false
        for byte in bytes {
            isSecond = byte == 0x22 && !isSecond
            if !isSecond { text.append(byte) }
        }
        return text
    }

    /// The next record that is no empty line.
    /// - Parameter fieldsMax: more are not stored, but counted by `fields.count` as one more.
    /// - Returns: false at the end.
    mutating func next(fieldsMax: Int) throws(ExchangeError) -> Bool {
        while true {
            line = nextLine
            guard try scan(fieldsMax) else { return false }
            if fields.count > 1 || fields[0].end > fields[0].start || fields[0].isQuoted {
                return true
            }
        }
    }

    private mutating func scan(_ fieldsMax: Int) throws(ExchangeError) -> Bool {
        while true {
            let (found, next) = try scanBuffered(fieldsMax)
            if found {
                input.advance(to: next)
                return true
            }
            nextLine = line
            if try input.fill() { continue }
            if !input.isAtEnd {
                throw failure("a line of more than \(ByteInput.capacity) bytes")
            }
            if input.start == input.end { return false }
        }
    }

    /// - Returns: whether the record ends in what is buffered, and where the next one begins.
    private mutating func scanBuffered(_ fieldsMax: Int) throws(ExchangeError) -> (Bool, Int) {
        fields.removeAll(keepingCapacity: true)
        let base = input.base
        let end = input.end
        var position = input.start
        if position == end { return (false, position) }
        while true {
            var field = Field(start: position, end: position)
            if position < end, Self.byte(base, position) == 0x22 {
                guard try scanQuoted(&field, &position) else { return (false, position) }
            } else {
                while position < end {
                    let byte = Self.byte(base, position)
                    // Comma, line feed, quote: all below 0x2d.
                    if byte <= 0x2c, byte == 0x2c || byte == 0x0a || byte == 0x22 { break }
                    position &+= 1
                }
                field.end = position
            }
            let isLast = position == end || Self.byte(base, position) == 0x0a
            if position == end, !input.isAtEnd { return (false, position) }
            if isLast, !field.isQuoted, field.end > field.start,
                Self.byte(base, field.end &- 1) == 0x0d
            {
                field.end &-= 1
            }
            if fields.count <= fieldsMax { fields.append(field) }
            if isLast {
                nextLine &+= 1
                return (true, min(position &+ 1, end))
            }
            guard Self.byte(base, position) == 0x2c else {
                throw failure("a quote inside a field that does not begin with one")
            }
            position &+= 1
        }
    }

    /// - Returns: false where the buffer ends before the field does.
    private mutating func scanQuoted(
        _ field: inout Field, _ position: inout Int
    ) throws(ExchangeError) -> Bool {
        let (base, end) = (input.base, input.end)
        position += 1
        field.start = position
        field.isQuoted = true
        while true {
            while position < end, Self.byte(base, position) != 0x22 {
                if Self.byte(base, position) == 0x0a { nextLine += 1 }
                position += 1
            }
            if position + 1 < end, Self.byte(base, position + 1) == 0x22 {
                field.hasQuotes = true
                position += 2
                continue
            }
            guard position < end, position + 1 < end || input.isAtEnd else {
                if !input.isAtEnd { return false }
                throw failure("a quoted field that does not end")
            }
            field.end = position
            position += 1
            if position < end, Self.byte(base, position) == 0x0d {
                guard position + 1 < end || input.isAtEnd else { return false }
                position += 1
            }
            guard
                position == end || Self.byte(base, position) == 0x0a
                    || Self.byte(base, position) == 0x2c && Self.byte(base, position - 1) == 0x22
            else { throw failure("text behind the quote that ends a field") }
            return true
        }
    }

    @inline(__always)
    private static func byte(_ base: UnsafeRawPointer, _ position: Int) -> UInt8 {
        base.load(fromByteOffset: position, as: UInt8.self)
    }
}
