/// How a column of integers is written. Raw values are wire numbers.
///
///     byte 0   encoding
///     constant     value (zigzag varint)
///     difference n base (zigzag varint), divisor (varint), then count × zigzag varint:
///                  the n-th differences of (value − base) / divisor, earlier ones counted as 0
///
/// All arithmetic wraps, so that every Int64 column survives, `Int64.max` for "no limit" included.
enum ColumnEncoding: UInt8, CaseIterable {
    case constant = 0
    /// Values around a base: gauges that jump.
    case difference0 = 1
    /// Steps: counters, gauges that drift.
    case difference1 = 2
    /// Changes of the step: counters that grow steadily, and clocks.
    case difference2 = 3

    private var order: Int { Int(rawValue) - 1 }
}

extension ColumnEncoding {
    /// Appends `values` (at least one) in whichever encoding is the shortest.
    static func append(_ values: [Int64], to writer: inout ByteWriter) {
        precondition(!values.isEmpty)
        let base = values[0]
        guard let divisor = commonDivisor(values, base: base) else {
            writer.append(byte: ColumnEncoding.constant.rawValue)
            writer.append(signed: base)
            return
        }
        var scaled = values.map { ($0 &- base) / divisor }
        var best = (encoding: ColumnEncoding.difference0, length: Int.max, numbers: scaled)
        for encoding in [ColumnEncoding.difference0, .difference1, .difference2] {
            if encoding != .difference0 { difference(&scaled) }
            let length = scaled.reduce(0) { $0 + $1.zigzag.varintLength }
            if length < best.length { best = (encoding, length, scaled) }
        }
        writer.append(byte: best.encoding.rawValue)
        writer.append(signed: base)
        writer.append(varint: UInt64(divisor))
        for number in best.numbers { writer.append(signed: number) }
    }

    /// Reads a column of `count` values (at least one).
    static func read(
        count: Int, from reader: inout ByteReader
    ) throws(DecodingFailure) -> [Int64] {
        let number = try reader.byte()
        guard let encoding = ColumnEncoding(rawValue: number) else {
            throw DecodingFailure("column encoding \(number) at byte \(reader.position - 1)")
        }
        let base = try reader.signed()
        if encoding == .constant { return [Int64](repeating: base, count: count) }
        let divisor = try reader.varint()
        guard let divisor = Int64(exactly: divisor), divisor > 0 else {
            throw DecodingFailure("divisor \(divisor) before byte \(reader.position)")
        }
        guard reader.remaining >= count else {
            throw DecodingFailure("\(count) values in the last \(reader.remaining) bytes")
        }
        var values: [Int64] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try reader.signed()) }
        for _ in 0..<encoding.order { accumulate(&values) }
        for index in values.indices { values[index] = values[index] &* divisor &+ base }
        return values
    }

    /// The largest number that divides every value's distance from `base`; nil when all are equal.
    private static func commonDivisor(_ values: [Int64], base: Int64) -> Int64? {
        var divisor: UInt64 = 0
        for value in values where divisor != 1 {
            var (left, right) = (divisor, (value &- base).magnitude)
            while right != 0 { (left, right) = (right, left % right) }
            divisor = left
        }
        // Only 2^63 itself does not fit: then values are written undivided.
        return divisor == 0 ? nil : Int64(exactly: divisor) ?? 1
    }

    private static func difference(_ values: inout [Int64]) {
        var previous: Int64 = 0
        for index in values.indices {
            let value = values[index]
            values[index] = value &- previous
            previous = value
        }
    }

    private static func accumulate(_ values: inout [Int64]) {
        var sum: Int64 = 0
        for index in values.indices {
            sum &+= values[index]
            values[index] = sum
        }
    }
}
