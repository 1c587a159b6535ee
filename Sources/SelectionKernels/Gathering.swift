internal import CIntrinsics

// Gathering the values of a few buckets, of which there are few.

/// Gathers the values whose buckets are among `targets`, at most sixteen, in the order of the series.
@inline(never)
func gather(
    _ values: UnsafePointer<Double>, _ count: Int, _ buckets: UnsafePointer<UInt16>,
    _ targets: UnsafePointer<Int>, _ targetCount: Int,
    into gathered: UnsafeMutablePointer<Double>
) {
    #if arch(x86_64) && (KERNELS_AVX2 || KERNELS_AVX512)
        if targetCount <= 4 {
            gatherFour(values, count, buckets, targets, targetCount, into: gathered)
        } else if targetCount <= 8 {
            gatherEight(values, count, buckets, targets, targetCount, into: gathered)
        } else {
            gatherSixteen(values, count, buckets, targets, targetCount, into: gathered)
        }
    #else
        gatherByTable(values, count, buckets, targets, targetCount, into: gathered)
    #endif
}

#if arch(x86_64) && (KERNELS_AVX2 || KERNELS_AVX512)
    // Functions of their own, so that the width stays a literal (FilterPass.swift).

    @inline(never)
    func gatherFour(
        _ values: UnsafePointer<Double>, _ count: Int, _ buckets: UnsafePointer<UInt16>,
        _ targets: UnsafePointer<Int>, _ targetCount: Int,
        into gathered: UnsafeMutablePointer<Double>
    ) {
        gatherByMask(values, count, buckets, targets, targetCount, width: 4, into: gathered)
    }

    @inline(never)
    func gatherEight(
        _ values: UnsafePointer<Double>, _ count: Int, _ buckets: UnsafePointer<UInt16>,
        _ targets: UnsafePointer<Int>, _ targetCount: Int,
        into gathered: UnsafeMutablePointer<Double>
    ) {
        gatherByMask(values, count, buckets, targets, targetCount, width: 8, into: gathered)
    }

    @inline(never)
    func gatherSixteen(
        _ values: UnsafePointer<Double>, _ count: Int, _ buckets: UnsafePointer<UInt16>,
        _ targets: UnsafePointer<Int>, _ targetCount: Int,
        into gathered: UnsafeMutablePointer<Double>
    ) {
        gatherByMask(values, count, buckets, targets, targetCount, width: 16, into: gathered)
    }

    /// - Parameter width: a literal; missing targets are made up with the first one.
    @inline(__always)
    private func gatherByMask(
        _ values: UnsafePointer<Double>, _ count: Int, _ buckets: UnsafePointer<UInt16>,
        _ targets: UnsafePointer<Int>, _ targetCount: Int, width: Int,
        into gathered: UnsafeMutablePointer<Double>
    ) {
        @inline(__always) func target(_ number: Int) -> BucketLanes {
            BucketLanes(
                repeating: UInt16(
                    truncatingIfNeeded: targets[number < targetCount ? number : 0]))
        }
        let (t0, t1, t2, t3) = (target(0), target(1), target(2), target(3))
        let (t4, t5, t6, t7) = (target(4), target(5), target(6), target(7))
        let (t8, t9, t10, t11) = (target(8), target(9), target(10), target(11))
        let (t12, t13, t14, t15) = (target(12), target(13), target(14), target(15))
        var next = gathered
        var index = 0
        while index &+ bucketLaneCount <= count {
            let lanes = UnsafeRawPointer(buckets + index).loadUnaligned(as: BucketLanes.self)
            var wanted = equal(lanes, t0) | equal(lanes, t1) | equal(lanes, t2) | equal(lanes, t3)
            if width >= 8 {
                wanted |= equal(lanes, t4) | equal(lanes, t5) | equal(lanes, t6) | equal(lanes, t7)
            }
            if width == 16 {
                wanted |= equal(lanes, t8) | equal(lanes, t9) | equal(lanes, t10)
                wanted |= equal(lanes, t11) | equal(lanes, t12) | equal(lanes, t13)
                wanted |= equal(lanes, t14) | equal(lanes, t15)
            }
            // There are seldom more than three, and how many cannot be foreseen: so three are stored without
            // asking, those that are not there as the last value of the lanes.
            let part = values + index
            var bits = wanted
            next[0] = part[lastOr(first: bits)]
            bits = withoutFirst(bits)
            next[1] = part[lastOr(first: bits)]
            bits = withoutFirst(bits)
            next[2] = part[lastOr(first: bits)]
            bits = withoutFirst(bits)
            if bits == 0 {
                next += setCount(wanted)
            } else {
                next += 3
                while bits != 0 {
                    next[0] = part[lastOr(first: bits)]
                    next += 1
                    bits = withoutFirst(bits)
                }
            }
            index &+= bucketLaneCount
        }
        while index < count {
            var target = 0
            while target < targetCount {
                if targets[target] == Int(buckets[index]) {
                    next[0] = values[index]
                    next += 1
                }
                target &+= 1
            }
            index &+= 1
        }
    }
