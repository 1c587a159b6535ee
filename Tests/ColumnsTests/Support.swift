import Testing

@testable import Columns

/// Encodes and decodes, and expects the same values, and that just the encoded bytes were read.
///
/// - Returns: the encoded bytes.
@discardableResult
func expectRoundTrip(
    _ values: [Int64], reference: [Int64]? = nil, _ choices: IntegerColumn.Choices,
    sourceLocation: SourceLocation = #_sourceLocation
) -> [UInt8] {
    var bytes: [UInt8] = []
    withOptionalBuffer(reference) { reference in
        values.withUnsafeBufferPointer {
            IntegerColumn.encode($0, predictedFrom: reference, among: choices, into: &bytes)
        }
    }
    // What follows a column is another one's.
    for following in [0, 3, 100] {
        let more = bytes + [UInt8](repeating: 0xff, count: following)
        do {
            let (decoded, count) = try decodeIntegers(
                more, count: values.count, reference: reference)
            if decoded != values || count != bytes.count {
                Issue.record(
                    "\(values.prefix(20)) became \(decoded.prefix(20)), \(count) of \(bytes.count) bytes",
                    sourceLocation: sourceLocation)
            }
        } catch {
            Issue.record("\(values.prefix(20)): \(error)", sourceLocation: sourceLocation)
        }
    }
    return bytes
}

func decodeIntegers(
    _ bytes: [UInt8], count: Int, reference: [Int64]? = nil
) throws(ColumnDamage) -> ([Int64], Int) {
    var values = [Int64](repeating: 0, count: count)
    let scratch = ColumnScratch()
    let result = withOptionalBuffer(reference) { reference in
        bytes.withUnsafeBytes { bytes in
            values.withUnsafeMutableBufferPointer { values in
                Result { () throws(ColumnDamage) in
                    try IntegerColumn.decode(
                        bytes, predictedFrom: reference, into: values, using: scratch)
                }
            }
        }
    }
    return (values, try result.get())
}

func encode(_ values: [Double], choosing preference: IntegerColumn.Preference) -> [UInt8] {
    var bytes: [UInt8] = []
    values.withUnsafeBufferPointer {
        FloatColumn.encode($0, choosing: preference, into: &bytes)
    }
    return bytes
}

func decodeDoubles(_ bytes: [UInt8], count: Int) throws(ColumnDamage) -> ([Double], Int) {
    var values = [Double](repeating: 0, count: count)
    let scratch = ColumnScratch()
    let result = bytes.withUnsafeBytes { bytes in
        values.withUnsafeMutableBufferPointer { values in
            Result { () throws(ColumnDamage) in
                try FloatColumn.decode(bytes, into: values, using: scratch)
            }
        }
    }
    return (values, try result.get())
}

private func withOptionalBuffer<Result>(
    _ values: [Int64]?, _ body: (UnsafeBufferPointer<Int64>?) -> Result
) -> Result {
    guard let values else { return body(nil) }
    return values.withUnsafeBufferPointer { body($0) }
}

extension IntegerColumn.Choices {
    /// One coder and one order, and a prediction where there is a reference.
    static func only(_ coder: IntegerColumn.Coder, order: Int) -> Self {
        var choices = Self(.smallest)
        choices.coders = [coder]
        choices.orders = [order]
        choices.mustPredict = true
        return choices
    }
}

/// Numbers that are the same on each run (SplitMix64, Steele et al., OOPSLA 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
