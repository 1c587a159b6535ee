import Columns
import Measures

/// The ticks of a span without their samples, one set of columns for all containers of the host.
///
///     varint   number of ticks
///     column   time, milliseconds since 1970
///     column   boot row id
///     column   uptime, milliseconds, which may be predicted from the time
///     rows + column   host CPUs in millicores, where known
///     rows + column   host memory in bytes, where known
///
/// Columns are `IntegerColumn`s, rows are `RowSet`s; a column without rows is left out.
enum TickColumns {
    static let version: UInt8 = 2

    /// The most ticks in a span: a day at eleven seconds. Bounds what damaged bytes may ask for.
    static let ticksMax = 8192

    static func encode(_ ticks: TickTable) -> [UInt8] {
        precondition(!ticks.isEmpty && ticks.count <= ticksMax)
        var writer = ByteWriter()
        writer.append(count: ticks.count)
        append(ticks.times, to: &writer)
        append(ticks.boots, to: &writer)
        append(ticks.uptimes, predictedFrom: ticks.times, to: &writer)
        for column in [ticks.hostCPUs, ticks.hostMemory] {
            var rows = RowSet()
            for row in column.indices where column[row] != nil { rows.append(row) }
            rows.write(to: &writer)
            append(column.compactMap(\.self), to: &writer)
        }
        return Envelope.seal(version: version, body: writer.bytes)
    }

    private static func append(
        _ values: [Int64], predictedFrom reference: [Int64]? = nil, to writer: inout ByteWriter
    ) {
        var bytes: [UInt8] = []
        values.withUnsafeBufferPointer { values in
            guard let reference else {
                return IntegerColumn.encode(values, choosing: .smallest, into: &bytes)
            }
            reference.withUnsafeBufferPointer {
                IntegerColumn.encode(
                    values, predictedFrom: $0, choosing: .smallest, into: &bytes)
            }
        }
        writer.append(contentsOf: bytes)
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer, using scratch: borrowing ColumnScratch
    ) throws(DecodingFailure) -> TickTable {
        var reader = try Envelope.open(bytes, version: version)
        let count = try reader.count(of: "ticks", atMost: ticksMax)
        guard count > 0 else { throw DecodingFailure("a span of no ticks") }
        let times = try column(count, &reader, scratch)
        let boots = try column(count, &reader, scratch)
        let uptimes = try column(count, predictedFrom: times, &reader, scratch)
        let cpus = try optionalColumn(count, &reader, scratch)
        let memory = try optionalColumn(count, &reader, scratch)
        guard reader.isAtEnd else {
            throw DecodingFailure("\(reader.remaining) bytes behind the last column of ticks")
        }
        let absurd = cpus.lazy.compactMap(\.self).first { $0.magnitude > Cores.millicoresMax }
        if let absurd { throw DecodingFailure("\(absurd) millicores of a host") }
        return TickTable(times, boots, uptimes, cpus, memory)
    }

    private static func column(
        _ count: Int, predictedFrom reference: [Int64]? = nil, _ reader: inout ByteReader,
        _ scratch: borrowing ColumnScratch
    ) throws(DecodingFailure) -> [Int64] {
        var values = [Int64](repeating: 0, count: count)
        let rest = UnsafeRawBufferPointer(rebasing: reader.bytes[reader.position...])
        var length = 0
        do throws(ColumnDamage) {
            length = try values.withUnsafeMutableBufferPointer {
                (buffer) throws(ColumnDamage) in
                guard let reference else {
                    return try IntegerColumn.decode(
                        rest, predictedFrom: nil, into: buffer, using: scratch)
                }
                return try reference.withUnsafeBufferPointer {
                    (reference) throws(ColumnDamage) in
                    try IntegerColumn.decode(
                        rest, predictedFrom: reference, into: buffer, using: scratch)
                }
            }
        } catch {
            throw DecodingFailure("a column of ticks: \(error)")
        }
        _ = try reader.take(length)
        return values
    }

    private static func optionalColumn(
        _ count: Int, _ reader: inout ByteReader, _ scratch: borrowing ColumnScratch
    ) throws(DecodingFailure) -> Column {
        let rows = try RowSet(of: count, from: &reader)
        let values = try column(rows.count, &reader, scratch)
        var column = Column()
        var next = 0
        for run in rows.runs {
            column.append(absent: run.lowerBound - column.count)
            values[next..<(next + run.count)].withUnsafeBufferPointer { column.append($0) }
            next += run.count
        }
        column.append(absent: count - column.count)
        return column
    }
}
