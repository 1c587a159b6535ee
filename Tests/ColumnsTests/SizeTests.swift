import Testing

@testable import Columns

/// What sizes were when they were last looked at: a change is meant, or a mistake.
@Suite struct SizeTests {
    @Test func integers() {
        // 3 bits a value are 540 bytes.
        var random = SplitMix(state: 21)
        let jittered = (0..<1440).map { 60_000 * $0 + Int64.random(in: 0...7, using: &random) }
        let columns: [(String, [Int64])] = [
            ("one value", [42]),
            ("constant", [Int64](repeating: 4096, count: 5000)),
            ("no limit", [Int64](repeating: .max, count: 10)),
            ("regular ticks", (0..<1440).map { 1_760_000_000_000 + 60_000 * $0 }),
            ("jittered ticks", jittered),
            ("one step", (0..<1400).map { $0 < 700 ? 0 : 9 }),
            ("alternating", (0..<256).map { 1_000_000 * ($0 % 2) }),
            ("divisor 2^63", [0, .min, 0, .min, .min]),
        ]
        let sizes = columns.map { "\($0): \(expectRoundTrip($1, .init(.smallest)).count)" }
        #expect(
            sizes == [
                "one value: 2", "constant: 3", "no limit: 11", "regular ticks: 11",
                "jittered ticks: 550", "one step: 14",
                "alternating: 41", "divisor 2^63: 15",
            ])
    }

    @Test(
        arguments: [
            (.counter, [2920, 2920, 2774]), (.pages, [1833, 1686, 1686]), (.sparse, [76, 41, 41]),
            (.twoSidedSpikes, [1151, 772, 772]), (.anyBits, [11649, 11649, 11545]),
        ] as [(Shape, [Int])])
    func shapes(shape: Shape, sizes: [Int]) {
        var random = SplitMix(state: 3)
        let values = shape.values(1440, &random)
        #expect(
            RoundTripTests.preferences.map { expectRoundTrip(values, .init($0)).count } == sizes)
    }

    /// A quarter of another column, and 6 bits of noise.
    @Test func predicted() {
        var random = SplitMix(state: 8)
        let all = Shape.counter.values(2000, &random)
        let share = all.map { $0 / 4 &+ .random(in: 0...63, using: &random) }
        let alone = expectRoundTrip(share, .init(.smallest)).count
        let predicted = expectRoundTrip(share, reference: all, .init(.smallest)).count
        #expect([alone, predicted] == [3346, 1512])
    }

    /// A reference that says nothing costs nothing.
    @Test func uselessReference() {
        var random = SplitMix(state: 8)
        let values = Shape.counter.values(500, &random)
        let reference = Shape.anyBits.values(500, &random)
        let isSame =
            expectRoundTrip(values, reference: reference, .init(.smallest))
            == expectRoundTrip(values, .init(.smallest))
        #expect(isSame)
    }

    @Test func doubles() {
        var gaps = (0..<900).map { Double($0 * 7919 % 797) / 50 }
        for index in stride(from: 7, to: 900, by: 90) { gaps[index] = .nan }
        let columns: [(String, [Double])] = [
            ("zeros", [Double](repeating: 0, count: 900)),
            ("thousandths", (0..<900).map { Double($0 * $0 % 7919) / 1000 }),
            ("fiftieths", (0..<900).map { Double($0 * 7919 % 797) / 50 }),
            ("thirds", (0..<900).map { Double($0 * 7919 % 797) / 3 }),
            ("gaps", gaps),
            ("floats", (0..<900).map { Double(Float($0 * 7919 % 797) / 3) }),
        ]
        let sizes = columns.map { "\($0): \(encode($1, choosing: .smallest).count)" }
        #expect(
            sizes == [
                "zeros: 3", "thousandths: 137", "fiftieths: 58", "thirds: 341", "gaps: 139",
                "floats: 634",
            ])
    }
}
