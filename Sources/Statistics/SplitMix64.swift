/// Random numbers that are the same everywhere: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014.
struct SplitMix64 {
    private var state: UInt64

    /// - Parameters:
    ///   - seed: any number.
    ///   - stream: sequences of one seed that have nothing in common.
    init(seed: UInt64, stream: UInt64 = 0) {
        state = Self.mixed(seed &+ Self.mixed(stream &+ Self.increment))
    }

    private static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mixed(state)
    }

    /// Evenly one of the numbers from 0 up to `bound`: Lemire, "Fast random integer generation in an
    /// interval", ACM TOMACS 29 (2019).
    mutating func below(_ bound: Int) -> Int {
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }
}
