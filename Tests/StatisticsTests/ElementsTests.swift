import Testing

@testable import Statistics

/// Floats, unsigned integers of 32 bits and integers of 64, against numpy and against doubles.
@Suite struct ElementsTests {
    @Test("Against numpy", arguments: supportedKernels)
    func numpy(kernels: Kernels) throws {
        let cases = try NumpyCase.all(of: "element")
        #expect(cases.count > 150)
        var workspace = Workspace()
        for item in cases {
            let quantiles = try Quantiles(item.numbers[0], kernels: kernels)
            let scale = Double(item.names[4])!
            let values = Series.make(
                item.names[1], seed: UInt64(item.names[2])!, count: Int(item.names[3])!
            ).map { $0 * scale }
            let found =
                switch item.names[0] {
                case "float32":
                    try summary(values.map { Float($0) }) {
                        try quantiles.summary(of: $0, workspace: &workspace)
                    }
                case "uint32":
                    try summary(values.map { UInt32(min(max($0, 0), 4_294_967_295)) }) {
                        try quantiles.summary(of: $0, workspace: &workspace)
                    }
                default:
                    try summary(values.map { Int64($0) }) {
                        try quantiles.summary(of: $0, workspace: &workspace)
                    }
                }
            #expect(same(found.quantiles, item.numbers[1]), "\(item.names)")
        }
    }

    @Test("Totals as those of doubles", arguments: supportedKernels, Series.names)
    func totals(kernels: Kernels, name: String) throws {
        let quantiles = try Quantiles([0.5, 0.9, 0.99], kernels: kernels)
        var workspace = Workspace()
        for count in [1, 100, 3000, 14_001] {
            let values = Series.make(name, seed: 12, count: count)
            let floats = values.map { Float($0) }
            let integers = values.map { UInt32(min(max($0 * 1000, 0), 4_294_967_295)) }
            let thresholds: [Double?] = [
                nil, Double(floats[count / 2]), -1, 1e300,
            ]
            for threshold in thresholds {
                try compare(
                    summary(floats) {
                        try quantiles.summary(
                            of: $0, threshold: threshold, workspace: &workspace)
                    }, quantiles.summary(of: floats.map { Double($0) }, threshold: threshold))
                try compare(
                    summary(integers) {
                        try quantiles.summary(
                            of: $0, threshold: threshold.map { $0 * 1000 }, workspace: &workspace)
                    },
                    quantiles.summary(
                        of: integers.map { Double($0) }, threshold: threshold.map { $0 * 1000 }))
            }
        }
    }

    @Test("NaN, infinities and both ends of the range", arguments: supportedKernels)
    func specialValues(kernels: Kernels) throws {
        let quantiles = try Quantiles([0, 0.1, 0.5, 0.9, 1], kernels: kernels)
        var workspace = Workspace()
        for count in [10, 20_000] {
            var floats = Series.make("centred", seed: 2, count: count).map { Float($0) }
            for index in stride(from: 0, to: count, by: 5) { floats[index] = -.infinity }
            for index in stride(from: 1, to: count, by: 5) { floats[index] = -0.0 }
            let mixed = try summary(floats) {
                try quantiles.summary(of: $0, threshold: -1, workspace: &workspace)
            }
            let expected = Reference.quantiles(
                quantiles.probabilities, of: floats.map { Double($0) })
            #expect(mixed.quantiles[2] == expected[2] && mixed.minimum == -.infinity)
            #expect(mixed.countAboveThreshold == floats.count { $0 > -1 })
            floats[count / 2] = .nan
            let withNaN = try summary(floats) {
                try quantiles.summary(of: $0, workspace: &workspace)
            }
            #expect(withNaN.quantiles.allSatisfy(\.isNaN) && withNaN.mean.isNaN)

            let ends = (0..<count).map { $0 % 3 == 0 ? UInt32.max : $0 % 3 == 1 ? 0 : 7 }
            let found = try summary(ends) {
                try quantiles.summary(of: $0, threshold: 4_294_967_295, workspace: &workspace)
            }
            #expect(found.quantiles == [0, 0, 7, 4_294_967_295, 4_294_967_295])
            #expect(found.maximum == 4_294_967_295 && found.countAboveThreshold == 0)
        }
        let wide = (0..<1000).map { Int64.max - Int64($0) }
        let found = try summary(wide) {
            try quantiles.summary(of: $0, threshold: 0, workspace: &workspace)
        }
        #expect(found.maximum == 0x1p63 && found.countAboveThreshold == 1000)
        #expect(throws: StatisticsError.emptyInput) {
            try summary([Int64]()) { try quantiles.summary(of: $0, workspace: &workspace) }
        }
    }

    /// What is read as it is, and selected from as keys, is what sorting the same values widened finds.
    @Test("Long series of 32 bits against a sort", arguments: supportedKernels, Series.names)
    func longSeries(kernels: Kernels, name: String) throws {
        let probabilities = [0, 0.001, 0.3, 0.5, 0.505, 0.9, 0.95, 0.99, 1]
        let quantiles = try Quantiles(probabilities, kernels: kernels)
        var workspace = Workspace()
        for count in [20_011, 150_001] {
            let values = Series.make(name, seed: 5, count: count)
            let integers = values.map { UInt32(min(max($0 * 1e6, 0), 4e9)) }
            let found = try summary(integers) {
                try quantiles.summary(of: $0, workspace: &workspace)
            }
            #expect(
                found.quantiles
                    == Reference.quantiles(probabilities, of: integers.map { Double($0) }))
            // The distance of two floats is rounded to a float.
            let floats = values.map { Float($0) }
            let places = RankPlan(
                probabilities, ascending: Array(probabilities.indices), count: count)
            let sorted = floats.sorted()
            let expected = places.interpolated(
                places.ranks.map { Double(sorted[$0]) },
                distance: { Double(Float($1) - Float($0)) })
            let foundFloats = try summary(floats) {
                try quantiles.summary(of: $0, workspace: &workspace)
            }
            #expect(foundFloats.quantiles == expected)
        }
    }

    private func summary<Element>(
        _ values: [Element], _ body: (UnsafeBufferPointer<Element>) throws -> Summary
    ) throws -> Summary {
        try values.withUnsafeBufferPointer(body)
    }

    private func compare(_ found: Summary, _ expected: Summary) throws {
        #expect(found.count == expected.count)
        #expect(found.minimum == expected.minimum && found.maximum == expected.maximum)
        #expect(found.countAboveThreshold == expected.countAboveThreshold)
        let scale = max(abs(expected.mean), expected.variance.squareRoot())
        #expect(abs(found.mean - expected.mean) <= 1e-12 * scale)
        #expect(abs(found.variance - expected.variance) <= 1e-12 * scale * scale)
    }
}
