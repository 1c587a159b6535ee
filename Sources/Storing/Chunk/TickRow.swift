import Measures

/// One tick's samples as the blob of one row: written every minute, read until a block takes it over.
/// Most values of most containers are those of a minute ago, so a row is told against its key tick; a key
/// tick itself is told against nothing.
///
///     varint        number of samples
///     samples ×     varint incarnation id − that of the sample before (at first: − 0)
///                   varint presence mask (bit n: metric n) XOR that in the key tick
///                   varint mask of the metrics whose value is not that in the key tick (absent there: 0)
///                   for each of these, in wire-number order: zigzag varint, value − that in the key tick
///
/// Differences wrap. Samples are in ascending order of their incarnation. The checksum covers the row's
/// other columns too (`TickRow.Label`); rows of version 2, which are read but not written, have it of the
/// samples alone.
enum TickRow {
    static let version: UInt8 = 3
    static let unlabelledVersion: UInt8 = 2

    /// What a row holds beside its samples, as the checksum sees it: zigzag varints `seq`, `key` + 1 (0 for
    /// none), `time_ms`, `boot`, `uptime_ms`, then of `host_millicores` and `host_memory_bytes` each a byte,
    /// 1 where it is known, and the zigzag varint.
    struct Label: Equatable {
        var sequence: Int64
        var key: Int64?
        var header: TickHeader

        var bytes: [UInt8] {
            var writer = ByteWriter()
            for value in [
                sequence, key.map { $0 &+ 1 } ?? 0, header.time.rawValue, header.boot,
                header.uptimeMilliseconds,
            ] {
                writer.append(signed: value)
            }
            for value in [header.host.cpus?.millicores, header.host.memory?.rawValue] {
                writer.append(byte: value == nil ? 0 : 1)
                writer.append(signed: value ?? 0)
            }
            return writer.bytes
        }
    }

    struct Sample: Equatable {
        var incarnation: Int64
        var values: MetricValues
    }

    /// - Parameters:
    ///   - samples: ascending, each incarnation once.
    ///   - key: the samples of the key tick; none for a key tick.
    static func encode(
        _ samples: [Sample], against key: [Sample] = [], label: [UInt8] = []
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(count: samples.count)
        var previous: Int64 = 0
        var known = key.startIndex
        withUnsafeTemporaryAllocation(
            of: Int64.self, capacity: MetricValues.differencesMax
        ) { differences in
            let differences = differences.baseAddress!
            for sample in samples {
                let base = values(of: sample.incarnation, in: key, from: &known)
                writer.append(varint: UInt64(sample.incarnation - previous))
                previous = sample.incarnation
                writer.append(varint: sample.values.presence ^ base.presence)
                let changed = sample.values.changes(from: base)
                writer.append(varint: changed)
                let count = sample.values.differences(
                    from: base, of: changed, into: differences)
                for index in 0..<count { writer.append(signed: differences[index]) }
            }
        }
        return Envelope.seal(version: version, label: label, body: writer.bytes)
    }

    static func decode(
        _ bytes: [UInt8], against key: [Sample] = [], label: [UInt8] = []
    ) throws(DecodingFailure) -> [Sample] {
        var samples: [Sample] = []
        // Nearly the same containers as in the key tick; of a key tick, some two dozen bytes for each.
        samples.reserveCapacity(key.isEmpty ? bytes.count / 24 : key.count)
        try bytes.withBytes { (bytes) throws(DecodingFailure) in
            try forEachSample(bytes, against: key, label: label) { samples.append($0) }
        }
        return samples
    }

    private static func forEachSample(
        _ bytes: UnsafeRawBufferPointer, against key: [Sample], label: [UInt8],
        _ body: (Sample) -> Void
    ) throws(DecodingFailure) {
        var reader =
            bytes.first == unlabelledVersion
            ? try Envelope.open(bytes, version: unlabelledVersion)
            : try Envelope.open(bytes, version: version, label: label)
        let count = try reader.count(of: "samples", atMost: reader.remaining)
        var incarnation: Int64 = 0
        var known = key.startIndex
        var differences = [Int64](repeating: 0, count: MetricValues.differencesMax)
        for number in 0..<count {
            let start = reader.position
            let gap = try reader.count(of: "as the step to the next incarnation", atMost: Int.max)
            let (next, isTooLarge) = incarnation.addingReportingOverflow(Int64(gap))
            guard number == 0 || gap > 0, !isTooLarge else {
                throw DecodingFailure("incarnations out of order at byte \(start)")
            }
            incarnation = next
            let base = values(of: incarnation, in: key, from: &known)
            let presence = base.presence ^ (try reader.varint())
            let changed = try reader.varint()
            guard changed & ~presence == 0 else {
                throw DecodingFailure("values that are not there, before byte \(reader.position)")
            }
            for index in 0..<changed.nonzeroBitCount {
                differences[index] = try reader.signed()
            }
            let values = differences.withUnsafeBufferPointer {
                MetricValues(
                    presence: presence, base: base, changed: changed, differences: $0.baseAddress!)
            }
            guard let values else {
                throw DecodingFailure(
                    "metrics \(String(presence, radix: 2)), not all of which this version knows")
            }
            body(Sample(incarnation: incarnation, values: values))
        }
        guard reader.isAtEnd else {
            throw DecodingFailure("\(reader.remaining) bytes behind the last sample")
        }
    }

    /// - Parameter position: where to go on looking; incarnations are asked for in ascending order.
    private static func values(
        of incarnation: Int64, in key: [Sample], from position: inout Int
    ) -> MetricValues {
        while position < key.endIndex, key[position].incarnation < incarnation { position += 1 }
        guard position < key.endIndex, key[position].incarnation == incarnation else {
            return MetricValues()
        }
        return key[position].values
    }
}
