import Columns
import Measures

/// The samples of up to 64 incarnations over a span of ticks, a column for each metric of each:
///
///     byte 0     version
///     bytes 1–4  CRC-32 of the header, little endian
///     varint     length of the header
///     header:
///       varint   number of ticks in the span
///       varint   number of incarnations
///       each:    varint id − that of the one before (at first: − 0), `RowSet` among the ticks
///       varint   number of sections
///       each:    byte metric, varint length, 4 bytes CRC-32 of the section
///     sections, in the order of their metrics' wire numbers:
///       byte     0 = as it is, 1 = zlib; then the varint length before compression
///       for each incarnation: varint 0 = it has no such metric, else 2 × the column's length,
///         + 1 where the metric is absent from some of its rows
///       columns: where it is absent from some, first the `RowSet` among the incarnation's rows;
///         then the `IntegerColumn`, or of a metric of kind `real` the `FloatColumn`
///
/// Who reads one metric reads the header and that metric's section.
enum Block {
    static let version: UInt8 = 2
    static let incarnationsMax = 64

    /// The metrics whose sum a metric may be predicted from: of these, the ones that the incarnation has,
    /// if each has a value in all of its rows. None leads back to itself. Part of the format.
    static func references(of metric: Metric) -> [Metric] {
        switch metric {
        case .cpuSystem: [.cpuUsage]
        case .memoryCurrent: [.memoryAnon, .memoryActiveFile, .memoryInactiveFile]
        case .memoryPeak: [.memoryCurrent]
        case .cpuPressureSome: [.cpuThrottledTime]
        case .cpuPressureFull: [.cpuPressureSome]
        case .memoryPressureFull: [.memoryPressureSome]
        case .ioPressureFull: [.ioPressureSome]
        default: []
        }
    }

    /// One metric of one incarnation.
    struct MetricColumn: Equatable {
        /// Among the incarnation's rows; nil for all of them.
        var present: RowSet?
        /// One for each row that is present.
        var values: [Int64]
    }

    /// Whose samples a block holds.
    struct Members: Equatable {
        var tickCount: Int
        /// Ascending.
        var ids: [Int64]
        /// One for each id, among the ticks.
        var rows: [RowSet]
    }

    static func encode(
        _ source: some BlockSource, choosing preference: IntegerColumn.Preference
    ) throws(DecodingFailure) -> [UInt8] {
        let members = source.members
        precondition(members.ids.count <= incarnationsMax)
        var sections: [(metric: Metric, bytes: [UInt8])] = []
        for metric in source.metrics {
            let bytes = try section(metric, source, preference)
            if let bytes { sections.append((metric, bytes)) }
        }
        var header = ByteWriter()
        header.append(count: members.tickCount)
        header.append(count: members.ids.count)
        var previous: Int64 = 0
        for (id, rows) in zip(members.ids, members.rows) {
            header.append(varint: UInt64(id - previous))
            rows.write(to: &header)
            previous = id
        }
        header.append(count: sections.count)
        for section in sections {
            header.append(byte: section.metric.rawValue)
            header.append(count: section.bytes.count)
            header.append(littleEndian: Zlib.checksum(section.bytes))
        }
        var writer = ByteWriter()
        writer.append(byte: version)
        writer.append(littleEndian: Zlib.checksum(header.bytes))
        writer.append(count: header.bytes.count)
        writer.append(contentsOf: header.bytes)
        for section in sections { writer.append(contentsOf: section.bytes) }
        return writer.bytes
    }

    /// Nil where no incarnation has the metric.
    private static func section(
        _ metric: Metric, _ source: some BlockSource, _ preference: IntegerColumn.Preference
    ) throws(DecodingFailure) -> [UInt8]? {
        var lengths = ByteWriter()
        var columns: [UInt8] = []
        for index in source.members.ids.indices {
            guard let found = try source.column(metric, index), !found.values.isEmpty else {
                lengths.append(count: 0)
                continue
            }
            let start = columns.count
            var rows = ByteWriter()
            found.present?.write(to: &rows)
            columns += rows.bytes
            if metric.kind == .real {
                let reals = found.values.map(Double.init(storedReal:))
                reals.withUnsafeBufferPointer {
                    FloatColumn.encode($0, choosing: preference, into: &columns)
                }
                lengths.append(count: 2 * (columns.count - start) + (found.present == nil ? 0 : 1))
                continue
            }
            let reference =
                found.present == nil ? try reference(of: metric, index, in: source) : nil
            found.values.withUnsafeBufferPointer { values in
                if let reference {
                    reference.withUnsafeBufferPointer {
                        IntegerColumn.encode(
                            values, predictedFrom: $0, choosing: preference, into: &columns)
                    }
                } else {
                    IntegerColumn.encode(values, choosing: preference, into: &columns)
                }
            }
            lengths.append(
                count: 2 * (columns.count - start) + (found.present == nil ? 0 : 1))
        }
        guard !columns.isEmpty else { return nil }
        return packed(lengths.bytes + columns)
    }

    /// Compressed only where it saves a twentieth: unpacking takes ten times as long as decoding.
    private static func packed(_ section: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        if let compressed = Zlib.compress(section), compressed.count * 20 < section.count * 19 {
            writer.append(byte: 1)
            writer.append(count: section.count)
            writer.append(contentsOf: compressed)
        } else {
            writer.append(byte: 0)
            writer.append(count: section.count)
            writer.append(contentsOf: section)
        }
        return writer.bytes
    }

    /// The sum of what `metric` may be predicted from; nil where there is nothing, or not complete.
    static func reference(
        of metric: Metric, _ index: Int, in source: some BlockSource
    ) throws(DecodingFailure) -> [Int64]? {
        var sum: [Int64]?
        for metric in references(of: metric) {
            guard let part = try source.column(metric, index) else { continue }
            guard part.present == nil else { return nil }
            if let before = sum {
                guard before.count == part.values.count else { return nil }
                sum = zip(before, part.values).map { $0 &+ $1 }
            } else {
                sum = part.values
            }
        }
        return sum
    }
}
