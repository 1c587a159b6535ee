import Columns
import Fuzzing

/// The input as an encoded column, of as many values as its first two bytes say, or as values, which must
/// come back from each preference.
@main
struct FuzzColumns {
    static func main() {
        fuzz { input in
            guard input.count > 2 else { return }
            // Up to 2,047, small numbers being as likely as large ones.
            let count = Int(input[0]) << Int(input[1] & 3) | Int(input[1] >> 5)
            guard input[1] & 4 != 0 else { return decode(Array(input[2...]), count: count) }
            let words = input[2...]
            encode(wide(words))
            encode(narrow(words))
        }
    }

    private static func decode(_ bytes: [UInt8], count: Int) {
        let scratch = ColumnScratch()
        var values = [Int64](repeating: 0, count: count)
        let reference = (0..<Int64(count)).map { $0 &* 4096 }
        for reference in [nil, reference] {
            withOptionalBuffer(reference) { reference in
                bytes.withUnsafeBytes { bytes in
                    values.withUnsafeMutableBufferPointer {
                        let consumed = try? IntegerColumn.decode(
                            bytes, predictedFrom: reference, into: $0, using: scratch)
                        require((consumed ?? 0) <= bytes.count, "\(consumed ?? 0) bytes read")
                    }
                }
            }
        }
        // Encoding takes a hundred times as long.
        if count <= 8 { encode(values) }
        var reals = [Double](repeating: 0, count: count)
        let isColumn = bytes.withUnsafeBytes { bytes in
            reals.withUnsafeMutableBufferPointer {
                (try? FloatColumn.decode(bytes, into: $0, using: scratch)) != nil
            }
        }
        if isColumn && count <= 8 { encode(reals) }
    }

    /// Eight bytes a value.
    private static func wide(_ bytes: ArraySlice<UInt8>) -> [Int64] {
        stride(from: bytes.startIndex, to: bytes.endIndex - 7, by: 8).map { start in
            bytes[start..<start + 8].reduce(0) { $0 << 8 | Int64($1) }
        }
    }

    /// One byte a step, in sizes that the byte's low bits choose.
    private static func narrow(_ bytes: ArraySlice<UInt8>) -> [Int64] {
        var level: Int64 = 0
        return bytes.map { byte in
            level &+= (Int64(byte >> 3) &- 8) << Int64((byte & 7) * 6)
            return level
        }
    }

    private static func encode(_ values: [Int64]) {
        for preference in [IntegerColumn.Preference.fast, .smallest] {
            for reference in [nil, Array(values.reversed())] {
                var bytes: [UInt8] = []
                var decoded = [Int64](repeating: 0, count: values.count)
                let consumed = withOptionalBuffer(reference) { reference in
                    values.withUnsafeBufferPointer {
                        IntegerColumn.encode(
                            $0, predictedFrom: reference, choosing: preference, into: &bytes)
                    }
                    return bytes.withUnsafeBytes { bytes in
                        decoded.withUnsafeMutableBufferPointer {
                            try? IntegerColumn.decode(
                                bytes, predictedFrom: reference, into: $0, using: ColumnScratch())
                        }
                    }
                }
                require(consumed == bytes.count && decoded == values, "\(values) by \(preference)")
            }
        }
        encode(values.map { Double(bitPattern: UInt64(bitPattern: $0)) })
        encode(values.map { Double($0) / 1000 })
    }

    private static func encode(_ values: [Double]) {
        var bytes: [UInt8] = []
        values.withUnsafeBufferPointer {
            FloatColumn.encode($0, choosing: .balanced, into: &bytes)
        }
        var decoded = [Double](repeating: 0, count: values.count)
        let consumed = bytes.withUnsafeBytes { bytes in
            decoded.withUnsafeMutableBufferPointer {
                try? FloatColumn.decode(bytes, into: $0, using: ColumnScratch())
            }
        }
        let isSame = zip(values, decoded).allSatisfy { $0.bitPattern == $1.bitPattern }
        require(consumed == bytes.count && isSame, "\(values)")
    }

    private static func withOptionalBuffer<Result>(
        _ values: [Int64]?, _ body: (UnsafeBufferPointer<Int64>?) -> Result
    ) -> Result {
        guard let values else { return body(nil) }
        return values.withUnsafeBufferPointer { body($0) }
    }
}
