/// Series that the tests make up, the same ones as Fixtures/make_numpy_cases.py.
enum Series {
    static let names = [
        "uniform", "centred", "pareto", "fewDistinct", "constant", "sorted", "reversed", "sawtooth",
        "burstyZeros", "pageRoundedDrift", "bimodal", "triangular", "staircase", "spiky",
    ]

    static func make(_ name: String, seed: UInt64, count: Int) -> [Double] {
        var random = SplitMix64(seed)
        var other = SplitMix64(seed &+ 1)
        return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                buffer[index] =
                    switch name {
                    case "uniform": random.uniform()
                    case "centred": random.uniform() - 0.5
                    case "pareto": 1 / (1 - random.uniform())
                    case "fewDistinct": (random.uniform() * 5).rounded(.down)
                    case "constant": 0.1
                    case "sorted": Double(index) * 0.5
                    case "reversed": Double(count - 1 - index) * 0.5
                    case "sawtooth": Double(index % 97) * 0.25
                    case "burstyZeros": bursty(random.uniform(), other.uniform())
                    case "pageRoundedDrift":
                        (1000 + Double(index) * 0.01 + random.uniform() * 50).rounded(.down) * 4096
                    case "bimodal": bimodal(random.uniform())
                    case "triangular": random.uniform() + other.uniform()
                    case "staircase": (Double(index) / 50).rounded(.down)
                    case "spiky": spiky(random.uniform(), other.uniform())
                    default: preconditionFailure("no series is called \(name)")
                    }
            }
            initialized = count
        }
    }

    private static func bimodal(_ value: Double) -> Double { value < 0.5 ? value : 1000 + value }

    private static func spiky(_ chance: Double, _ size: Double) -> Double {
        chance < 0.999 ? size : size * 1e12
    }

    private static func bursty(_ chance: Double, _ size: Double) -> Double {
        chance < 0.9 ? 0 : size * 100
    }

    static func weights(_ name: String, seed: UInt64, count: Int) -> [Double] {
        var random = SplitMix64(seed)
        var other = SplitMix64(seed &+ 7)
        return (0..<count).map { _ in
            switch name {
            case "seconds": (random.uniform() * 61).rounded(.down)
            case "recent": random.uniform() * other.uniform()
            default: preconditionFailure("no weights are called \(name)")
            }
        }
    }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
