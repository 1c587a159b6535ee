/// One column of Int64 as bytes, lossless for every input.
///
///     byte 0    bits 0–1 coder: 0 all residuals are 0, 1 packed blocks, 2 binned stream
///               bits 2–3 order: 0, 1, 2 of differences, 3 from a line
///               bit 4 a divisor follows, bit 5 a prediction follows, bits 6–7 are 0
///     zigzag varint   base: the first value
///     varint          divisor, 2 to 2^63                        where bit 4 is set
///     zigzag varint   multiplier, byte shift                    where bit 5 is set
///     zigzag varint   slope: the first step, the line's rise    where the order is 2 or 3
///     payload         of the coder: `PackedBlocks`, `BinnedStream`
///
/// `Transform` says how values become residuals. A column of no values has no bytes; the number of values is
/// the caller's to keep.
package enum IntegerColumn {
    /// What an encoder looks for.
    package enum Preference: Sendable {
        /// Packed blocks only: the fastest to decode.
        case fast
        /// The binned stream where it saves at least 5 %.
        case balanced
        /// Whatever is smallest.
        case smallest
    }

    /// Wire numbers.
    enum Coder: UInt8, CaseIterable {
        case zero = 0
        case packed = 1
        case binned = 2
    }

    static let divisorFlag: UInt8 = 1 << 4
    static let predictionFlag: UInt8 = 1 << 5
    static let knownBits: UInt8 = 0b0011_1111

    /// Reads `values.count` values.
    ///
    /// - Parameters:
    ///   - bytes: begin with the column; what follows it is not looked at.
    ///   - reference: what the encoder was given: as many values, or nil.
    /// - Returns: how many bytes the column takes.
    /// - Throws: where the bytes cannot be such a column. `values` then hold anything.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, predictedFrom reference: UnsafeBufferPointer<Int64>?,
        into values: UnsafeMutableBufferPointer<Int64>, using scratch: borrowing ColumnScratch
    ) throws(ColumnDamage) -> Int {
        precondition(reference == nil || reference?.count == values.count)
        if values.isEmpty { return 0 }
        var cursor = ByteCursor(bytes)
        let (coder, transform) = try header(&cursor)
        guard transform.prediction == nil || reference != nil else {
            throw cursor.damage("a prediction without a reference column", at: 0)
        }
        switch coder {
        case .zero: values.update(repeating: 0)
        case .packed: try PackedBlocks.decode(&cursor, into: values, scratch)
        case .binned: try BinnedStream.decode(&cursor, into: values, scratch)
        }
        transform.restore(values, reference)
        return cursor.position
    }

    private static func header(
        _ cursor: inout ByteCursor
    ) throws(ColumnDamage) -> (Coder, Transform) {
        let first = try cursor.byte(of: "a column")
        guard let coder = Coder(rawValue: first & 3), first & ~knownBits == 0
        else { throw cursor.damage("a column of kind \(first)", at: 0) }
        var transform = Transform(
            base: try cursor.signed(of: "the base"), divisor: 1, order: Int(first >> 2 & 3))
        if first & divisorFlag != 0 {
            let start = cursor.position
            transform.divisor = try cursor.varint(of: "the divisor")
            guard 2...(1 << 63) ~= transform.divisor else {
                throw cursor.damage("a divisor of \(transform.divisor)", at: start)
            }
        }
        if first & predictionFlag != 0 {
            let start = cursor.position
            let multiplier = try cursor.signed(of: "the multiplier")
            let shift = try cursor.byte(of: "the shift")
            guard let prediction = Prediction(multiplier: multiplier, shift: shift) else {
                throw cursor.damage("a prediction by \(multiplier) >> \(shift)", at: start)
            }
            transform.prediction = prediction
        }
        if transform.order >= 2 { transform.slope = try cursor.signed(of: "the slope") }
        return (coder, transform)
    }
}
