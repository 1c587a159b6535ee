// The vector vocabulary of the kernels without intrinsics: SSE2 on x86-64, NEON on arm64.
#if !(arch(x86_64) && (KERNELS_AVX2 || KERNELS_AVX512))
    internal import CIntrinsics

    typealias Lanes = SIMD2<Double>
    typealias LaneMask = SIMDMask<SIMD2<Int64>>

    /// Values in one vector. A computed constant: a stored global would be initialised lazily.
    @inline(__always) var laneCount: Int { 2 }

    @inline(__always) func greater(_ left: Lanes, _ right: Lanes) -> LaneMask { left .> right }
    @inline(__always) func atLeast(_ left: Lanes, _ right: Lanes) -> LaneMask { left .>= right }
    @inline(__always) func less(_ left: Lanes, _ right: Lanes) -> LaneMask { left .< right }
    @inline(__always) func unequal(_ left: Lanes, _ right: Lanes) -> LaneMask { left .!= right }

    @inline(__always) func & (_ left: LaneMask, _ right: LaneMask) -> LaneMask { left .& right }
    @inline(__always) func | (_ left: LaneMask, _ right: LaneMask) -> LaneMask { left .| right }

    typealias LaneTally = SIMD2<Int64>

    @inline(__always) var emptyTally: LaneTally { SIMD2() }

    /// Counts set lanes: a set lane is −1 and is subtracted.
    @inline(__always) func countSet(_ mask: LaneMask, in tally: inout LaneTally) {
        tally &-= unsafeBitCast(mask, to: SIMD2<Int64>.self)
    }

    @inline(__always) func total(of tally: LaneTally) -> Int { Int(tally[0] &+ tally[1]) }

    /// Stores the selected lanes at `target` and moves it past them; may scribble over the rest of
    /// the vector there.
    @inline(__always)
    func store(_ values: Lanes, where mask: LaneMask, to target: inout UnsafeMutablePointer<Double>)
    {
        let selected = unsafeBitCast(mask, to: SIMD2<Int64>.self)
        target[0] = values[0]
        target -= Int(selected[0])
        target[0] = values[1]
        target -= Int(selected[1])
    }

    @inline(__always) func smaller(_ left: Lanes, _ right: Lanes) -> Lanes {
        left.replacing(with: right, where: right .< left)
    }

    @inline(__always) func larger(_ left: Lanes, _ right: Lanes) -> Lanes {
        left.replacing(with: right, where: right .> left)
    }

    /// Writes the bucket that each place stands for.
    @inline(__always)
    func store(
        bucketsOf places: Lanes, _ map: BucketMap, to target: UnsafeMutablePointer<UInt16>
    ) {
        let bits = unsafeBitCast(places, to: SIMD2<UInt64>.self)
        store(
            bits &>> SIMD2(repeating: map.dropped) &- SIMD2(repeating: map.first), to: target)
    }

    /// Writes the bucket of each value by its ordered bits (`WeightHistogram.bucket`).
    @inline(__always)
    func store(
        orderedBucketsOf values: Lanes, least: UInt64, shift: UInt64,
        to target: UnsafeMutablePointer<UInt16>
    ) {
        let bits = unsafeBitCast(values + Lanes(), to: SIMD2<Int64>.self)
        let signs = bits &>> SIMD2(repeating: 63)
        let ordered = bits ^ (signs | SIMD2(repeating: .min))
        let numbers =
            (unsafeBitCast(ordered, to: SIMD2<UInt64>.self) &- SIMD2(repeating: least))
            &>> SIMD2(repeating: shift)
        store(numbers, to: target)
    }

    /// The low 16 bits of each.
    @inline(__always)
    func store(_ numbers: SIMD2<UInt64>, to target: UnsafeMutablePointer<UInt16>) {
        target[0] = UInt16(truncatingIfNeeded: numbers[0])
        target[1] = UInt16(truncatingIfNeeded: numbers[1])
    }

    /// Values of 32 bits.
    typealias WordLanes = SIMD4<Int32>

    /// Bit i is set for lane i.
    @inline(__always) func bits(_ mask: SIMDMask<SIMD4<Int32>>) -> UInt32 {
        let set = unsafeBitCast(mask, to: SIMD4<UInt32>.self) & SIMD4(1, 2, 4, 8)
        return (set[0] | set[1]) | (set[2] | set[3])
    }

    @inline(__always) func less(_ left: WordLanes, _ right: WordLanes) -> UInt32 {
        bits(left .< right)
    }

    @inline(__always) func atLeast(_ left: WordLanes, _ right: WordLanes) -> UInt32 {
        bits(left .>= right)
    }

    @inline(__always)
    func store(
        _ keys: WordLanes, where mask: UInt32, to target: inout UnsafeMutablePointer<Int32>
    ) {
        target[0] = keys[0]
        target += Int(mask & 1)
        target[0] = keys[1]
        target += Int((mask &>> 1) & 1)
        target[0] = keys[2]
        target += Int((mask &>> 2) & 1)
        target[0] = keys[3]
        target += Int((mask &>> 3) & 1)
    }

    @inline(__always) func widened(_ keys: WordLanes) -> (Lanes, Lanes) {
        (
            SIMD2(Double(keys[0]), Double(keys[1])), SIMD2(Double(keys[2]), Double(keys[3]))
        )
    }

    @inline(__always) func floats(_ bits: WordLanes) -> (Lanes, Lanes) {
        let values = unsafeBitCast(bits, to: SIMD4<Float>.self)
        return (
            SIMD2(Double(values[0]), Double(values[1])), SIMD2(Double(values[2]), Double(values[3]))
        )
    }

    @inline(__always) func smaller(_ left: WordLanes, _ right: WordLanes) -> WordLanes {
        left.replacing(with: right, where: right .< left)
    }

    @inline(__always) func larger(_ left: WordLanes, _ right: WordLanes) -> WordLanes {
        left.replacing(with: right, where: right .> left)
    }

    /// sum + value², with or without an intermediate rounding, as the CPU likes it.
    @inline(__always) func addingSquare(_ value: Lanes, to sum: Lanes) -> Lanes {
        sum + value * value
    }
#endif
