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

    /// Adds `weights` where `values` lie. Two sums to a bucket, so that values in turn rarely wait
    /// for each other's additions.
    @inline(never)
    func add(_ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, _ count: Int) {
        var index = 0
        while index &+ 2 <= count {
            sums[2 &* bucket(values[index])] += weights[index]
            sums[2 &* bucket(values[index &+ 1]) &+ 1] += weights[index &+ 1]
            index &+= 2
        }
        if index < count { sums[2 &* bucket(values[index])] += weights[index] }
    }

    /// Adding 0 makes −0.0 to 0.0: the two are equal, so they belong into one bucket.
    @inline(__always)
    func bucket(_ value: Double) -> Int {
        Int(truncatingIfNeeded: (orderedBits(value + 0) &- least) &>> shift)
    }

    @inline(__always)
    func weight(of bucket: Int) -> Double { sums[2 &* bucket] + sums[2 &* bucket &+ 1] }

    /// The least and the greatest value that belong into a bucket.
    @inline(__always)
    func range(of bucket: Int) -> (low: Double, high: Double) {
        let low = least &+ UInt64(bucket) &<< shift
        let end = low &+ (1 &<< shift) &- 1
        var high = end < greatest && end >= low ? end : greatest
        // The bits of −0.0: no value was added under them, but 0.0 equals −0.0 in comparisons.
        if high == 0x7FFF_FFFF_FFFF_FFFF { high &-= 1 }
        return (valueOfOrderedBits(low), valueOfOrderedBits(high))
    }
}

/// The inverse of `orderedBits`.
@inline(__always)
func valueOfOrderedBits(_ ordered: UInt64) -> Double {
    let isPositive = ordered &>> 63 == 1
    return Double(bitPattern: isPositive ? ordered ^ 0x8000_0000_0000_0000 : ~ordered)
}
