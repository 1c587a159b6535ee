/// How often which values were seen, to within 1 % of each value: sparse, and mergeable without loss.
///
/// Buckets are log-linear (as HdrHistogram's): each power of two is divided into 64 of equal width, so that
/// a bucket is at most 1/64 of its lower end wide and its middle at most 1/128 (0.78 %) from any value in it.
/// Values of magnitude below 128 are exact.
///
///     value            bucket                      width
///     0 … 63           value                       1
///     2^e … 2^(e+1)−1  64 (e − 5) + (value ≫ (e − 6)) mod 64    2^(e − 6), e ≥ 6
///     negative         −1 − bucket(−1 − value)
package struct LogHistogram: Equatable, Sendable {
    /// Ascending.
    package private(set) var buckets: [Int32] = []
    /// Of each bucket, more than 0: in samples, or in seconds for rates.
    package private(set) var weights: [Int64] = []

    package init() {}

    /// - Returns: nil unless the buckets ascend within their range and each has a weight.
    init?(buckets: [Int32], weights: [Int64]) {
        guard buckets.count == weights.count, weights.allSatisfy({ $0 > 0 }),
            zip(buckets, buckets.dropFirst()).allSatisfy(<),
            buckets.allSatisfy({ -Self.bucketEnd <= $0 && $0 < Self.bucketEnd })
        else { return nil }
        var total: Int64 = 0
        for weight in weights {
            let (next, isTooLarge) = total.addingReportingOverflow(weight)
            if isTooLarge { return nil }
            total = next
        }
        self.buckets = buckets
        self.weights = weights
    }

    /// One behind the bucket of the largest value.
    static let bucketEnd: Int32 = 64 * 58

    package var weight: Int64 { weights.reduce(0, +) }

    @inline(__always)
    static func bucket(of value: Int64) -> Int32 {
        if value < 0 { return ~bucket(of: ~value) }
        if value < 64 { return Int32(value) }
        let exponent = 63 - value.leadingZeroBitCount
        let within = Int32(truncatingIfNeeded: value >> Int64(exponent - 6)) & 63
        return 64 * Int32(exponent - 5) + within
    }

    /// The values of a bucket.
    static func range(of bucket: Int32) -> ClosedRange<Int64> {
        if bucket < 0 {
            let mirrored = range(of: ~bucket)
            return ~mirrored.upperBound ... ~mirrored.lowerBound
        }
        if bucket < 64 { return Int64(bucket)...Int64(bucket) }
        let shift = Int64(bucket / 64 - 1)
        let low = (64 + Int64(bucket) % 64) << shift
        return low...(low + ((1 << shift) - 1))
    }

    /// The middle of a bucket.
    package static func value(of bucket: Int32) -> Double {
        let range = range(of: bucket)
        return (Double(range.lowerBound) + Double(range.upperBound)) / 2
    }

    /// The value that at least `share` of the weight does not exceed (the nearest-rank quantile), to within
    /// 1 %; nil of nothing.
    /// - Parameter share: 0 to 1; 0 gives the smallest value's.
    package func quantile(_ share: Double) -> Double? {
        let wanted = share * Double(weight)
        var seen = 0.0
        for (bucket, weight) in zip(buckets, weights) {
            seen += Double(weight)
            if seen >= wanted { return Self.value(of: bucket) }
        }
        return buckets.last.map(Self.value(of:))
    }

    package mutating func merge(_ other: LogHistogram) {
        guard !other.buckets.isEmpty else { return }
        guard !buckets.isEmpty else {
            self = other
            return
        }
        var merged = LogHistogram()
        var (mine, theirs) = (0, 0)
        while mine < buckets.count || theirs < other.buckets.count {
            let here = mine < buckets.count ? buckets[mine] : .max
            let there = theirs < other.buckets.count ? other.buckets[theirs] : .max
            merged.buckets.append(min(here, there))
            var weight: Int64 = 0
            if here <= there {
                weight += weights[mine]
                mine += 1
            }
            if there <= here {
                weight += other.weights[theirs]
                theirs += 1
            }
            merged.weights.append(weight)
        }
        self = merged
    }

    mutating func add(_ value: Int64, weight: Int64) {
        guard weight > 0 else { return }
        var one = LogHistogram()
        one.buckets = [Self.bucket(of: value)]
        one.weights = [weight]
        merge(one)
    }
}

/// Fills histograms one after the other, in memory of its own.
struct HistogramBuilder {
    /// By bucket, the negative ones first.
    private var weights = [Int64](repeating: 0, count: 2 * Int(LogHistogram.bucketEnd))
    private var touched: [Int32] = []

    @inline(__always)
    mutating func add(_ value: Int64, weight: Int64 = 1) {
        guard weight > 0 else { return }
        let bucket = LogHistogram.bucket(of: value)
        let slot = Int(bucket + LogHistogram.bucketEnd)
        if weights[slot] == 0 { touched.append(bucket) }
        weights[slot] += weight
    }

    /// What was added since the last time.
    mutating func finish() -> LogHistogram {
        touched.sort()
        var found: [Int64] = []
        found.reserveCapacity(touched.count)
        for bucket in touched {
            let slot = Int(bucket + LogHistogram.bucketEnd)
            found.append(weights[slot])
            weights[slot] = 0
        }
        defer { touched.removeAll(keepingCapacity: true) }
        return LogHistogram(buckets: touched, weights: found) ?? LogHistogram()
    }
}
