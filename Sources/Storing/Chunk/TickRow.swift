import Measures

/// One tick's samples as the blob of one row: written every minute, read until a block takes it over.
///
///     varint        number of samples
///     samples ×     varint incarnation id, varint presence mask (bit n: metric n),
///                   then a zigzag varint for every metric present, in wire-number order
enum TickRow {
    static let version: UInt8 = 1

    struct Sample: Equatable {
        var incarnation: Int64
        var values: MetricValues
    }

    static func encode(_ samples: [Sample]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(count: samples.count)
        for sample in samples {
            writer.append(varint: UInt64(sample.incarnation))
            writer.append(varint: sample.values.presence)
            sample.values.forEachPresent { writer.append(signed: $1) }
        }
        return Envelope.seal(version: version, body: writer.bytes)
    }

    static func decode(_ bytes: [UInt8]) throws(DecodingFailure) -> [Sample] {
        var reader = try Envelope.open(bytes, version: version)
        let count = try reader.count(of: "samples", atMost: bytes.count)
        var samples: [Sample] = []
        samples.reserveCapacity(count)
        for _ in 0..<count {
            let incarnation = try reader.count(of: "as incarnation id", atMost: Int.max)
            let mask = try reader.varint()
            var values = MetricValues()
            for number in 0..<UInt8(64) where mask & (1 << UInt64(number)) != 0 {
                guard let metric = Metric(rawValue: number) else {
                    throw DecodingFailure("metric \(number), which this version does not know")
                }
                values[metric] = try reader.signed()
            }
            samples.append(Sample(incarnation: Int64(incarnation), values: values))
        }
        guard reader.isAtEnd else {
            throw DecodingFailure("\(reader.remaining) bytes behind the last sample")
        }
        return samples
    }
}
