import Measures

/// A block on disk, inside an `Envelope`:
///
///     byte 0        0 = stored, 1 = zlib
///     varint        length of the payload before compression
///     payload:
///       varint      number of ticks
///       column      time, milliseconds since 1970
///       column      boot row id
///       column      uptime, milliseconds
///       rows+column host CPUs in millicores, where known
///       rows+column host memory in bytes, where known
///       varint      number of incarnations
///       each:       varint id, rows among the ticks, varint number of metrics
///         each:     byte metric, rows among the incarnation's rows, column
///
/// Columns are `ColumnEncoding`s, rows are `RowSet`s; a column without rows is left out.
extension Block {
    static let version: UInt8 = 1

    /// A day at one second and then some: bounds what damaged bytes may ask for.
    static let ticksMax = 1 << 17
    private static let payloadLengthMax = 1 << 30
    /// Ten times what an hour of 3,000 containers holds.
    private static let valuesMax = 1 << 25

    func encoded() -> [UInt8] {
        precondition(!ticks.isEmpty && ticks.count <= Self.ticksMax)
        var payload = ByteWriter()
        payload.append(count: ticks.count)
        ColumnEncoding.append(ticks.map(\.time.rawValue), to: &payload)
        ColumnEncoding.append(ticks.map(\.boot), to: &payload)
        ColumnEncoding.append(ticks.map(\.uptimeMilliseconds), to: &payload)
        Self.append(optional: ticks.map(\.host.cpus?.millicores), to: &payload)
        Self.append(optional: ticks.map(\.host.memory?.rawValue), to: &payload)
        payload.append(count: incarnations.count)
        for entry in incarnations {
            payload.append(varint: UInt64(entry.incarnation))
            RowSet.append(entry.rows, of: ticks.count, to: &payload)
            payload.append(count: entry.columns.count)
            for column in entry.columns {
                payload.append(byte: column.metric.rawValue)
                RowSet.append(column.present, of: entry.rows.count, to: &payload)
                ColumnEncoding.append(column.values, to: &payload)
            }
        }

        let compressed = Zlib.compress(payload.bytes)
        var body = ByteWriter()
        body.append(byte: compressed == nil ? 0 : 1)
        body.append(count: payload.bytes.count)
        body.append(contentsOf: compressed ?? payload.bytes)
        return Envelope.seal(version: Self.version, body: body.bytes)
    }

    /// - Parameter metrics: columns of other metrics are skipped over.
    init(
        decoding bytes: [UInt8], metrics: Set<Metric> = Set(Metric.allCases)
    ) throws(DecodingFailure) {
        var reader = try Self.payload(of: bytes)
        let count = try reader.count(of: "ticks", atMost: Self.ticksMax)
        guard count > 0 else { throw DecodingFailure("a block of no ticks") }
        let times = try ColumnEncoding.read(count: count, from: &reader)
        let boots = try ColumnEncoding.read(count: count, from: &reader)
        let uptimes = try ColumnEncoding.read(count: count, from: &reader)
        let cpus = try Self.readOptional(count: count, from: &reader)
        let memory = try Self.readOptional(count: count, from: &reader)
        let absurd = cpus.lazy.compactMap(\.self).first { $0.magnitude > Cores.millicoresMax }
        if let absurd { throw DecodingFailure("\(absurd) millicores of a host") }
        ticks = (0..<count).map { row in
            TickHeader(
                time: Timestamp(milliseconds: times[row]), boot: boots[row],
                uptimeMilliseconds: uptimes[row],
                host: HostCapacity(
                    cpus: cpus[row].map(Cores.init(millicores:)),
                    memory: memory[row].map(Bytes.init(rawValue:))))
        }
        let entries = try reader.count(of: "incarnations", atMost: reader.remaining)
        var valuesLeft = Self.valuesMax
        for _ in 0..<entries {
            incarnations.append(try Self.readEntry(count, metrics, &valuesLeft, from: &reader))
        }
        guard reader.isAtEnd else {
            throw DecodingFailure("\(reader.remaining) bytes behind the last column")
        }
    }

    private static func payload(of bytes: [UInt8]) throws(DecodingFailure) -> ByteReader {
        var reader = try Envelope.open(bytes, version: version)
        let compression = try reader.byte()
        let length = try reader.count(of: "bytes of payload", atMost: payloadLengthMax)
        switch compression {
        case 0: return reader
        case 1:
            return ByteReader(
                try Zlib.decompress(bytes[reader.position...], count: length))
        default: throw DecodingFailure("compression \(compression)")
        }
    }

    private static func readEntry(
        _ ticks: Int, _ metrics: Set<Metric>, _ valuesLeft: inout Int,
        from reader: inout ByteReader
    ) throws(DecodingFailure) -> Entry {
        let incarnation = try reader.count(of: "as incarnation id", atMost: Int.max)
        let rows = try RowSet.read(of: ticks, from: &reader)
        valuesLeft -= rows.count
        var entry = Entry(incarnation: Int64(incarnation), rows: rows, columns: [])
        let columns = try reader.count(of: "metrics", atMost: 256)
        for _ in 0..<columns {
            let number = try reader.byte()
            guard let metric = Metric(rawValue: number) else {
                throw DecodingFailure("metric \(number), which this version does not know")
            }
            let present = try RowSet.read(of: rows.count, from: &reader)
            guard !present.isEmpty else { throw DecodingFailure("an empty \(metric.name)") }
            valuesLeft -= present.count
            guard valuesLeft >= 0 else {
                throw DecodingFailure("more than \(Self.valuesMax) values")
            }
            let values = try ColumnEncoding.read(count: present.count, from: &reader)
            guard metrics.contains(metric) else { continue }
            entry.columns.append(MetricColumn(metric: metric, present: present, values: values))
        }
        return entry
    }

    private static func append(optional values: [Int64?], to writer: inout ByteWriter) {
        let rows = values.indices.filter { values[$0] != nil }.map(Int32.init)
        RowSet.append(rows, of: values.count, to: &writer)
        let known = values.compactMap(\.self)
        if !known.isEmpty { ColumnEncoding.append(known, to: &writer) }
    }

    private static func readOptional(
        count: Int, from reader: inout ByteReader
    ) throws(DecodingFailure) -> [Int64?] {
        let rows = try RowSet.read(of: count, from: &reader)
        var values = [Int64?](repeating: nil, count: count)
        guard !rows.isEmpty else { return values }
        let known = try ColumnEncoding.read(count: rows.count, from: &reader)
        for (row, value) in zip(rows, known) { values[Int(row)] = value }
        return values
    }
}
