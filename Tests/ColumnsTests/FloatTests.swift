import Testing

@testable import Columns

@Suite struct FloatTests {
    static let awkward: [Double] = [
        0, -0.0, 1, -1, .infinity, -.infinity, .nan, .signalingNaN,
        Double(bitPattern: 0xfff8_0000_dead_beef), .leastNonzeroMagnitude,
        -.leastNormalMagnitude, .greatestFiniteMagnitude, 0x1p53, 0x1p53 + 2, -0x1p63, 0.1, 51.846,
        51.846000000000004, 1e22, 1e-22, 1e300,
    ]

    private func expectRoundTrip(
        _ values: [Double], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for preference in RoundTripTests.preferences {
            try expectDecoded(
                encode(values, choosing: preference), values, sourceLocation: sourceLocation)
        }
    }

    private func expectDecoded(
        _ bytes: [UInt8], _ values: [Double], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (decoded, count) = try decodeDoubles(bytes + [1, 2, 3], count: values.count)
        #expect(
            decoded.map(\.bitPattern) == values.map(\.bitPattern) && count == bytes.count,
            sourceLocation: sourceLocation)
    }

    @Test func everyPairOfAwkwardNumbers() throws {
        for first in Self.awkward {
            try expectRoundTrip([first])
            for second in Self.awkward { try expectRoundTrip([first, second, first]) }
        }
    }

    /// Every scale for numbers that no scale fits.
    @Test(arguments: 0...FloatColumn.scaleLimit) func everyScale(scale: Int) throws {
        var random = SplitMix(state: UInt64(scale))
        let values =
            Self.awkward
            + (0..<200).map { _ in Double(Int.random(in: -9_999...9_999, using: &random)) / 1000 }
            + (0..<100).map { _ in Double(bitPattern: random.next()) }
        let bytes = values.withUnsafeBufferPointer {
            FloatColumn.encoded($0, scale: scale, .smallest)
        }
        #expect(
            bytes[0] == FloatColumn.Scheme.correctedDecimals.rawValue && bytes[1] == UInt8(scale))
        try expectDecoded(bytes, values)
    }

    @Test(arguments: [1, 3, 1000, 1 << 10, 3600])
    func longColumns(denominator: Int) throws {
        var random = SplitMix(state: UInt64(denominator))
        var values = (0..<30_000).map { _ in
            Double(Int.random(in: 0..<100_000, using: &random)) / Double(denominator)
        }
        try expectRoundTrip(values)
        for index in stride(from: 5, to: values.count, by: 91) {
            values[index] = Self.awkward[index % Self.awkward.count]
        }
        try expectRoundTrip(values)
        for index in values.indices { values[index] = Double(bitPattern: random.next()) }
        try expectRoundTrip(values)
    }

    /// Numerators of some scale, and now and then another number.
    @Test(
        arguments: [
            (1, nil, 0, .decimals), (2, nil, 1, .decimals), (5, nil, 2, .decimals),
            (20, nil, 4, .decimals), (1000, nil, 9, .decimals),
            (1000, .nan, 9, .correctedDecimals), (500, 1 / 3, 8, .correctedDecimals),
        ] as [(Double, Double?, Int, FloatColumn.Scheme)])
    func scalesAreFound(
        denominator: Double, other: Double?, scale: Int, scheme: FloatColumn.Scheme
    ) {
        var random = SplitMix(state: 6)
        var values = (0..<1000).map { _ in
            Double(Int.random(in: 0..<99_999, using: &random)) / denominator
        }
        if let other { for index in stride(from: 7, to: 1000, by: 100) { values[index] = other } }
        let bytes = encode(values, choosing: .smallest)
        #expect(Array(bytes[..<2]) == [scheme.rawValue, UInt8(scale)])
    }

    @Test(
        arguments: [
            (0, 0), (-0.0, .min), (.leastNonzeroMagnitude, 1), (-.leastNonzeroMagnitude, -1),
            (1, 0x3ff0_0000_0000_0000), (-1, -0x3ff0_0000_0000_0000),
            (-.infinity, -0x7ff0_0000_0000_0000),
        ] as [(Double, Int64)])
    func patternsAreSigned(value: Double, integer: Int64) {
        let pattern = Int64(bitPattern: value.bitPattern)
        #expect(FloatColumn.signed(pattern) == integer)
        #expect(FloatColumn.pattern(integer) == pattern)
    }

    /// Their patterns share 29 zeros, whatever the sign.
    @Test func floatsOfHalfTheWidthTakeHalf() {
        var random = SplitMix(state: 12)
        let values = (0..<2000).map { _ in
            Double(Float.random(in: -1...1, using: &random).nextUp)
        }
        #expect(encode(values, choosing: .smallest).count < 2000 * 4)
    }

    @Test func denominatorsAreExact() {
        #expect((0..<7).map(FloatColumn.denominator) == [1, 2, 5, 10, 20, 50, 100])
        #expect(FloatColumn.denominator(FloatColumn.scaleLimit) == 1e22)
        #expect(FloatColumn.denominator(FloatColumn.scaleLimit - 1) == 5e21)
    }
}
