import Testing

@testable import Columns

/// The decoder reads foreign bytes.
@Suite struct DamageTests {
    /// A column for each coder, order and flag: small ones, so that every byte can be damaged.
    private static func columns() -> [(bytes: [UInt8], count: Int, reference: [Int64]?)] {
        var columns: [(bytes: [UInt8], count: Int, reference: [Int64]?)] = []
        for shape in [Shape.counter, .pages, .sparse, .twoSidedSpikes, .anyBits, .geometric] {
            var random = SplitMix(state: 9)
            let values = shape.values(200, &random)
            let reference = Shape.counter.values(200, &random)
            for order in 0...3 {
                for coder in RoundTripTests.coders {
                    for reference in [nil, reference] {
                        let bytes = expectRoundTrip(
                            values, reference: reference, .only(coder, order: order))
                        columns.append((bytes, values.count, reference))
                    }
                }
            }
        }
        return columns
    }

    /// Each bit turned, each byte made 0 and 255: refused, or decoded to as many other numbers.
    @Test func everyByteDamaged() {
        var refused = 0
        var tried = 0
        for (bytes, count, reference) in Self.columns() {
            for position in bytes.indices {
                for change in [1, 2, 4, 8, 16, 32, 64, 128, bytes[position], ~bytes[position]]
                where change != 0 {
                    var damaged = bytes
                    damaged[position] ^= change
                    tried += 1
                    do {
                        let (_, consumed) = try decodeIntegers(
                            damaged, count: count, reference: reference)
                        #expect(consumed <= damaged.count)
                    } catch {
                        refused += 1
                        #expect((0...damaged.count).contains(error.byte), "\(error)")
                    }
                }
            }
        }
        // Raw bits can be anything; what tells how they are to be read cannot.
        #expect(refused > tried / 10)
        #expect(refused < tried)
    }

    /// Without its last bytes a column is refused, however many are missing.
    @Test func everyTruncation() {
        for (bytes, count, reference) in Self.columns() {
            for length in bytes.indices {
                #expect(throws: ColumnDamage.self) {
                    try decodeIntegers(Array(bytes[..<length]), count: count, reference: reference)
                }
            }
        }
    }

    @Test func noise() {
        var random = SplitMix(state: 1)
        for _ in 0..<30_000 {
            let bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
                    >> UInt8.random(in: 0...6, using: &random)
            }
            let count = Int.random(in: 0..<300, using: &random)
            _ = try? decodeIntegers(bytes, count: count)
            _ = try? decodeIntegers(
                bytes, count: count, reference: Array(repeating: 7, count: count))
            _ = try? decodeDoubles(bytes, count: count)
        }
    }

    @Test(
        arguments: [
            ([], 1, "the bytes end before a column at byte 0"),
            ([0], 1, "the bytes end before the base at byte 1"),
            ([3, 0], 1, "a column of kind 3 at byte 0"),
            ([0b1100, 0], 1, "the bytes end before the slope at byte 2"),
            ([0b100_0000, 0], 1, "a column of kind 64 at byte 0"),
            ([0b1_0000, 0, 1], 1, "a divisor of 1 at byte 2"),
            ([0b10_0000, 0, 2, 1], 1, "a prediction without a reference column at byte 0"),
            ([0b10_0000, 0, 0, 1], 1, "a prediction by 0 >> 1 at byte 2"),
            ([0b10_0000, 0, 2, 64], 1, "a prediction by 1 >> 64 at byte 2"),
            (
                [0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], 1,
                "the base of more than 64 bits at byte 1"
            ),
            ([1, 0, 66, 0], 5, "a width of 66 bits at byte 2"),
            ([1, 0, 65, 0, 0], 5, "a run of 0 blocks for 5 numbers at byte 2"),
            ([1, 0, 65, 2, 0], 128, "a run of 2 blocks for 128 numbers at byte 2"),
            ([1, 0, 8, 0, 1, 2], 5, "5 bytes of a block where 2 are left at byte 4"),
            (
                [1, 0, 0x80 | 1, 0, 0, 0], 5,
                "0 exceptions in a block of 5 numbers of 1 bits at byte 5"
            ),
            ([1, 0, 0x80 | 1, 0, 0, 1, 5, 0], 5, "exception 5 in a block of 5 at byte 6"),
            (
                [1, 0, 0x80 | 64, 0] + [UInt8](repeating: 0, count: 8) + [1, 0, 0], 1,
                "1 exceptions in a block of 1 numbers of 64 bits at byte 12"
            ),
            ([2, 0, 13, 0], 5, "a table of 2^13 states at byte 2"),
            ([2, 0, 2, 4, 0], 5, "4 and one bins for 2^2 states at byte 2"),
            (
                [2, 0, 0, 0, 0, 0b0000_0111 | 65 << 3 & 0xff, 65 >> 5, 0], 5,
                "a bin with 65 raw bits at byte 7"
            ),
            ([2, 0, 0, 0, 0, 0b011], 5, "a bin with -1 raw bits at byte 6"),
            ([2, 0, 1, 1, 0, 0b0000_0010], 5, "weights of 2 before bin 1 of 2 at byte 6"),
        ] as [([UInt8], Int, String)])
    func refusals(bytes: [UInt8], count: Int, message: String) {
        do {
            _ = try decodeIntegers(bytes, count: count)
            Issue.record("decoded")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test(
        arguments: [
            ([3], "a column of scheme 3 at byte 0"), ([1, 67], "a scale of 67 at byte 1"),
            ([1, 3, 3], "a column of kind 3 at byte 2"),
            ([2, 3, 0, 0], "the bytes end before a column at byte 4"),
        ] as [([UInt8], String)])
    func floatRefusals(bytes: [UInt8], message: String) {
        do {
            _ = try decodeDoubles(bytes, count: 5)
            Issue.record("decoded")
        } catch {
            #expect(error.description == message)
        }
    }

    /// The states that a stream begins with decide where it ends.
    @Test func statesMustEndAtZero() throws {
        var random = SplitMix(state: 2)
        let values = Shape.geometric.values(500, &random)
        let bytes = expectRoundTrip(values, .only(.binned, order: 0))
        var messages: Set<String> = []
        for position in bytes.indices.suffix(60) {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << UInt8(bit)
                do { _ = try decodeIntegers(damaged, count: 500) } catch {
                    messages.insert(error.what)
                }
            }
        }
        #expect(messages.contains { $0.hasPrefix("states that end at [") })
    }
}
