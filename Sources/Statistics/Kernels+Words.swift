internal import CIntrinsics
internal import SelectionKernels
internal import SelectionKernelsAVX2
internal import SelectionKernelsAVX512

extension Kernels {
    /// Whether it reads 32-bit values faster than the same values widened. Without instructions that pack
    /// lanes it does not.
    var prefersWords: Bool { instructionSet != .baseline }

    /// Up to this many 32-bit values are widened first.
    static let largestWidenedCount = SelectionKernels.largestWidenedCount()

    /// Memory that `summarizeWords` works in beyond `scratchBytes`, in doubles.
    static let wordScratchDoubles = SelectionKernels.wordScratchDoubles()

    /// Order statistics and totals of a series of 32-bit values; see the kernels' `summarizeWords`.
    func summarizeWords(
        _ words: Words, count: Int, ranks: UnsafePointer<Int>, rankCount: Int,
        thresholding: Bool, thresholdKey: Int32, scratch: UnsafeMutableRawPointer,
        into result: UnsafeMutablePointer<Double>
    ) -> SeriesTotals {
        switch instructionSet {
        case .baseline:
            SelectionKernels.summarizeWords(
                words, count: count, ranks: ranks, rankCount: rankCount,
                thresholding: thresholding, thresholdKey: thresholdKey, scratch: scratch,
                into: result)
        case .avx2:
            SelectionKernelsAVX2.summarizeWords(
                words, count: count, ranks: ranks, rankCount: rankCount,
                thresholding: thresholding, thresholdKey: thresholdKey, scratch: scratch,
                into: result)
        case .avx512:
            SelectionKernelsAVX512.summarizeWords(
                words, count: count, ranks: ranks, rankCount: rankCount,
                thresholding: thresholding, thresholdKey: thresholdKey, scratch: scratch,
                into: result)
        }
    }
}
