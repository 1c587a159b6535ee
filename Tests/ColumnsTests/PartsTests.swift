import Testing

@testable import Columns

@Suite struct PartsTests {
    @Test(arguments: Shape.allCases) func sortsLikeTheLibrary(shape: Shape) {
        for count in [0, 1, 64, 65, 1000] {
            var random = SplitMix(state: UInt64(count))
            let values = shape.values(count, &random)
            var sorted = values
            radixSort(&sorted)
            #expect(sorted == values.sorted())
        }
    }

    @Test func logarithms() {
        for step in 1...4000 {
            let value = Double(step) / 1000
            // log2(value) is where 2 to that power is the value again.
            let power = exp2(fastLog2(value))
            #expect(abs(power / value - 1) < 0.00002, "log2(\(value))")
        }
    }

    /// 2^x by squaring roots of two.
    private func exp2(_ exponent: Double) -> Double {
        var result = Double(sign: .plus, exponent: Int(exponent.rounded(.down)), significand: 1)
        var fraction = exponent - exponent.rounded(.down)
        var root = 2.0
        for _ in 0..<50 {
            root = root.squareRoot()
            fraction *= 2
            if fraction >= 1 {
                fraction -= 1
                result *= root
            }
        }
        return result
    }

    /// Every number lies within its bin, whatever the shape.
    @Test(arguments: Shape.allCases, [1, 48, 256])
    func binsHoldTheirNumbers(shape: Shape, slots: Int) {
        var random = SplitMix(state: 4)
        var sorted = shape.values(3000, &random)
        sorted.sort()
        let binning = Binning(sorted: sorted, slotLimit: slots)
        #expect(binning.bins.reduce(0) { $0 + $1.weight } == sorted.count)
        #expect(binning.bins.count <= 2 * slots + 1)
        binning.starts.withUnsafeBufferPointer { starts in
            for number in sorted {
                let bin = binning.bins[binning.bin(of: number, starts)]
                let offset = UInt64(bitPattern: number &- bin.lower)
                #expect(offset <= lowBits(bin.offsetBits))
            }
        }
    }

    @Test(
        arguments: [
            ([1], 0, [1]), ([3, 1], 2, [3, 1]), ([1_000_000, 1, 1], 3, [6, 1, 1]),
            ([10, 10, 10], 5, [10, 11, 11]), ([1, 1, 1, 1], 2, [1, 1, 1, 1]),
        ] as [([Int], Int, [Int])])
    func weights(counts: [Int], log: Int, weights: [Int]) {
        let bins = counts.map { Bin(lower: 0, offsetBits: 0, weight: $0) }
        let normalized = StateTable.normalized(bins, log: log).map(\.weight)
        #expect(normalized.reduce(0, +) == 1 << log)
        #expect(normalized.sorted() == weights.sorted())
    }

    @Test(arguments: 0...12) func everyStateIsPlacedOnce(log: Int) {
        let bin = Bin(lower: 0, offsetBits: 0, weight: 1 << log)
        var seen: Set<Int> = []
        StateTable.spread([bin], log: log) { state, _ in seen.insert(state) }
        #expect(seen == Set(0..<(1 << log)))
    }

    @Test(
        arguments: [
            (1, 1, 0), (1 / 4096, 1, 12), (0.25, 1, 2), (-0.5, -1, 1), (3, 3, 0), (0.22, 225, 10),
            (200, 200, 0), (1 / 1000, 131, 17),
        ] as [(Double, Int64, Int64)])
    func ratios(ratio: Double, multiplier: Int64, shift: Int64) throws {
        let prediction = try #require(Prediction(ratio: ratio))
        #expect([prediction.multiplier, prediction.shift] == [multiplier, shift])
    }

    @Test(arguments: [0, .nan, .infinity, 256, 1e-30] as [Double])
    func noRatio(ratio: Double) { #expect(Prediction(ratio: ratio) == nil) }
}
