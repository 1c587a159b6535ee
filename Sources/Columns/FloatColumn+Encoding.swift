extension FloatColumn {
    /// Appends `values` to `bytes`.
    package static func encode(
        _ values: UnsafeBufferPointer<Double>,
        choosing preference: IntegerColumn.Preference = .balanced, into bytes: inout [UInt8]
    ) {
        if values.isEmpty { return }
        var best = encoded(values, exponent: nil, preference)
        for exponent in decimalExponents(values) {
            let other = encoded(values, exponent: exponent, preference)
            if other.count < best.count { best = other }
        }
        bytes += best
    }

    /// - Parameter exponent: nil for patterns.
    static func encoded(
        _ values: UnsafeBufferPointer<Double>, exponent: Int?,
        _ preference: IntegerColumn.Preference
    ) -> [UInt8] {
        guard let exponent else {
            let patterns = values.map { ordered(Int64(bitPattern: $0.bitPattern)) }
            var bytes = [Scheme.patterns.rawValue]
            append(patterns, preference, to: &bytes)
            return bytes
        }
        let power = powerOfTen(exponent)
        var integers: [Int64] = []
        var corrections: [Int64] = []
        integers.reserveCapacity(values.count)
        corrections.reserveCapacity(values.count)
        for value in values {
            // What is no decimal costs least as the integer before it.
            let integer = decimal(value, power) ?? integers.last ?? 0
            let quotient = Double(integer) / power
            integers.append(integer)
            corrections.append(Int64(bitPattern: value.bitPattern &- quotient.bitPattern))
        }
        let isExact = corrections.allSatisfy { $0 == 0 }
        let scheme: Scheme = isExact ? .decimals : .correctedDecimals
        var bytes = [scheme.rawValue, UInt8(exponent)]
        append(integers, preference, to: &bytes)
        if !isExact { append(corrections, preference, to: &bytes) }
        return bytes
    }

    private static func append(
        _ integers: [Int64], _ preference: IntegerColumn.Preference, to bytes: inout [UInt8]
    ) {
        integers.withUnsafeBufferPointer {
            IntegerColumn.encode($0, choosing: preference, into: &bytes)
        }
    }

    /// The integer whose quotient by `power` is at most 4 ulp from the value.
    private static func decimal(_ value: Double, _ power: Double) -> Int64? {
        let product = (value * power).rounded()
        guard product.magnitude < 0x1p53 else { return nil }
        let quotient = product / power
        let distance = value.bitPattern &- quotient.bitPattern
        guard distance &+ 4 <= 8 else { return nil }
        return Int64(product)
    }

    /// Numbers of decimals that are worth trying: with which half of a sample are decimals, and with which
    /// nearly all are.
    private static func decimalExponents(_ values: UnsafeBufferPointer<Double>) -> [Int] {
        let step = max(1, values.count / 512)
        var exponents: [Int] = []
        var wanted = 0.5
        for exponent in 0...exponentLimit {
            let power = powerOfTen(exponent)
            var sampled = 0
            var hits = 0
            for index in stride(from: 0, to: values.count, by: step) {
                sampled += 1
                if decimal(values[index], power) != nil { hits += 1 }
            }
            if Double(hits) >= wanted * Double(sampled) {
                exponents.append(exponent)
                if hits == sampled { break }
                wanted = max(0.98, (Double(hits) + 1) / Double(sampled))
            }
        }
        return exponents
    }
}
