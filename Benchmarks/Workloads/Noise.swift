/// The same numbers for the same seed (Knuth, "The Art of Computer Programming" 2, 3.3.4: MMIX).
struct Noise {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    /// From 0, below 1.
    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
    }

    mutating func next(below bound: Int64) -> Int64 { Int64(next() * Double(bound)) }
}
