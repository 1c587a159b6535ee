import Statistics

extension Workload {
    /// Each with the kernels that the process has chosen (`RIGHTSIZE_KERNELS`).
    static var statistics: [Workload] {
        [
            summaries("summaries of 100 × 2,880", length: 2880, count: 100),
            summaries("summaries of 4 × 43,200", length: 43_200, count: 4),
            summaries("summary of 1,000,000", length: 1_000_000, count: 1),
            Workload("weighted quantiles of 43,200") {
                let values = skewed(43_200, seed: 4)
                let weights = skewed(43_200, seed: 5).map { ($0 * 10).rounded(.up) }
                let quantiles = try WeightedQuantiles([0.5, 0.9, 0.95, 0.99])
                return { (try? quantiles.of(values, weights: weights).reduce(0, +)) ?? .nan }
            },
            Workload("censored quantiles of 2,880") {
                let values = skewed(2880, seed: 6)
                let limit = 2.0
                let quantiles = try CensoredQuantiles([0.5, 0.95])
                return {
                    let found = try? quantiles.of(
                        values.map { min($0, limit) }, isCensored: values.map { $0 >= limit })
                    return found?[0].value ?? .nan
                }
            },
            Workload("quantile interval of 2,880") {
                let values = skewed(2880, seed: 7)
                return { (try? QuantileInterval(of: values, at: 0.95).effectiveCount) ?? .nan }
            },
            Workload("trend of 2,000") {
                let values = skewed(2000, seed: 8)
                let times = values.indices.map { Double($0) }
                return { (try? Trend(of: values, at: times).slope) ?? .nan }
            },
        ]
    }

    private static func summaries(_ name: String, length: Int, count: Int) -> Workload {
        Workload(name) {
            let series = (0..<count).map { skewed(length, seed: UInt64($0)) }
            let batch = Batch(try Quantiles([0.5, 0.9, 0.95, 0.99]), threadCount: 1)
            return { (try? batch.summaries(of: series).quantiles.reduce(0, +)) ?? .nan }
        }
    }

    /// Between 0 and some hundred, most of it small, as CPU use is.
    private static func skewed(_ count: Int, seed: UInt64) -> [Double] {
        var noise = Noise(seed: seed)
        return (0..<count).map { _ in
            let uniform = noise.next()
            return uniform / (1.01 - uniform)
        }
    }
}
