// The vector vocabulary of the kernels in AVX-512.
#if arch(x86_64) && KERNELS_AVX512
    internal import CIntrinsics

    typealias Lanes = SIMD8<Double>
    /// Bit i is set for lane i.
    typealias LaneMask = UInt8

    /// Values in one vector. A computed constant: a stored global would be initialised lazily.
    @inline(__always) var laneCount: Int { 8 }

    @inline(__always) func bits(_ mask: SIMDMask<SIMD8<Int64>>) -> LaneMask {
        _mm512_movepi64_mask(unsafeBitCast(mask, to: SIMD8<Int64>.self))
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
    /// the vector there. Compressing straight to memory is slow on Zen 4, hence by way of a register.
    @inline(__always)
    func store(_ values: Lanes, where mask: LaneMask, to target: inout UnsafeMutablePointer<Double>)
    {
        UnsafeMutableRawPointer(target)
            .storeBytes(of: _mm512_maskz_compress_pd(mask, values), as: Lanes.self)
        target += mask.nonzeroBitCount
    }

    @inline(__always) func smaller(_ left: Lanes, _ right: Lanes) -> Lanes {
        _mm512_min_pd(left, right)
    }

    @inline(__always) func larger(_ left: Lanes, _ right: Lanes) -> Lanes {
        _mm512_max_pd(left, right)
    }

    /// Writes the bucket that each place stands for.
    @inline(__always)
    func store(
        bucketsOf places: Lanes, _ map: BucketMap, to target: UnsafeMutablePointer<UInt16>
    ) {
        let numbers =
            unsafeBitCast(places, to: SIMD8<UInt64>.self) &>> SIMD8(repeating: map.dropped)
            &- SIMD8(repeating: map.first)
        store(numbers, to: target)
    }

    /// Writes the bucket of each value by its ordered bits (`WeightHistogram.bucket`).
    @inline(__always)
    func store(
        orderedBucketsOf values: Lanes, least: UInt64, shift: UInt64,
        to target: UnsafeMutablePointer<UInt16>
    ) {
        let bits = unsafeBitCast(values + Lanes(), to: SIMD8<Int64>.self)
        let signs = bits &>> SIMD8(repeating: 63)
        let ordered = bits ^ (signs | SIMD8(repeating: .min))
        let numbers =
            (unsafeBitCast(ordered, to: SIMD8<UInt64>.self) &- SIMD8(repeating: least))
            &>> SIMD8(repeating: shift)
        store(numbers, to: target)
    }

    /// The low 16 bits of each.
    @inline(__always)
    func store(_ numbers: SIMD8<UInt64>, to target: UnsafeMutablePointer<UInt16>) {
        UnsafeMutableRawPointer(target).storeBytes(
            of: _mm512_cvtepi64_epi16(unsafeBitCast(numbers, to: SIMD8<Int64>.self)),
            as: SIMD2<Int64>.self)
    }

    /// Buckets of many values side by side.
    typealias BucketLanes = SIMD32<UInt16>

    @inline(__always) var bucketLaneCount: Int { 32 }

    /// A bit for each pair of equal lanes.
    @inline(__always) func equal(_ left: BucketLanes, _ right: BucketLanes) -> UInt32 {
        _mm512_movepi16_mask(unsafeBitCast(left .== right, to: SIMD8<Int64>.self))
    }

    /// The lane of the lowest bit, the last lane if there is none.
    @inline(__always) func lastOr(first bits: UInt32) -> Int {
        (bits | 0x8000_0000).trailingZeroBitCount
    }

    @inline(__always) func withoutFirst(_ bits: UInt32) -> UInt32 { bits & (bits &- 1) }

    @inline(__always) func setCount(_ bits: UInt32) -> Int { bits.nonzeroBitCount }

    /// Values of 32 bits.
    typealias WordLanes = SIMD16<Int32>

    @inline(__always) func atLeast(_ left: WordLanes, _ right: WordLanes) -> UInt16 {
        _mm512_movepi32_mask(unsafeBitCast(left .>= right, to: SIMD8<Int64>.self))
    }

    @inline(__always) func less(_ left: WordLanes, _ right: WordLanes) -> UInt16 {
        _mm512_movepi32_mask(unsafeBitCast(left .< right, to: SIMD8<Int64>.self))
    }

    @inline(__always)
    func store(
        _ keys: WordLanes, where mask: UInt16, to target: inout UnsafeMutablePointer<Int32>
    ) {
        let packed = _mm512_maskz_compress_epi32(mask, unsafeBitCast(keys, to: SIMD8<Int64>.self))
        UnsafeMutableRawPointer(target).storeBytes(of: packed, as: SIMD8<Int64>.self)
        target += mask.nonzeroBitCount
    }

    @inline(__always) func widened(_ keys: WordLanes) -> (Lanes, Lanes) {
        (
            _mm512_cvtepi32_pd(unsafeBitCast(keys.lowHalf, to: SIMD4<Int64>.self)),
            _mm512_cvtepi32_pd(unsafeBitCast(keys.highHalf, to: SIMD4<Int64>.self))
        )
    }

    @inline(__always) func floats(_ bits: WordLanes) -> (Lanes, Lanes) {
        (
            _mm512_cvtps_pd(unsafeBitCast(bits.lowHalf, to: SIMD8<Float>.self)),
            _mm512_cvtps_pd(unsafeBitCast(bits.highHalf, to: SIMD8<Float>.self))
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
