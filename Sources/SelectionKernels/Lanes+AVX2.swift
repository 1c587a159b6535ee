// The vector vocabulary of the kernels in AVX2.
#if arch(x86_64) && KERNELS_AVX2
    internal import CIntrinsics

    typealias Lanes = SIMD4<Double>
    /// Bit i is set for lane i.
    typealias LaneMask = Int32

    /// Values in one vector. A computed constant: a stored global would be initialised lazily.
    @inline(__always) var laneCount: Int { 4 }

    @inline(__always) func bits(_ mask: SIMDMask<SIMD4<Int64>>) -> LaneMask {
        _mm256_movemask_pd(unsafeBitCast(mask, to: Lanes.self))
    }

    @inline(__always) func greater(_ left: Lanes, _ right: Lanes) -> LaneMask {
        bits(left .> right)
    }
    @inline(__always) func atLeast(_ left: Lanes, _ right: Lanes) -> LaneMask {
        bits(left .>= right)
    }
    @inline(__always) func less(_ left: Lanes, _ right: Lanes) -> LaneMask { bits(left .< right) }
    @inline(__always) func unequal(_ left: Lanes, _ right: Lanes) -> LaneMask {
        bits(left .!= right)
    }

    typealias LaneTally = Int

    @inline(__always) var emptyTally: LaneTally { 0 }

    /// Counts set lanes.
    @inline(__always) func countSet(_ mask: LaneMask, in tally: inout LaneTally) {
        tally &+= mask.nonzeroBitCount
    }

    @inline(__always) func total(of tally: LaneTally) -> Int { tally }

    /// Stores the selected lanes at `target` and moves it past them; scribbles over the rest of
    /// the vector there.
    @inline(__always)
    func store(_ values: Lanes, where mask: LaneMask, to target: inout UnsafeMutablePointer<Double>)
    {
        UnsafeMutableRawPointer(target)
            .storeBytes(of: pack_selected_lanes(values, mask), as: Lanes.self)
        target += mask.nonzeroBitCount
    }

    @inline(__always) func smaller(_ left: Lanes, _ right: Lanes) -> Lanes {
        _mm256_min_pd(left, right)
    }

    @inline(__always) func larger(_ left: Lanes, _ right: Lanes) -> Lanes {
        _mm256_max_pd(left, right)
    }

    /// Writes the bucket that each place stands for.
    @inline(__always)
    func store(
        bucketsOf places: Lanes, _ map: BucketMap, to target: UnsafeMutablePointer<UInt16>
    ) {
        let numbers =
            unsafeBitCast(places, to: SIMD4<UInt64>.self) &>> SIMD4(repeating: map.dropped)
            &- SIMD4(repeating: map.first)
        store(numbers, to: target)
    }

    /// Writes the bucket of each value by its ordered bits (`WeightHistogram.bucket`).
    @inline(__always)
    func store(
        orderedBucketsOf values: Lanes, least: UInt64, shift: UInt64,
        to target: UnsafeMutablePointer<UInt16>
    ) {
        let bits = unsafeBitCast(values + Lanes(), to: SIMD4<Int64>.self)
        let signs = bits &>> SIMD4(repeating: 63)
        let ordered = bits ^ (signs | SIMD4(repeating: .min))
        let numbers =
            (unsafeBitCast(ordered, to: SIMD4<UInt64>.self) &- SIMD4(repeating: least))
            &>> SIMD4(repeating: shift)
        store(numbers, to: target)
    }

    /// The low 16 bits of each.
    @inline(__always)
    func store(_ numbers: SIMD4<UInt64>, to target: UnsafeMutablePointer<UInt16>) {
        let halves = unsafeBitCast(numbers, to: SIMD8<UInt32>.self).evenHalf
        let packed = SIMD4<UInt16>(truncatingIfNeeded: halves)
        UnsafeMutableRawPointer(target).storeBytes(of: packed, as: SIMD4<UInt16>.self)
    }

    /// Buckets of many values side by side.
    typealias BucketLanes = SIMD16<UInt16>

    @inline(__always) var bucketLaneCount: Int { 16 }

    /// Two bits for each pair of equal lanes.
    @inline(__always) func equal(_ left: BucketLanes, _ right: BucketLanes) -> UInt32 {
        UInt32(
            bitPattern: _mm256_movemask_epi8(unsafeBitCast(left .== right, to: SIMD4<Int64>.self)))
    }

    /// The lane of the lowest pair of bits, the last lane if there is none.
    @inline(__always) func lastOr(first bits: UInt32) -> Int {
        (bits | 0x8000_0000).trailingZeroBitCount &>> 1
    }

    @inline(__always) func withoutFirst(_ bits: UInt32) -> UInt32 {
        let bits = bits & (bits &- 1)
        return bits & (bits &- 1)
    }

    @inline(__always) func setCount(_ bits: UInt32) -> Int { bits.nonzeroBitCount &>> 1 }

    /// Values of 32 bits.
    typealias WordLanes = SIMD8<Int32>

    @inline(__always) func less(_ left: WordLanes, _ right: WordLanes) -> UInt32 {
        UInt32(bitPattern: _mm256_movemask_ps(unsafeBitCast(right .> left, to: SIMD8<Float>.self)))
    }

    @inline(__always) func atLeast(_ left: WordLanes, _ right: WordLanes) -> UInt32 {
        // What is not less, in eight bits: AVX2 compares for greater only.
        ~less(left, right) & 255
    }

    @inline(__always)
    func store(
        _ keys: WordLanes, where mask: UInt32, to target: inout UnsafeMutablePointer<Int32>
    ) {
        let packed = pack_selected_words(
            unsafeBitCast(keys, to: SIMD4<Int64>.self), Int32(bitPattern: mask))
        UnsafeMutableRawPointer(target).storeBytes(of: packed, as: SIMD4<Int64>.self)
        target += mask.nonzeroBitCount
    }

    @inline(__always) func widened(_ keys: WordLanes) -> (Lanes, Lanes) {
        (
            _mm256_cvtepi32_pd(unsafeBitCast(keys.lowHalf, to: SIMD2<Int64>.self)),
            _mm256_cvtepi32_pd(unsafeBitCast(keys.highHalf, to: SIMD2<Int64>.self))
        )
    }

    @inline(__always) func floats(_ bits: WordLanes) -> (Lanes, Lanes) {
        (
            _mm256_cvtps_pd(unsafeBitCast(bits.lowHalf, to: SIMD4<Float>.self)),
            _mm256_cvtps_pd(unsafeBitCast(bits.highHalf, to: SIMD4<Float>.self))
        )
    }

    @inline(__always) func smaller(_ left: WordLanes, _ right: WordLanes) -> WordLanes {
        left.replacing(with: right, where: right .< left)
    }

    @inline(__always) func larger(_ left: WordLanes, _ right: WordLanes) -> WordLanes {
        left.replacing(with: right, where: right .> left)
    }

    /// sum + value² with one rounding.
    @inline(__always) func addingSquare(_ value: Lanes, to sum: Lanes) -> Lanes {
        sum.addingProduct(value, value)
    }
#endif
