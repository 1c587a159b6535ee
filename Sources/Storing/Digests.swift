import Measures

extension Incarnation {
    /// The checksum in `incarnation.digest`: CRC-32 of id and series as zigzag varints, then of container,
    /// name, image, image id and start, each a byte, 1 where it is known, and the text with a zero byte
    /// behind it.
    /// - Parameter series: the row's id.
    func digest(id: Int64, series: Int64) -> Int64 {
        var writer = ByteWriter()
        writer.append(signed: id)
        writer.append(signed: series)
        let texts = [
            container.rawValue, name, image, imageID, startedAt.map { String($0.rawValue) },
        ]
        for text in texts {
            writer.append(byte: text == nil ? 0 : 1)
            writer.append(contentsOf: Array((text ?? "").utf8) + [0])
        }
        return Int64(Zlib.checksum(writer.bytes))
    }
}

/// The checksum in `span.digest`: CRC-32 of the zigzag varints `id`, `first_seq`, `last_seq`, `start_ms`,
/// `end_ms` and the ticks' CRC-32, then for each block in the order of `first_id`: `first_id`, `last_id` and
/// the data's CRC-32. It ties the blocks to their span.
struct SpanDigest {
    private var writer = ByteWriter()

    /// - Parameter row: columns `SpanDigest.columns` of a span.
    init(span row: borrowing SQLiteStatement) {
        for column in Int32(0)..<5 { writer.append(signed: row.integer(column)) }
        append(blob: 5, of: row)
    }

    static let columns = "id, first_seq, last_seq, start_ms, end_ms, ticks"

    /// - Parameter row: columns `first_id`, `last_id`, `data` of a block.
    mutating func append(block row: borrowing SQLiteStatement) {
        writer.append(signed: row.integer(0))
        writer.append(signed: row.integer(1))
        append(blob: 2, of: row)
    }

    private mutating func append(blob column: Int32, of row: borrowing SQLiteStatement) {
        let checksum: UInt32 = row.withBlob(column) { Zlib.checksum($0) }
        writer.append(signed: Int64(checksum))
    }

    var value: Int64 { Int64(Zlib.checksum(writer.bytes)) }
}

extension SampleStore {
    /// What the digest of a span must be; nil where there is no such span.
    func digest(ofSpan id: Int64) throws(StoreError) -> Int64? {
        var span = try database.prepare(
            "SELECT \(SpanDigest.columns) FROM span WHERE id = ?", while: "checking a span")
        try span.bind(1, id)
        guard try span.step() else { return nil }
        var digest = SpanDigest(span: span)
        var blocks = try database.prepare(
            "SELECT first_id, last_id, data FROM block WHERE span = ? ORDER BY first_id",
            while: "checking a span")
        try blocks.bind(1, id)
        while try blocks.step() { digest.append(block: blocks) }
        return digest.value
    }

    /// Writes the digest of a span whose blocks are all there.
    func seal(span id: Int64) throws(StoreError) {
        let digest = try digest(ofSpan: id)
        var statement = try database.prepare(
            "UPDATE span SET digest = ? WHERE id = ?", while: "compacting samples")
        try statement.bind(1, digest)
        try statement.bind(2, id)
        try statement.run()
    }
}
