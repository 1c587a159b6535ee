/// Kinds of columns, each made from a seed.
enum Shape: CaseIterable {
    case constant, ramp, counter, resettingCounter, pages, plateaus, sparse, spikes, twoSidedSpikes
    case noise, anyBits, extremes, geometric, fewDistinct

    func values(_ count: Int, _ random: inout SplitMix) -> [Int64] {
        var level: Int64 = .random(in: -1_000_000_000...1_000_000_000, using: &random)
        return (0..<count).map { index in
            switch self {
            case .constant: break
            case .ramp: level &+= 15_000
            case .counter: level &+= .random(in: 0...40_000, using: &random)
            case .resettingCounter:
                level &+= .random(in: 0...40_000, using: &random)
                if Int.random(in: 0..<500, using: &random) == 0 { level = 0 }
            case .pages: return (level & ~4095) &+ 4096 &* .random(in: -300...300, using: &random)
            case .plateaus:
                if Int.random(in: 0..<90, using: &random) == 0 {
                    level &+= 4096 &* .random(in: -5000...5000, using: &random)
                }
            case .sparse:
                if Int.random(in: 0..<70, using: &random) == 0 {
                    level &+= 32768 &* .random(in: 1...6, using: &random)
                }
            case .spikes:
                if Int.random(in: 0..<30, using: &random) == 0 { return 1 << 40 }
                return .random(in: 0...7, using: &random)
            case .twoSidedSpikes:
                let spike = Int.random(in: 0..<40, using: &random)
                if spike < 2 { return spike == 0 ? -1 << 30 : 1 << 50 }
                return .random(in: -8...7, using: &random)
            case .noise: return .random(in: 1 << 33...(1 << 33 + 99_999), using: &random)
            case .anyBits: return Int64(bitPattern: random.next())
            case .extremes:
                return [.min, .max, 0, -1][Int.random(in: 0..<4, using: &random)]
            case .geometric:
                return Int64(bitPattern: random.next() >> UInt64.random(in: 0..<64, using: &random))
            case .fewDistinct:
                return [7, 1 << 20, 1 << 41, -9_999][index % 7 % 4]
            }
            return level
        }
    }
}
