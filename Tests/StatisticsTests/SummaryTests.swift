import Statistics
import Testing

@Suite struct SummaryTests {
    @Test("Totals against two plain reads", arguments: supportedKernels, Series.names)
    func totals(kernels: Kernels, name: String) throws {
        let quantiles = try Quantiles([0.5, 0.99], kernels: kernels)
        for count in [1, 2, 7, 128, 129, 1000, 2048, 2051, 30_000] {
            let values = Series.make(name, seed: 3, count: count)
            let threshold = values[count / 2]
            let found = try quantiles.summary(of: values, threshold: threshold)
            let mean = values.reduce(0, +) / Double(count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            #expect(found.count == count)
            #expect(found.minimum == values.min())
            #expect(found.maximum == values.max())
            #expect(found.countAboveThreshold == values.count { $0 > threshold })
            let scale = max(abs(mean), variance.squareRoot())
            #expect(abs(found.mean - mean) <= 1e-11 * scale)
            #expect(abs(found.variance - variance) <= 1e-11 * scale * scale)
        }
    }

    @Test func countsAboveAThresholdOnlyIfAsked() throws {
        let median = try Quantiles([0.5])
        let without = try median.summary(of: [1, 2, 3])
        #expect(without.countAboveThreshold == nil)
        let onTheThreshold = try median.summary(of: [1, 2, 3], threshold: 2)
        #expect(onTheThreshold.countAboveThreshold == 1)
        let unordered = try median.summary(of: [1, 2, 3], threshold: .nan)
        #expect(unordered.countAboveThreshold == nil)
    }

    @Test("A small variance on a large mean keeps its digits", arguments: supportedKernels)
    func smallVarianceOnALargeMean(kernels: Kernels) throws {
        // Around 10⁹ by −1, 0, 1 in turn: the variance is 2/3 exactly in n = 30,000.
        let values = (0..<30_000).map { 1e9 + Double($0 % 3) - 1 }
        let found = try Quantiles([0.5], kernels: kernels).summary(of: values)
        #expect(found.mean == 1e9)
        #expect(abs(found.variance - 2.0 / 3) < 1e-12)
    }

    @Test("The series is not modified", arguments: supportedKernels)
    func inputIsNotModified(kernels: Kernels) throws {
        let values = Series.make("pareto", seed: 8, count: 5000)
        let copied = values.map(\.bitPattern)
        _ = try Quantiles([0.1, 0.9], kernels: kernels).summary(of: values)
        #expect(values.map(\.bitPattern) == copied)
    }

    @Test("One workspace serves series of any length, in any order", arguments: supportedKernels)
    func workspaceIsReused(kernels: Kernels) throws {
        let quantiles = try Quantiles([0.25, 0.5], kernels: kernels)
        var workspace = Workspace()
        for count in [10, 100_000, 1, 129, 5000] {
            let values = Series.make("uniform", seed: 4, count: count)
            let found = try values.withUnsafeBufferPointer {
                try quantiles.summary(of: $0, workspace: &workspace)
            }
            #expect(found.quantiles == Reference.quantiles([0.25, 0.5], of: values))
        }
    }
}
