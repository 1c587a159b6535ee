import Statistics
import TestSupport
import Testing

@Suite struct CounterIncreaseTests {
    @Test(
        arguments: [
            ("no readings", [], [], []),
            ("one reading", [7], [0], []),
            ("growth", [10, 15, 15], [0, 60, 120], [(5, 60, 0, 1), (0, 60, 1, 2)]),
            ("restart", [10, 3, 8], [0, 60, 120], [(5, 60, 1, 2)]),
            ("missing in between", [10, nil, 30], [0, 60, 120], [(20, 120, 0, 2)]),
            ("missing at the start", [nil, 10, 30], [0, 60, 120], [(20, 60, 1, 2)]),
            ("all missing", [nil, nil], [0, 60], []),
            ("restart after a gap", [10, nil, 3, 4], [0, 60, 120, 180], [(1, 60, 2, 3)]),
            ("time stands still", [10, 20, 30], [0, 0, 60], [(10, 60, 1, 2)]),
            ("time runs back", [10, 20, 30], [60, 0, 60], [(10, 60, 1, 2)]),
            ("out of range", [.min, .max, .max], [0, 1, 2], [(0, 1, 1, 2)]),
        ] as [(String, [Int64?], [Int64], [(Int64, Int64, Int, Int)])]
    )
    func intervals(
        name: String, values: [Int64?], clock: [Int64], expected: [(Int64, Int64, Int, Int)]
    ) throws {
        let found = Self.intervals(values, clock)
        try #require(found.count == expected.count)
        for (one, wanted) in zip(found, expected) { #expect(one == wanted) }
    }

    /// Reading after reading, as the table of `CounterIncrease` says.
    private static func intervals(
        _ values: [Int64?], _ clock: [Int64]
    ) -> [(Int64, Int64, Int, Int)] {
        var found: [(Int64, Int64, Int, Int)] = []
        var start: Int?
        for end in values.indices {
            guard let value = values[end] else { continue }
            if let start, let before = values[start],
                let (increase, elapsed) = CounterIncrease.interval(
                    from: .init(value: before, clock: clock[start]),
                    to: .init(value: value, clock: clock[end]))
            {
                found.append((increase, elapsed, start, end))
            }
            start = end
        }
        return found
    }

    /// All at once gives the same as one by one, up to the first reading that ends no interval.
    @Test(arguments: [UInt64](1...20))
    func ratesOfSteadyReadings(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 0...12, using: &random)
            var values = (0..<count).map { _ in Int64.random(in: 0...3, using: &random) }
            var clock = (0..<count).map { _ in Int64.random(in: 0...20, using: &random) }
            for index in values.indices.dropFirst() {
                values[index] &+= values[index - 1]
                clock[index] &+= clock[index - 1]
            }
            if let index = values.indices.randomElement(using: &random), seed % 2 == 0 {
                values[index] = [.min, .max, 0].randomElement(using: &random) ?? 0
            }
            let single = Self.intervals(values, clock)
            let steady = zip(single, 0...).prefix { $0.0.2 == $0.1 && $0.0.3 == $0.1 + 1 }.map(\.0)
            var rates = [7.5]
            let served = values.withUnsafeBufferPointer { values in
                clock.withUnsafeBufferPointer { clock in
                    CounterIncrease.appendRates(
                        values: values, clock: clock, rateUnit: 1000, to: &rates)
                }
            }
            #expect(served == (values.isEmpty ? 0 : steady.count + 1))
            #expect(rates == [7.5] + steady.map { Double($0.0) / (Double($0.1) * 1000) })
        }
    }
}
