extension FloatColumn {
    /// Appends `values` to `bytes`.
    package static func encode(
        _ values: UnsafeBufferPointer<Double>,
        choosing preference: IntegerColumn.Preference = .balanced, into bytes: inout [UInt8]
    ) {
        if values.isEmpty { return }
        var best = encoded(values, scale: nil, preference)
        for scale in scales(values) {
            for filler in [nil, 0] as [Int64?] {
                let other = encoded(values, scale: scale, filler: filler, preference)
                if other.count < best.count { best = other }
                // Without a number that needs it, the filler does not matter.
                if values.allSatisfy({ isInteger($0, scaledBy: denominator(scale)) }) { break }
            }
        }
        bytes += best
    }

    /// - Parameters:
    ///   - scale: nil for patterns.
    ///   - filler: the integer of what is no number or too large; nil for the one before it, which costs
    ///     least among differences, while with the same one each time the corrections are alike.
    static func encoded(
        _ values: UnsafeBufferPointer<Double>, scale: Int?, filler: Int64? = nil,
        _ preference: IntegerColumn.Preference
    ) -> [UInt8] {
        guard let scale else {
            let patterns = values.map { signed(Int64(bitPattern: $0.bitPattern)) }
            var bytes = [Scheme.patterns.rawValue]
            append(patterns, preference, to: &bytes)
            return bytes
        }
        let denominator = denominator(scale)
        var integers: [Int64] = []
        var corrections: [Int64] = []
        integers.reserveCapacity(values.count)
        corrections.reserveCapacity(values.count)
        for value in values {
            let integer =
                isInteger(value, scaledBy: denominator)
                ? Int64((value * denominator).rounded()) : filler ?? integers.last ?? 0
            let quotient = Double(integer) / denominator
            integers.append(integer)
            corrections.append(Int64(bitPattern: value.bitPattern &- quotient.bitPattern))
        }
        let isExact = corrections.allSatisfy { $0 == 0 }
        let scheme: Scheme = isExact ? .decimals : .correctedDecimals
        var bytes = [scheme.rawValue, UInt8(scale)]
        append(integers, preference, to: &bytes)
        if !isExact { append(corrections, preference, to: &bytes) }
        return bytes
    }

    /// Whether there is an exact integer near the product.
    @inline(__always)
    private static func isInteger(_ value: Double, scaledBy denominator: Double) -> Bool {
        (value * denominator).magnitude < 0x1p53
    }

    private static func append(
        _ integers: [Int64], _ preference: IntegerColumn.Preference, to bytes: inout [UInt8]
    ) {
        integers.withUnsafeBufferPointer {
            IntegerColumn.encode($0, choosing: preference, into: &bytes)
        }
    }

    /// Shares of a sample that must be fractions of a scale, for the smallest such scale to be tried.
    private static let wantedShares = [0.5, 0.9, 0.98, 1]

    /// The scales that are worth trying, in ascending order.
    private static func scales(_ values: UnsafeBufferPointer<Double>) -> [Int] {
        let step = max(1, values.count / 512)
        let sample = stride(from: 0, to: values.count, by: step).map { values[$0] }
        var scales: [Int] = []
        var wanted = wantedShares[...]
        for scale in 0...scaleLimit {
            let denominator = denominator(scale)
            let hits = sample.count { isFraction($0, of: denominator) }
            let reached = wanted.prefix { Double(hits) >= $0 * Double(sample.count) }
            guard !reached.isEmpty else { continue }
            scales.append(scale)
            wanted = wanted.dropFirst(reached.count)
            if wanted.isEmpty { break }
        }
        return scales
    }

    /// Whether an integer's quotient by `denominator` is at most 4 ulp from the value.
    private static func isFraction(_ value: Double, of denominator: Double) -> Bool {
        let product = (value * denominator).rounded()
        guard product.magnitude < 0x1p53 else { return false }
        return value.bitPattern &- (product / denominator).bitPattern &+ 4 <= 8
    }
}
