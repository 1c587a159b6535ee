internal import CIntrinsics

/// Room for the buckets of any map.
@inline(__always) var valueBucketCount: Int { 6 &* 128 &+ 4 }

/// A value's place from the least (0) to the greatest (1) is lifted by 2^−k, and its bits cut off: so buckets are
/// even near the least value, and from there widen with the distance from it, as the sparse upper tails of
/// loads want it.
///
/// | mean's place | k octaves | buckets an octave | narrowest bucket |
/// |---|---|---|---|
/// | above 2^−6 | 6 | 128 | 2^−13 of the span |
/// | above 2^−12 | 12 | 64 | 2^−18 |
/// | below | 24 | 32 | 2^−29 |
extension BucketMap {
    @inline(__always)
    init(least: Double, greatest: Double, mean: Double) {
        let scale = 1 / (greatest - least)
        let place = (mean - least) * scale
        let octaves: UInt64 = place > 0x1p-6 ? 6 : place > 0x1p-12 ? 12 : 24
        let fractionBits: UInt64 = place > 0x1p-6 ? 7 : place > 0x1p-12 ? 6 : 5
        self.init(
            least: least, scale: scale, lift: Double(bitPattern: (1023 &- octaves) &<< 52),
            dropped: 52 &- fractionBits, first: (1023 &- octaves) &<< fractionBits)
    }

    /// Not where the span is infinite, or so small that its inverse is.
    @inline(__always) var isUsable: Bool { scale > 0 && scale < 0x1p1000 }

    /// Where a vector of values lies, as numbers whose upper bits are the buckets.
    @inline(__always)
    func places(_ lanes: Lanes) -> Lanes {
        (lanes - Lanes(repeating: least)) * Lanes(repeating: scale) + Lanes(repeating: lift)
    }

    /// Writes the bucket of each value to `buckets`, which has room for a vector more.
    @inline(__always)
    func write(
        _ values: UnsafePointer<Double>, _ count: Int, to buckets: UnsafeMutablePointer<UInt16>,
        scratch: Scratch
    ) {
        var index = 0
        while index &+ laneCount <= count {
            store(bucketsOf: places(load(values + index)), self, to: buckets + index)
            index &+= laneCount
        }
        if index < count {
            // The rest goes through the same instructions: others may round otherwise.
            var scratch = scratch
            let rest = scratch.takeDoubles(laneCount)
            rest.update(repeating: least, count: laneCount)
            copy(values + index, count &- index, to: rest)
            store(bucketsOf: places(load(rest)), self, to: buckets + index)
        }
    }
}
