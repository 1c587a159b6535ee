internal import CIntrinsics

/// A histogram has at most two to this power buckets.
@inline(__always) private var bucketBitsLimit: Int { 13 }

/// Most buckets that a histogram has.
@inline(__always) var bucketLimit: Int { 1 &<< bucketBitsLimit }

extension WeightHistogram {
    /// - Parameters:
    ///   - minimum: of the values that will be added.
    ///   - maximum: of the same; greater than `minimum`.
    ///   - count: how many values there are.
    @inline(__always)
    init(minimum: Double, maximum: Double, count: Int, scratch: inout Scratch) {
        // About as many buckets as values: clearing and summing more would cost more than it saves.
        let countBits = Int.bitWidth &- count.leadingZeroBitCount
        let bucketBits = countBits < bucketBitsLimit ? countBits : bucketBitsLimit
        let least = orderedBits(minimum + 0)
        let greatest = orderedBits(maximum + 0)
        let bitWidth = 64 &- (greatest &- least).leadingZeroBitCount
        let shift = UInt64(bitWidth > bucketBits ? bitWidth &- bucketBits : 0)
        let bucketCount = Int((greatest &- least) &>> shift) &+ 1
        let sums = scratch.takeDoubles(2 &* bucketLimit)
        sums.update(repeating: 0, count: 2 &* bucketCount)
        self.init(
            sums: sums, bucketCount: bucketCount, least: least, greatest: greatest, shift: shift)
    }

    /// Adds `weights` where `values` lie, and writes each value's bucket to `buckets`, which has room for a
    /// vector more. Two sums to a bucket, so that values in turn rarely wait for each other's additions.
    @inline(never)
    func add(
        _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, _ count: Int,
        buckets: UnsafeMutablePointer<UInt16>
    ) {
        var start = 0
        while start < count {
            // Part by part, so that a part's buckets are still near when its weights are added.
            let end = start &+ chunkLength < count ? start &+ chunkLength : count
            var index = start
            while index &+ laneCount <= end {
                store(
                    orderedBucketsOf: load(values + index), least: least, shift: shift,
                    to: buckets + index)
                index &+= laneCount
            }
            while index < end {
                buckets[index] = UInt16(truncatingIfNeeded: bucket(values[index]))
                index &+= 1
            }
            index = start
            while index &+ 2 <= end {
                sums[2 &* Int(buckets[index])] += weights[index]
                sums[2 &* Int(buckets[index &+ 1]) &+ 1] += weights[index &+ 1]
                index &+= 2
            }
            if index < end { sums[2 &* Int(buckets[index])] += weights[index] }
            start = end
        }
    }

    /// Adding 0 makes −0.0 to 0.0: the two are equal, so they belong into one bucket.
    @inline(__always)
    func bucket(_ value: Double) -> Int {
        Int(truncatingIfNeeded: (orderedBits(value + 0) &- least) &>> shift)
    }

    @inline(__always)
    func weight(of bucket: Int) -> Double { sums[2 &* bucket] + sums[2 &* bucket &+ 1] }
}
