import Testing

@testable import Columns

@Suite struct RoundTripTests {
    static let preferences: [IntegerColumn.Preference] = [.fast, .balanced, .smallest]
    static let coders: [IntegerColumn.Coder] = [.packed, .binned]

    /// Every array up to length 6 of numbers around which arithmetic overflows: 55,986 of them.
    @Test(arguments: 1...6) func everySmallArray(length: Int) {
        let alphabet: [Int64] = [.min, -1, 0, 1, 4096, .max]
        var digits = [Int](repeating: 0, count: length)
        var choices = Self.preferences.map { IntegerColumn.Choices($0) }
        for coder in Self.coders {
            for order in 0...3 { choices.append(.only(coder, order: order)) }
        }
        var turn = 0
        while true {
            let values = digits.map { alphabet[$0] }
            // Each array with the smallest and two others by turns.
            turn += 1
            expectRoundTrip(values, choices[2])
            expectRoundTrip(values, choices[turn % choices.count])
            expectRoundTrip(
                values, reference: values.reversed(), choices[(turn + 4) % choices.count])
            guard let position = digits.lastIndex(where: { $0 < alphabet.count - 1 }) else { break }
            digits[position] += 1
            for later in (position + 1)..<max(position + 1, length) { digits[later] = 0 }
        }
    }

    @Test func noValuesTakeNoBytes() throws {
        let bytes = expectRoundTrip([], IntegerColumn.Choices(.smallest))
        #expect(bytes.isEmpty)
        #expect(encode([], choosing: .smallest).isEmpty)
        #expect(try decodeDoubles([], count: 0).1 == 0)
    }

    /// Every shape, length, coder and order; lengths around blocks, batches and lanes.
    @Test(arguments: Shape.allCases) func everyShape(shape: Shape) {
        for length in [1, 2, 3, 5, 63, 64, 65, 127, 128, 129, 1440, 4099] {
            var random = SplitMix(state: UInt64(length))
            let values = shape.values(length, &random)
            let reference = Shape.counter.values(length, &random)
            for preference in Self.preferences {
                expectRoundTrip(values, IntegerColumn.Choices(preference))
                expectRoundTrip(
                    values, reference: reference, IntegerColumn.Choices(preference))
            }
            for coder in Self.coders {
                for order in 0...3 {
                    expectRoundTrip(values, .only(coder, order: order))
                    expectRoundTrip(
                        values, reference: reference, .only(coder, order: order))
                }
            }
        }
    }

    @Test(arguments: Shape.allCases) func longColumns(shape: Shape) {
        var random = SplitMix(state: 77)
        let values = shape.values(100_000, &random)
        for preference in Self.preferences {
            expectRoundTrip(values, IntegerColumn.Choices(preference))
        }
    }

    /// What was forced is what is written.
    @Test(arguments: coders, 0...3) func choicesAreKept(coder: IntegerColumn.Coder, order: Int) {
        var random = SplitMix(state: 5)
        let values = Shape.noise.values(300, &random)
        let plain = expectRoundTrip(values, .only(coder, order: order))
        #expect(plain[0] & 0b1111 == coder.rawValue | UInt8(order) << 2)
        #expect(plain[0] & IntegerColumn.predictionFlag == 0)
        let predicted = expectRoundTrip(
            values, reference: values.map { $0 &* 3 }, .only(coder, order: order))
        #expect(predicted[0] & IntegerColumn.predictionFlag != 0)
    }
}
