internal import CIntrinsics

/// Each power of two has 2 to this power buckets.
@inline(__always) private var fractionBits: Int { 7 }

/// The powers of two from the bucket of the least value to that of the greatest one.
@inline(__always) private var octaves: Int { 6 }

/// The greatest value lies at 1 + 2^−octaves, or a rounding above.
@inline(__always) var valueBucketCount: Int {
    octaves &<< fractionBits &+ 1 &<< (fractionBits &- octaves) &+ 2
}

/// A value's place from the least (0) to the greatest (1) is lifted by 2^−octaves, and its bits cut off: so
/// buckets are even near the least value, and from there widen with the distance from it, as the sparse upper
/// tails of loads want it.
extension BucketMap {
    @inline(__always)
    init(least: Double, greatest: Double) {
        self.init(least: least, scale: 1 / (greatest - least))
    }

    /// Not where the span is infinite, or so small that its inverse is.
    @inline(__always) var isUsable: Bool { scale > 0 && scale < 0x1p1000 }

    @inline(__always) private static var lift: Double {
        Double(sign: .plus, exponent: -octaves, significand: 1)
    }

    /// Bits of a place that are cut off.
    @inline(__always) static var dropped: UInt64 { UInt64(52 &- fractionBits) }

    /// The bits of the lowest place, cut off: the number of the first bucket.
    @inline(__always) static var first: UInt64 {
        UInt64(1023 &- octaves) &<< UInt64(fractionBits)
    }

    /// Where a vector of values lies, as numbers whose upper bits are the buckets.
    @inline(__always)
    func places(_ lanes: Lanes) -> Lanes {
        (lanes - Lanes(repeating: least)) * Lanes(repeating: scale)
            + Lanes(repeating: Self.lift)
    }

    /// Writes the bucket of each value to `buckets`, which has room for a vector more.
    @inline(__always)
    func write(
        _ values: UnsafePointer<Double>, _ count: Int, to buckets: UnsafeMutablePointer<UInt16>,
        scratch: Scratch
    ) {
        var index = 0
        while index &+ laneCount <= count {
            store(buckets: places(load(values + index)), to: buckets + index)
            index &+= laneCount
        }
        if index < count {
            // The rest goes through the same instructions: others may round otherwise.
            var scratch = scratch
            let rest = scratch.takeDoubles(laneCount)
            rest.update(repeating: least, count: laneCount)
            copy(values + index, count &- index, to: rest)
            store(buckets: places(load(rest)), to: buckets + index)
        }
    }
}
