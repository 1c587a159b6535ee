/// One column of Double as bytes, bit-exact for every input: payloads of NaN, −0 and infinities included.
///
///     byte 0    0 patterns, 1 decimals, 2 decimals with corrections
///     patterns      `IntegerColumn` of the values' bit patterns: magnitude and sign as an integer
///     decimals      byte scale s, 0–66; `IntegerColumn` of integers n: the value is n / denominator,
///                   which is 1, 2, 5, 10, 20, 50, … 10^22
///     corrections   `IntegerColumn` of what is to be added to each value's bit pattern, after it
///
/// Most recorded numbers are decimals of few digits, since they were printed once (ALP, SIGMOD 2024), and the
/// quotient of exact numbers is the double nearest to the decimal. What arithmetic left an ulp beside it, and
/// what is no decimal at all, is corrected.
package enum FloatColumn {
    /// Wire numbers.
    enum Scheme: UInt8 {
        case patterns = 0
        case decimals = 1
        case correctedDecimals = 2
    }

    /// 10^22 is the largest power of ten that a double holds exactly.
    static let scaleLimit = 66

    /// 1, 2, 5, 10, 20, 50, …: exact.
    static func denominator(_ scale: Int) -> Double {
        var denominator = [1.0, 2, 5][scale % 3]
        for _ in 0..<scale / 3 { denominator *= 10 }
        return denominator
    }

    /// Reads `values.count` values.
    ///
    /// - Returns: how many bytes the column takes.
    /// - Throws: where the bytes cannot be such a column. `values` then hold anything.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Double>,
        using scratch: borrowing ColumnScratch
    ) throws(ColumnDamage) -> Int {
        if values.isEmpty { return 0 }
        var cursor = ByteCursor(bytes)
        let first = try cursor.byte(of: "a column")
        guard let scheme = Scheme(rawValue: first) else {
            throw cursor.damage("a column of scheme \(first)", at: 0)
        }
        var denominator = 1.0
        if scheme != .patterns {
            let scale = Int(try cursor.byte(of: "the scale"))
            guard scale <= scaleLimit else {
                throw cursor.damage("a scale of \(scale)", at: cursor.position - 1)
            }
            denominator = self.denominator(scale)
        }
        // The integers lie where the values will be: a word each.
        let words = UnsafeMutableRawBufferPointer(values).bindMemory(to: Int64.self)
        defer { UnsafeMutableRawBufferPointer(words).bindMemory(to: Double.self) }
        try decode(&cursor, into: words, using: scratch)
        guard let target = words.baseAddress else { return cursor.position }
        var index = 0
        if scheme == .patterns {
            while index < words.count {
                target[index] = pattern(target[index])
                index &+= 1
            }
            return cursor.position
        }
        while index < words.count {
            target[index] = Int64(bitPattern: (Double(target[index]) / denominator).bitPattern)
            index &+= 1
        }
        if scheme == .correctedDecimals {
            let corrections = UnsafeMutableBufferPointer<Int64>.allocate(capacity: words.count)
            defer { corrections.deallocate() }
            corrections.initialize(repeating: 0)
            try decode(&cursor, into: corrections, using: scratch)
            for index in words.indices { words[index] &+= corrections[index] }
        }
        return cursor.position
    }

    private static func decode(
        _ cursor: inout ByteCursor, into words: UnsafeMutableBufferPointer<Int64>,
        using scratch: borrowing ColumnScratch
    ) throws(ColumnDamage) {
        let start = cursor.position
        let rest = UnsafeRawBufferPointer(rebasing: cursor.bytes[start...])
        let count: Int
        do {
            count = try IntegerColumn.decode(rest, predictedFrom: nil, into: words, using: scratch)
        } catch {
            throw ColumnDamage(byte: start + error.byte, what: error.what)
        }
        try cursor.skip(count, of: "integers")
    }

    /// A bit pattern as an integer: magnitudes of either sign count up from 0, so that patterns that end in
    /// zeros, as those of 32-bit floats do, stay multiples of their common divisor. −0 is the lowest integer.
    @inline(__always)
    static func signed(_ pattern: Int64) -> Int64 {
        pattern >= 0 || pattern == .min ? pattern : .min &- pattern
    }

    @inline(__always)
    static func pattern(_ signed: Int64) -> Int64 {
        signed >= 0 ? signed : .min | (0 &- signed)
    }
}
