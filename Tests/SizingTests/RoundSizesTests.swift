import Measures
import TestSupport
import Testing

@testable import Sizing

@Suite struct RoundSizesTests {
    @Test(
        arguments: [
            (0, 0.01), (0.001, 0.01), (0.01, 0.01), (0.0101, 0.02), (0.07, 0.07), (0.1, 0.1),
            (0.101, 0.15), (0.15, 0.15), (0.35, 0.35), (0.96, 1), (1, 1), (1.01, 1.25),
            (3.76, 4), (4, 4), (4.01, 4.5), (17.2, 17.5),
        ] as [(Double, Double)])
    func cores(need: Double, size: Double) {
        #expect(RoundSizes.up(Cores(need)) == Cores(size))
    }

    @Test(
        arguments: [
            (0, 8), (1, 8), (8, 8), (9, 16), (128, 128), (129, 160), (1024, 1024), (1025, 1152),
            (8192, 8192), (8193, 8704), (20_000, 20_480),
        ] as [(Int64, Int64)])
    func memory(mebibytes: Int64, size: Int64) {
        #expect(RoundSizes.up(Bytes.mebibytes(mebibytes)) == .mebibytes(size))
    }

    @Test func fewerBytesThanAStepAreAStep() {
        #expect(RoundSizes.up(Bytes(1)) == .mebibytes(8))
        #expect(RoundSizes.up(Bytes(.max)) == Bytes(.max))
    }

    /// Never below the need, at most a quarter and a step above, and round already.
    @Test func manyNeeds() throws {
        for seed in UInt64(0)..<2000 {
            var random = SeededGenerator(seed: seed)
            let cores = Double.random(in: 0...1, using: &random)
            let need = ResourceNeed(
                cpu: Cores(cores * cores * 70),
                memory: Bytes(Int64(.random(in: 0...1, using: &random) * cores * 1e11)))
            let size = RoundSizes.up(need)
            try #require(size.cpu.rawValue >= need.cpu.rawValue - 1e-9, "seed \(seed)")
            try #require(size.memory >= need.memory, "seed \(seed)")
            try #require(size.cpu.rawValue <= need.cpu.rawValue * 1.5 + 0.01, "seed \(seed)")
            try #require(
                Double(size.memory.rawValue)
                    <= Double(need.memory.rawValue) * 1.25 + mebibytes(8), "seed \(seed)")
            try #require(RoundSizes.up(size) == size, "seed \(seed)")
        }
    }
}

extension RoundSizesTests {
    @Test(arguments: [
        (0.004, 0.01), (0.057, 0.05), (0.15, 0.15), (0.99, 0.95), (1.4, 1.25), (4.4, 4.0),
    ])
    func coresDown(cores: Double, size: Double) {
        #expect(RoundSizes.down(Cores(cores)) == Cores(size))
    }

    @Test(arguments: [(1, 8), (127, 120), (128, 128), (200, 192), (1100, 1024), (9000, 8704)])
    func bytesDown(mebibytes: Int64, size: Int64) {
        #expect(RoundSizes.down(Bytes.mebibytes(mebibytes)) == .mebibytes(size))
    }
}
