import Columns
import Fuzzing
import Measures

@testable import Storing

/// The input as each kind of blob, with checksums made right: what decodes must be encoded and decoded to
/// itself.
@main
struct FuzzStoreBlobs {
    static func main() {
        fuzz { input in
            checkRows(Envelope.seal(version: TickRow.version, body: input))
            checkTicks(Envelope.seal(version: TickColumns.version, body: input))
            checkBlock(input)
            checkRoster(input)
            // As it is: the checksum is wrong, but nobody knows that before it has been looked at.
            _ = try? TickRow.decode(input)
            _ = try? reader(input, ticks: 3) { _ in }
        }
    }

    // MARK: Rows

    private static let key = [1, 2, 5].map { id in
        TickRow.Sample(
            incarnation: id, values: [.cpuUsage: id * 1000, .memoryCurrent: 4096, .state: 2])
    }

    private static func checkRows(_ sealed: [UInt8]) {
        for key in [[], key] {
            guard let samples = try? TickRow.decode(sealed, against: key) else { continue }
            let encoded = TickRow.encode(samples, against: key)
            require((try? TickRow.decode(encoded, against: key)) == samples, "a row: \(samples)")
            checkColumns(samples)
        }
    }

    /// The way into a block: each sample in a tick of its own, three times.
    private static func checkColumns(_ samples: [TickRow.Sample]) {
        guard !samples.isEmpty, samples.count <= Block.incarnationsMax else { return }
        var builder = BlockBuilder(ids: samples.map(\.incarnation))
        for round in 0..<3 {
            for (index, sample) in samples.enumerated() {
                builder.append(sample, at: round * samples.count + index)
            }
        }
        let built = builder.finished(tickCount: 3 * samples.count)
        for preference in [IntegerColumn.Preference.fast, .smallest] {
            do {
                let block = try Block.encode(built, choosing: preference)
                try reader(block, ticks: 3 * samples.count) { (reader) throws(DecodingFailure) in
                    try reader.require(built)
                }
            } catch {
                require(false, "a block of \(samples): \(error)")
            }
        }
    }

    // MARK: Rosters

    private static func checkRoster(_ body: [UInt8]) {
        var sealed = ByteWriter()
        sealed.append(littleEndian: Zlib.checksum(body))
        sealed.append(contentsOf: body)
        guard let roster = decodedRoster(sealed.bytes) else { return }
        require(decodedRoster(roster.bytes) == roster, "a roster: \(roster)")
    }

    private static func decodedRoster(_ bytes: [UInt8]) -> Roster? {
        try? bytes.withBytes { (bytes) throws(DecodingFailure) in try Roster(bytes) }
    }

    // MARK: Ticks

    private static func checkTicks(_ sealed: [UInt8]) {
        guard let ticks = decodedTicks(sealed) else { return }
        require(decodedTicks(TickColumns.encode(ticks)) == ticks, "ticks: \(ticks)")
    }

    private static func decodedTicks(_ sealed: [UInt8]) -> TickTable? {
        try? sealed.withBytes { (bytes) throws(DecodingFailure) in
            try TickColumns.decode(bytes, using: ColumnScratch())
        }
    }

    // MARK: Blocks

    /// A header of two incarnations and one section, which is the input.
    private static func checkBlock(_ section: [UInt8]) {
        for metric in [Metric.cpuUsage, .cpuPressureSome] {
            var header = ByteWriter()
            for count in [6, 2, 3, 2, 0, 6, 4, 2, 1, 4, 1] { header.append(count: count) }
            header.append(byte: metric.rawValue)
            header.append(count: section.count)
            header.append(littleEndian: Zlib.checksum(section))
            var block = ByteWriter()
            block.append(byte: Block.version)
            block.append(littleEndian: Zlib.checksum(header.bytes))
            block.append(count: header.bytes.count)
            block.append(contentsOf: header.bytes)
            block.append(contentsOf: section)
            _ = try? reader(block.bytes, ticks: 6) { (reader) throws(DecodingFailure) in
                for index in reader.members.ids.indices {
                    guard let column = try reader.column(metric, index) else { continue }
                    let rows = reader.members.rows[index].count
                    require(column.values.count == column.present?.count ?? rows, "\(column)")
                    require((column.present?.end ?? 0) <= rows, "\(column)")
                }
            }
        }
        // The input as a whole block, header and all.
        guard section.count > 2 else { return }
        var writer = ByteWriter()
        let length = min(Int(section[0]), section.count - 1)
        writer.append(byte: Block.version)
        writer.append(littleEndian: Zlib.checksum(Array(section[1..<(1 + length)])))
        writer.append(count: length)
        writer.append(contentsOf: Array(section[1...]))
        _ = try? reader(writer.bytes, ticks: 6) { (reader) throws(DecodingFailure) in
            for metric in reader.metrics {
                for index in reader.members.ids.indices { _ = try reader.column(metric, index) }
            }
        }
    }

    private static func reader<Result>(
        _ block: [UInt8], ticks: Int,
        _ body: (BlockReader) throws(DecodingFailure) -> Result
    ) throws(DecodingFailure) -> Result {
        try block.withBytes { (bytes) throws(DecodingFailure) in
            try body(BlockReader(bytes, tickCount: ticks))
        }
    }
}
