import Statistics
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
        let found = try CounterIncrease.intervals(values: values, clock: clock)
        let wanted = expected.map {
            CounterIncrease.Interval(increase: $0.0, elapsed: $0.1, start: $0.2, end: $0.3)
        }
        #expect(found == wanted)
    }

    @Test func lengthsMustAgree() {
        #expect(throws: StatisticsError.lengthMismatch(values: 2, others: 1)) {
            try CounterIncrease.intervals(values: [1, 2], clock: [0])
        }
    }
}
