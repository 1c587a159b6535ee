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

    /// sum + value² with one rounding.
    @inline(__always) func addingSquare(_ value: Lanes, to sum: Lanes) -> Lanes {
        sum.addingProduct(value, value)
    }
#endif
