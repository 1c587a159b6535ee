import Statistics
import Testing

@Suite struct WeightedQuantilesTests {
    @Test("Every short series over small alphabets", arguments: supportedKernels)
    func everyShortSeries(kernels: Kernels) throws {
        let values: [Double] = [-.infinity, -1, -0.0, 0.0, 2]
        let weights: [Double] = [0, 1, 3]
        let probabilities = (0...12).map { Double($0) / 12 }
        let quantiles = try WeightedQuantiles(probabilities, kernels: kernels)
        let pairs = values.flatMap { value in weights.map { (value, $0) } }
        for first in pairs {
            for second in pairs {
                for third in pairs {
                    let chosen = [first, second, third]
                    guard chosen.contains(where: { $0.1 > 0 }) else { continue }
                    let found = try quantiles.of(chosen.map(\.0), weights: chosen.map(\.1))
                    guard found != Self.reference(probabilities, chosen) else { continue }
                    Issue.record("\(chosen): \(found)")
                }
            }
        }
    }

    @Test("Against numpy", arguments: supportedKernels)
    func numpy(kernels: Kernels) throws {
        let cases = try NumpyCase.all(of: "weighted")
        #expect(cases.count > 100)
        for item in cases {
            let seed = UInt64(item.names[2])!
            let count = Int(item.names[3])!
            let values = Series.make(item.names[0], seed: seed, count: count)
            let weights = Series.weights(item.names[1], seed: seed + 3, count: count)
            let found = try WeightedQuantiles(item.numbers[0], kernels: kernels)
                .of(values, weights: weights)
            #expect(identical(found, item.numbers[1]), "\(item.names)")
        }
    }

    @Test("Random series against a sort", arguments: supportedKernels, Series.names)
    func randomSeries(kernels: Kernels, name: String) throws {
        let probabilities = [0.5, 0.9, 0, 1, 0.95, 0.05]
        let quantiles = try WeightedQuantiles(probabilities, kernels: kernels)
        var random = SplitMix64(7_052)
        for round in 0..<24 {
            let count = 1 + Int(random.next() % (round < 20 ? 1200 : 9000))
            let seed = random.next()
            let values = Series.make(name, seed: seed, count: count)
            let weights = Series.weights("seconds", seed: seed, count: count - 1) + [1]
            let found = try quantiles.of(values, weights: weights)
            #expect(
                found == Self.reference(probabilities, Array(zip(values, weights))),
                "\(name), \(count) values, seed \(seed)")
        }
    }

    @Test("Values crowded in one bucket, and both zeros", arguments: supportedKernels)
    func crowdedBuckets(kernels: Kernels) throws {
        var random = SplitMix64(5)
        var values = (0..<20_000).map { _ in
            Double(bitPattern: (1.0).bitPattern + random.next() % 3000)
        }
        values[17] = 1e300
        values[18] = -1e300
        for index in 100..<200 { values[index] = index % 2 == 0 ? 0.0 : -0.0 }
        for index in 200..<300 { values[index] = -.leastNonzeroMagnitude * Double(index) }
        let weights = values.map { _ in Double(1 + random.next() % 5) }
        let probabilities = [0, 0.0049, 0.005, 0.0051, 0.0099, 0.01, 0.3, 0.5, 1]
        let found = try WeightedQuantiles(probabilities, kernels: kernels)
            .of(values, weights: weights)
        #expect(found == Self.reference(probabilities, Array(zip(values, weights))))
    }

    @Test("A NaN makes everything NaN", arguments: supportedKernels)
    func nan(kernels: Kernels) throws {
        let quantiles = try WeightedQuantiles([0.1, 0.5], kernels: kernels)
        let found = try quantiles.of([1, .nan, 3], weights: [1, 0, 1])
        #expect(found.filter(\.isNaN).count == 2)
    }

    @Test("Unusable weights are errors", arguments: supportedKernels)
    func errors(kernels: Kernels) throws {
        let median = try WeightedQuantiles([0.5], kernels: kernels)
        #expect(throws: StatisticsError.emptyInput) { try median.of([], weights: []) }
        #expect(throws: StatisticsError.lengthMismatch(values: 2, others: 1)) {
            try median.of([1, 2], weights: [1])
        }
        #expect(throws: StatisticsError.unusableTotalWeight(0)) {
            try median.of([1, 2], weights: [0, 0])
        }
        for place in [0, 8, 19] {
            let values = [Double](repeating: 1, count: 20)
            for weight in [-1, .infinity, -Double.leastNonzeroMagnitude] {
                var weights = values
                weights[place] = weight
                #expect(throws: StatisticsError.invalidWeight(weight, index: place)) {
                    try median.of(values, weights: weights)
                }
            }
            var weights = values
            weights[place] = .nan
            #expect(throws: StatisticsError.self) { try median.of(values, weights: weights) }
        }
    }

    /// The definition, by a sort; exact for weights that are whole numbers.
    static func reference(_ probabilities: [Double], _ pairs: [(Double, Double)]) -> [Double] {
        let sorted = pairs.filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
        let total = sorted.reduce(0) { $0 + $1.1 }
        return probabilities.map { probability in
            var sum = 0.0
            for (value, weight) in sorted {
                sum += weight
                if sum / total >= probability { return value }
            }
            return sorted[sorted.count - 1].0
        }
    }
}
