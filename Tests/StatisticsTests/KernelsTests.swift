import Testing

@testable import Statistics

@Suite struct KernelsTests {
    @Test func aNameChoosesAKernel() throws {
        let baseline = try Kernels.choose("baseline")
        #expect(baseline.instructionSet == .baseline)
        let best = try Kernels.choose(nil)
        #expect(best.instructionSet == .widestSupported)
    }

    @Test func unknownAndUnsupportedNamesAreErrors() {
        #expect(throws: StatisticsError.unknownKernel("sse9")) { try Kernels.choose("sse9") }
        #expect(throws: StatisticsError.unknownKernel("")) { try Kernels.choose("") }
        #expect(
            "\(StatisticsError.unknownKernel("sse9"))"
                == "cannot use RIGHTSIZE_KERNELS=sse9: it must be one of baseline, avx2, avx512")
        for set in InstructionSet.allCases where !set.isSupported {
            #expect(throws: StatisticsError.unsupportedKernel(set)) {
                try Kernels.choose(set.rawValue)
            }
        }
    }
}
