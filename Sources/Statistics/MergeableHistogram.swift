/// How often which values were seen, each to within 1 %, mergeable without loss.
///
/// Buckets are log-linear: each power of two is divided into 64 of equal width, so that a bucket is at most
/// 1/64 of its lower end wide and its middle at most 1/128 (0.78 %) from any value in it. That is how a
/// `Double` is written down: the bucket is its exponent and the first six bits of its fraction.
///
///     63 62      52 51    46 45             0
///     ┌─┬──────────┬────────┬────────────────┐
///     │s│ exponent │ 6 bits │ rest           │
///     └─┴──────────┴────────┴────────────────┘
///       └── bucket, 17 bits ┘
///
/// Numbers below 2.3e-308, which have no full precision, are within 1.8e-310 of theirs. ±∞ and 0 are exact.
///
/// It takes 8 bytes for each bucket from the smallest magnitude to the largest, 512 for a factor of two: 10 KB
/// for a million to one, 1 MB for each sign at the very most. For whole numbers from 128 on these are the
/// buckets of the store's `LogHistogram`, which is sparse and of integers, as it lies on disk: one of those
/// comes here without loss, its buckets' middles added with their weights.
package struct MergeableHistogram: Equatable, Sendable {
    private var positive = Buckets()
    private var negative = Buckets()
    private var zeroWeight: Int64 = 0
    /// Of all that was added: samples, seconds, whatever was counted.
    package private(set) var weight: Int64 = 0
    /// Exact; +∞ and −∞ of nothing.
    package private(set) var minimum = Double.infinity
    package private(set) var maximum = -Double.infinity

    package init() {}

    /// - Throws: `StatisticsError.notANumber`.
    package init(of values: [Double]) throws(StatisticsError) {
        for (index, value) in values.enumerated() {
            if value.isNaN { throw .notANumber(index: index) }
            add(value)
        }
    }

    /// - Parameters:
    ///   - value: not NaN.
    ///   - weight: at least 0.
    package mutating func add(_ value: Double, weight: Int64 = 1) {
        precondition(!value.isNaN && weight >= 0)
        guard weight > 0 else { return }
        if value > 0 {
            positive.add(Self.bucket(of: value), weight)
        } else if value < 0 {
            negative.add(Self.bucket(of: -value), weight)
        } else {
            zeroWeight += weight
        }
        self.weight += weight
        minimum = Swift.min(minimum, value)
        maximum = Swift.max(maximum, value)
    }

    /// Takes in all that `other` has seen; the order of merging makes no difference.
    package mutating func merge(_ other: MergeableHistogram) {
        positive.merge(other.positive)
        negative.merge(other.negative)
        zeroWeight += other.zeroWeight
        weight += other.weight
        minimum = Swift.min(minimum, other.minimum)
        maximum = Swift.max(maximum, other.maximum)
    }

    /// The value that at least `probability` of the weight does not exceed (the nearest-rank quantile),
    /// to within 1/128 of it; nil of nothing.
    ///
    /// - Parameter probability: from 0 to 1; 0 gives the smallest value's.
    package func quantile(_ probability: Double) -> Double? {
        guard weight > 0 else { return nil }
        let wanted = probability * Double(weight)
        var seen: Int64 = 0
        for bucket in buckets {
            seen += bucket.weight
            if Double(seen) >= wanted { return middle(of: bucket) }
        }
        return maximum
    }

    /// A range of values that were seen.
    package struct Bucket: Equatable, Sendable {
        /// Values are from `low` up to, without, `high`; for negative ones from above `low` to `high`.
        package var low: Double
        package var high: Double
        package var weight: Int64
    }

    /// Those that have any weight, ascending; that of 0 is from 0 to 0. Their running sums are the counts
    /// `le` of OpenMetrics.
    package var buckets: [Bucket] {
        var buckets: [Bucket] = []
        negative.visit { number, weight in
            let (low, high) = Self.range(of: number)
            buckets.append(Bucket(low: -high, high: -low, weight: weight))
        }
        buckets.reverse()
        if zeroWeight > 0 { buckets.append(Bucket(low: 0, high: 0, weight: zeroWeight)) }
        positive.visit { number, weight in
            let (low, high) = Self.range(of: number)
            buckets.append(Bucket(low: low, high: high, weight: weight))
        }
        return buckets
    }

    /// Half way through the bucket, but not beyond what was seen.
    private func middle(of bucket: Bucket) -> Double {
        let middle =
            bucket.low.isInfinite || bucket.high.isInfinite
            ? (bucket.low.magnitude > bucket.high.magnitude ? bucket.high : bucket.low)
            : bucket.low + (bucket.high - bucket.low) / 2
        return Swift.min(maximum, Swift.max(minimum, middle))
    }

    private static let dropped: UInt64 = 46

    /// - Parameter value: above 0.
    private static func bucket(of value: Double) -> Int { Int(value.bitPattern >> dropped) }

    private static func range(of bucket: Int) -> (low: Double, high: Double) {
        let low = UInt64(bucket) << dropped
        let infinity = Double.infinity.bitPattern
        return low == infinity
            ? (.infinity, .infinity)
            : (Double(bitPattern: low), Double(bitPattern: low + 1 << dropped))
    }
}

/// Weights of buckets side by side, from the first to the last that has any.
private struct Buckets: Equatable, Sendable {
    private var first = 0
    private var weights: [Int64] = []

    mutating func add(_ bucket: Int, _ weight: Int64) {
        reach(bucket, bucket)
        weights[bucket - first] += weight
    }

    mutating func merge(_ other: Buckets) {
        guard !other.weights.isEmpty else { return }
        reach(other.first, other.first + other.weights.count - 1)
        for (index, weight) in other.weights.enumerated() {
            weights[other.first - first + index] += weight
        }
    }

    /// Makes room for buckets from `low` to `high`.
    private mutating func reach(_ low: Int, _ high: Int) {
        if weights.isEmpty { first = low }
        if low < first {
            weights.insert(contentsOf: repeatElement(0, count: first - low), at: 0)
            first = low
        }
        let missing = high - first + 1 - weights.count
        if missing > 0 { weights.append(contentsOf: repeatElement(0, count: missing)) }
    }

    func visit(_ body: (_ bucket: Int, _ weight: Int64) -> Void) {
        for (index, weight) in weights.enumerated() where weight > 0 {
            body(first + index, weight)
        }
    }
}
