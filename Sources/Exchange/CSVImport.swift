import Measures

/// Reads the long form: a header, then a row for each value.
struct CSVImport {
    /// In the order that exports have them.
    static let required = ["timestamp", "project", "service", "instance", "metric", "value"]
    /// What an export adds where series could not be told apart without.
    static let optional = ["kind", "container"]

    private let input: ByteInput
    private var records: CSVRecords
    /// Where each column is, by name.
    private var columns: [String: Int] = [:]
    private let table = KeyTable()
    private let keys: SampleKeys
    private let rows: RowBuffer

    init(_ input: ByteInput, keys: SampleKeys, rows: RowBuffer) throws(ExchangeError) {
        self.input = input
        self.keys = keys
        self.rows = rows
        records = try CSVRecords(input)
    }

    mutating func run() throws(ExchangeError) {
        try readHeader()
        let count = columns.count
        let (timeColumn, valueColumn) = (columns["timestamp"] ?? 0, columns["value"] ?? 0)
        let named = columns.filter { !["timestamp", "value"].contains($0.key) }.values.sorted()
        let span = named[0]...named[named.count - 1]
        let isContiguous = span.count == named.count
        var spelling: [UInt8] = []
        var dates = DateText()
        var lastKey: Int32 = -1
        var lastSpelling: [UInt8] = []
        while try records.next(fieldsMax: count) {
            guard records.fields.count == count else {
                let found = records.fields.count > count ? "more" : "\(records.fields.count)"
                throw records.failure("\(found) fields where the header has \(count)")
            }
            do throws(NumberText.Refusal) {
                let time = try NumberText.time(records.raw(timeColumn), &dates)
                var bytes = written(span.lowerBound, to: span.upperBound)
                if !isContiguous {
                    spelling.removeAll(keepingCapacity: true)
                    for column in named {
                        spelling.append(contentsOf: written(column, to: column))
                        spelling.append(0x2c)
                    }
                }
                let key: Int32
                if isContiguous {
                    if bytes.count == lastSpelling.count, lastSpelling.holdsSame(as: bytes) {
                        key = lastKey
                    } else {
                        key = try self.key(spelled: bytes)
                        lastKey = key
                        lastSpelling.removeAll(keepingCapacity: true)
                        lastSpelling.append(contentsOf: bytes)
                    }
                } else {
                    key = try spelling.withUnsafeBufferPointer {
                        (buffer) throws(NumberText.Refusal) in
                        bytes = UnsafeRawBufferPointer(buffer)
                        return try self.key(spelled: bytes)
                    }
                }
                let value = try NumberText.value(
                    records.raw(valueColumn), of: keys.keys[Int(key)].metric)
                append(key, time, value)
            } catch {
                throw records.failure(error.what)
            }
            if let failure { throw failure }
        }
    }

    /// What the temporary file refused.
    private var failure: ExchangeError?

    @inline(__always)
    private mutating func append(_ key: Int32, _ time: Int64, _ value: Int64) {
        do throws(ExchangeError) {
            try rows.append(key: Int(key), time: time, value: value, line: records.line)
        } catch {
            failure = error
        }
    }

    /// Fields as they are written, from one column to another, quotes and commas included.
    @inline(__always)
    private func written(_ first: Int, to last: Int) -> UnsafeRawBufferPointer {
        let (from, to) = (records.fields[first], records.fields[last])
        let start = from.isQuoted ? from.start &- 1 : from.start
        let end = to.isQuoted ? to.end &+ 1 : to.end
        return UnsafeRawBufferPointer(start: input.base + start, count: end &- start)
    }

    @inline(__always)
    private func key(spelled bytes: UnsafeRawBufferPointer) throws(NumberText.Refusal) -> Int32 {
        if let known = table.find(bytes) { return known }
        return try newKey(spelled: bytes)
    }

    private func newKey(
        spelled bytes: UnsafeRawBufferPointer
    ) throws(NumberText.Refusal) -> Int32 {
        var names = SeriesNames()
        names.service = try text("service") ?? ""
        names.instance = try text("instance") ?? ""
        names.project = try text("project")
        names.container = try text("container")
        if let kind = try text("kind") {
            guard let known = SeriesKind.byName[kind] else {
                throw NumberText.Refusal(what: "unknown kind '\(kind)'")
            }
            names.kind = known
        }
        if let refusal = names.refusal { throw NumberText.Refusal(what: refusal) }
        guard let name = try text("metric") else { throw NumberText.Refusal(what: "no metric") }
        guard let metric = Metric.byName[name] else {
            let bytes = Array(name.utf8)
            throw NumberText.Refusal(
                what: "unknown metric \(bytes.withUnsafeBytes { shown($0) })")
        }
        let count = keys.keys.count
        let key = keys.number(of: names, metric)
        if keys.keys.count > count { rows.addKey() }
        table.insert(bytes, key)
        return key
    }

    /// Nil where there is no such column, or nothing in it.
    private func text(_ column: String) throws(NumberText.Refusal) -> String? {
        guard let index = columns[column] else { return nil }
        let bytes = records.text(index)
        if bytes.isEmpty { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw NumberText.Refusal(
                what: "the \(column) \(bytes.withUnsafeBytes { shown($0) }) is not UTF-8")
        }
        return text
    }

    private mutating func readHeader() throws(ExchangeError) {
        let expected = Self.required.joined(separator: ",")
        guard try records.next(fieldsMax: 64) else {
            throw .line(file: input.name, line: 1, what: "no header: \(expected) is expected")
        }
        for index in records.fields.indices {
            let bytes = records.text(index)
            let name = String(decoding: bytes, as: UTF8.self)
            guard (Self.required + Self.optional).contains(name) else {
                let text = bytes.withUnsafeBytes { shown($0) }
                throw records.failure(
                    "unknown column \(text) in the header: \(expected) is expected")
            }
            guard columns.updateValue(index, forKey: name) == nil else {
                throw records.failure("the column '\(name)' twice in the header")
            }
        }
        if let missing = Self.required.first(where: { columns[$0] == nil }) {
            throw records.failure("no column '\(missing)' in the header")
        }
    }
}

extension [UInt8] {
    /// - Parameter bytes: as many.
    @inline(__always)
    fileprivate func holdsSame(as bytes: UnsafeRawBufferPointer) -> Bool {
        withUnsafeBytes { held in
            var position = 0
            while position &+ 8 <= bytes.count {
                if held.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                    != bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                {
                    return false
                }
                position &+= 8
            }
            while position < bytes.count {
                if held[position] != bytes[position] { return false }
                position &+= 1
            }
            return true
        }
    }
}
