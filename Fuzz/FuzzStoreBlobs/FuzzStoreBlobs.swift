import Fuzzing
import Measures

@testable import Storing

/// The input as the body of each kind of blob, in an envelope whose checksum is right: what decodes must be
/// encoded and decoded to itself.
@main
struct FuzzStoreBlobs {
    static func main() {
        fuzz { input in
            if let samples = try? TickRow.decode(seal(TickRow.version, input)) { check(samples) }
            // As it is, where the first byte says whether the rest is compressed, and as what is inside.
            check(blockBody: input)
            if input.count < 4096, let compressed = Zlib.compress(input) {
                var body = ByteWriter()
                body.append(byte: 1)
                body.append(count: input.count)
                body.append(contentsOf: compressed)
                check(blockBody: body.bytes)
            }
            _ = try? TickRow.decode(input)
            _ = try? Block(decoding: input)
        }
    }

    private static func seal(_ version: UInt8, _ body: [UInt8]) -> [UInt8] {
        Envelope.seal(version: version, body: body)
    }

    private static func check(_ samples: [TickRow.Sample]) {
        require((try? TickRow.decode(TickRow.encode(samples))) == samples, "a row: \(samples)")

        // The way into a block: three samples a tick.
        var ticks: [(Block.TickHeader, [TickRow.Sample])] = []
        for start in stride(from: 0, to: samples.count, by: 3) {
            let header = Block.TickHeader(
                time: Timestamp(milliseconds: Int64(start) * 60_000), boot: 1,
                uptimeMilliseconds: Int64(start) * 60_001,
                host: HostCapacity(cpus: Cores(2), memory: .gibibytes(2)))
            ticks.append((header, Array(samples[start..<min(start + 3, samples.count)])))
        }
        if !ticks.isEmpty { check(Block(ticks)) }
    }

    private static func check(blockBody body: [UInt8]) {
        let sealed = seal(Block.version, body)
        guard let block = try? Block(decoding: sealed) else { return }
        check(block)
        var wanted = block
        for entry in wanted.incarnations.indices {
            wanted.incarnations[entry].columns.removeAll { $0.metric != .memoryCurrent }
        }
        let part = try? Block(decoding: sealed, metrics: [.memoryCurrent])
        require(part == wanted, "one metric of a block: \(wanted)")
    }

    private static func check(_ block: Block) {
        for entry in block.incarnations {
            require(isAscending(entry.rows, below: block.ticks.count), "rows \(entry.rows)")
            for column in entry.columns {
                require(isAscending(column.present, below: entry.rows.count), "\(column)")
                require(column.values.count == column.present.count, "\(column)")
            }
        }
        require((try? Block(decoding: block.encoded())) == block, "a block: \(block)")
    }

    private static func isAscending(_ rows: [Int32], below count: Int) -> Bool {
        zip(rows, rows.dropFirst()).allSatisfy(<) && rows.allSatisfy { 0 <= $0 && $0 < count }
    }
}
