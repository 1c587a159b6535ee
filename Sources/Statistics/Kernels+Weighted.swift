internal import CIntrinsics
internal import SelectionKernels
internal import SelectionKernelsAVX2
internal import SelectionKernelsAVX512

extension Kernels {
    /// Memory that `selectWeighted` works in, in bytes.
    func weightedScratchBytes(count: Int) -> Int {
        SelectionKernels.weightedScratchBytes(count: count)
    }

    /// What one read of values and weights tells about them.
    func measureWeighted(
        _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, count: Int
    ) -> WeightedTotals {
        switch instructionSet {
        case .baseline: SelectionKernels.measureWeighted(values, weights, count: count)
        case .avx2: SelectionKernelsAVX2.measureWeighted(values, weights, count: count)
        case .avx512: SelectionKernelsAVX512.measureWeighted(values, weights, count: count)
        }
    }

    /// Sum of any numbers, rounded by pairs of lanes.
    package func sum(_ weights: UnsafePointer<Double>, count: Int) -> Double {
        switch instructionSet {
        case .baseline: SelectionKernels.totalWeight(weights, count: count)
        case .avx2: SelectionKernelsAVX2.totalWeight(weights, count: count)
        case .avx512: SelectionKernelsAVX512.totalWeight(weights, count: count)
        }
    }

    /// Weighted quantiles; see the kernels' `selectWeighted`.
    func selectWeighted(
        _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, count: Int,
        extremes: (least: Double, greatest: Double), probabilities: UnsafePointer<Double>,
        probabilityCount: Int, scratch: UnsafeMutableRawPointer,
        into result: UnsafeMutablePointer<Double>
    ) {
        switch instructionSet {
        case .baseline:
            SelectionKernels.selectWeighted(
                values, weights, count: count, minimum: extremes.least,
                maximum: extremes.greatest, probabilities: probabilities,
                probabilityCount: probabilityCount, scratch: scratch, into: result)
        case .avx2:
            SelectionKernelsAVX2.selectWeighted(
                values, weights, count: count, minimum: extremes.least,
                maximum: extremes.greatest, probabilities: probabilities,
                probabilityCount: probabilityCount, scratch: scratch, into: result)
        case .avx512:
            SelectionKernelsAVX512.selectWeighted(
                values, weights, count: count, minimum: extremes.least,
                maximum: extremes.greatest, probabilities: probabilities,
                probabilityCount: probabilityCount, scratch: scratch, into: result)
        }
    }
}
