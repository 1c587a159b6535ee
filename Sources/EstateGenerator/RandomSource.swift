/// A stream of pseudorandom numbers: SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom
/// Number Generators", OOPSLA 2014). Small, seedable with any number, and the same everywhere.
///
/// Everything derived from it uses only +, −, ×, ÷ and square roots, which IEEE 754 rounds in one way.
/// The C library's `sin`, `log` or `exp` may differ in the last bit between two machines, and one bit
/// is enough to make a history that is not the committed one.
struct RandomSource {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A stream of its own for `name`, so that a new container leaves the others' numbers alone.
    init(seed: UInt64, name: String) {
        // FNV-1a, 64 bits.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        state = seed ^ hash
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0 ..< 1.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + uniform() * (range.upperBound - range.lowerBound)
    }

    mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    /// Nearly normal, mean 0 and deviation 1: the sum of twelve uniform numbers, less six
    /// (Irwin–Hall). Never beyond ± 6.
    mutating func normal() -> Double {
        var sum = 0.0
        for _ in 0..<12 { sum += uniform() }
        return sum - 6
    }

    /// `digits` hexadecimal digits, as the engine and the kernel write their ids.
    mutating func hexadecimal(_ digits: Int) -> String {
        var text = ""
        while text.utf8.count < digits {
            let word = String(next(), radix: 16)
            text += String(repeating: "0", count: 16 - word.utf8.count) + word
        }
        return String(text.prefix(digits))
    }

    /// A random UUID, version 4: `/proc/sys/kernel/random/boot_id`.
    mutating func uuid() -> String {
        let digits = Array(hexadecimal(32).utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        return "\(part(0..<8))-\(part(8..<12))-4\(part(13..<16))-a\(part(17..<20))-\(part(20..<32))"
    }
}

/// e^−x for x ≥ 0, to about one part in 10⁴, by arithmetic that every machine rounds alike:
/// (1 + x/2¹⁰)^−2¹⁰ after a second-order correction.
func exponentialDecay(_ x: Double) -> Double {
    guard x < 40 else { return 0 }
    let step = x / 1024
    var power = 1 + step + step * step / 2
    for _ in 0..<10 { power *= power }
    return 1 / power
}

/// 0 at and below `start`, 1 at and above `end`, smooth between (3t² − 2t³).
func smoothStep(_ value: Double, from start: Double, to end: Double) -> Double {
    let t = min(1, max(0, (value - start) / (end - start)))
    return t * t * (3 - 2 * t)
}