#else
    /// Every value is stored, and stays where its bucket is a target: no branch depends on the values.
    @inline(__always)
    private func gatherByTable(
        _ values: UnsafePointer<Double>, _ count: Int, _ buckets: UnsafePointer<UInt16>,
        _ targets: UnsafePointer<Int>, _ targetCount: Int,
        into gathered: UnsafeMutablePointer<Double>
    ) {
        withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 64) { memory in
            let isTarget = memory.baseAddress!.assumingMemoryBound(to: UInt8.self)
            isTarget.update(repeating: 0, count: 1024)
            var target = 0
            while target < targetCount {
                isTarget[targets[target]] = 1
                target &+= 1
            }
            var next = gathered
            var index = 0
            while index < count {
                next[0] = values[index]
                next += Int(isTarget[Int(buckets[index])])
                index &+= 1
            }
        }
    }
#endif

#if !(arch(x86_64) && (KERNELS_AVX2 || KERNELS_AVX512))
    /// Whether one of eight buckets is the one that `target` repeats.
    @inline(__always)
    private func hasLane(equalTo target: SIMD8<UInt16>, _ buckets: UnsafePointer<UInt16>) -> Bool {
        let lanes = UnsafeRawPointer(buckets).loadUnaligned(as: SIMD8<UInt16>.self)
        let equal = unsafeBitCast(lanes .== target, to: SIMD2<UInt64>.self)
        return equal[0] | equal[1] != 0
    }
#endif

/// The place of the first value in a bucket that has one.
@inline(never)
func firstPlace(of bucket: Int, in buckets: UnsafePointer<UInt16>) -> Int {
    let number = UInt16(truncatingIfNeeded: bucket)
    var place = 0
    #if arch(x86_64) && (KERNELS_AVX2 || KERNELS_AVX512)
        let target = BucketLanes(repeating: number)
        // There is room for a vector behind the last one; what is in it comes after all others.
        while true {
            let lanes = UnsafeRawPointer(buckets + place).loadUnaligned(as: BucketLanes.self)
            let found = equal(lanes, target)
            if found != 0 { return place &+ lastOr(first: found) }
            place &+= bucketLaneCount
        }
    #else
        let target = SIMD8<UInt16>(repeating: number)
        while !hasLane(equalTo: target, buckets + place) { place &+= 8 }
        while buckets[place] != number { place &+= 1 }
        return place
    #endif
}

/// Gathers the values of one bucket, and their weights; returns how many.
@inline(never)
func gatherWeighted(
    _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, _ count: Int,
    _ buckets: UnsafePointer<UInt16>, _ bucket: Int,
    into gatheredValues: UnsafeMutablePointer<Double>,
    _ gatheredWeights: UnsafeMutablePointer<Double>
) -> Int {
    let number = UInt16(truncatingIfNeeded: bucket)
    var found = 0
    var index = 0
    #if arch(x86_64) && (KERNELS_AVX2 || KERNELS_AVX512)
        let target = BucketLanes(repeating: number)
        while index &+ bucketLaneCount <= count {
            let lanes = UnsafeRawPointer(buckets + index).loadUnaligned(as: BucketLanes.self)
            var bits = equal(lanes, target)
            while bits != 0 {
                let place = index &+ lastOr(first: bits)
                gatheredValues[found] = values[place]
                gatheredWeights[found] = weights[place]
                found &+= 1
                bits = withoutFirst(bits)
            }
            index &+= bucketLaneCount
        }
    #else
        let target = SIMD8<UInt16>(repeating: number)
        while index &+ 8 <= count {
            if hasLane(equalTo: target, buckets + index) {
                var place = index
                while place < index &+ 8 {
                    gatheredValues[found] = values[place]
                    gatheredWeights[found] = weights[place]
                    found &+= buckets[place] == number ? 1 : 0
                    place &+= 1
                }
            }
            index &+= 8
        }
    #endif
    while index < count {
        gatheredValues[found] = values[index]
        gatheredWeights[found] = weights[index]
        found &+= buckets[index] == number ? 1 : 0
        index &+= 1
    }
    return found
}
