internal import SelectionKernels
internal import SelectionKernelsAVX2
internal import SelectionKernelsAVX512

extension Kernels {
    /// Memory that `selectWeighted` works in, in bytes.
    func weightedScratchBytes(count: Int) -> Int {
        SelectionKernels.weightedScratchBytes(count: count)
    }

    /// The place of the first weight that is negative, infinite or NaN; nil if there is none.
    func firstInvalidWeight(_ weights: UnsafePointer<Double>, count: Int) -> Int? {
        let place =
            switch instructionSet {
            case .baseline: SelectionKernels.firstInvalidWeight(weights, count: count)
            case .avx2: SelectionKernelsAVX2.firstInvalidWeight(weights, count: count)
            case .avx512: SelectionKernelsAVX512.firstInvalidWeight(weights, count: count)
            }
        return place < 0 ? nil : place
    }

    func containsNaN(_ values: UnsafePointer<Double>, count: Int) -> Bool {
        switch instructionSet {
        case .baseline: SelectionKernels.containsNaN(values, count: count)
        case .avx2: SelectionKernelsAVX2.containsNaN(values, count: count)
        case .avx512: SelectionKernelsAVX512.containsNaN(values, count: count)
        }
    }

    /// Sum of the weights.
    func totalWeight(_ weights: UnsafePointer<Double>, count: Int) -> Double {
        sum(weights, count: count)
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
        probabilities: UnsafePointer<Double>, probabilityCount: Int,
        scratch: UnsafeMutableRawPointer, into result: UnsafeMutablePointer<Double>
    ) {
        switch instructionSet {
        case .baseline:
            SelectionKernels.selectWeighted(
                values, weights, count: count, probabilities: probabilities,
                probabilityCount: probabilityCount, scratch: scratch, into: result)
        case .avx2:
            SelectionKernelsAVX2.selectWeighted(
                values, weights, count: count, probabilities: probabilities,
                probabilityCount: probabilityCount, scratch: scratch, into: result)
        case .avx512:
            SelectionKernelsAVX512.selectWeighted(
                values, weights, count: count, probabilities: probabilities,
                probabilityCount: probabilityCount, scratch: scratch, into: result)
        }
    }
}
