// The statistics core as a C library, so that one process can measure it beside its peers on the same memory
// (../Peers/quantiles.py). Every call returns 0, or 1 where the core throws.

import Statistics

/// - Parameters:
///   - kernel: 0 baseline, 1 AVX2, 2 AVX-512.
private func kernels(_ kernel: Int32) -> Kernels? {
    let sets: [InstructionSet] = [.baseline, .avx2, .avx512]
    guard let set = sets.indices.contains(Int(kernel)) ? sets[Int(kernel)] : nil else { return nil }
    return try? Kernels(set)
}

@_cdecl("rightsize_supports")
public func supports(_ kernel: Int32) -> Int32 { kernels(kernel) == nil ? 0 : 1 }

/// Quantiles and totals of `seriesCount` series of `length` values, one behind the other.
///
/// - Parameter results: gets minimum, maximum, mean and the quantiles of each series.
@_cdecl("rightsize_summaries")
public func summaries(
    _ kernel: Int32, _ values: UnsafePointer<Double>, _ length: Int, _ seriesCount: Int,
    _ probabilities: UnsafePointer<Double>, _ probabilityCount: Int, _ threadCount: Int,
    _ results: UnsafeMutablePointer<Double>
) -> Int32 {
    let probabilities = Array(UnsafeBufferPointer(start: probabilities, count: probabilityCount))
    let values = UnsafeBufferPointer(start: values, count: length * seriesCount)
    let ends = (1...seriesCount).map { $0 * length }
    guard let kernels = kernels(kernel),
        let quantiles = try? Quantiles(probabilities, kernels: kernels),
        let found = try? Batch(quantiles, threadCount: threadCount)
            .summaries(of: values, ends: ends)
    else { return 1 }
    let width = 3 + probabilityCount
    for number in 0..<seriesCount {
        let totals = found.totals(of: number)
        results[number * width] = totals.minimum
        results[number * width + 1] = totals.maximum
        results[number * width + 2] = totals.mean
        for index in 0..<probabilityCount {
            results[number * width + 3 + index] = found.quantiles[number * probabilityCount + index]
        }
    }
    return 0
}

/// The same for floats.
@_cdecl("rightsize_summaries_float")
public func floatSummaries(
    _ kernel: Int32, _ values: UnsafePointer<Float>, _ length: Int, _ seriesCount: Int,
    _ probabilities: UnsafePointer<Double>, _ probabilityCount: Int, _ threadCount: Int,
    _ results: UnsafeMutablePointer<Double>
) -> Int32 {
    each(kernel, length, seriesCount, probabilities, probabilityCount, results) {
        try $0.summary(
            of: UnsafeBufferPointer(start: values + $1, count: length), workspace: &$2)
    }
}

/// The same for unsigned integers.
@_cdecl("rightsize_summaries_uint32")
public func integerSummaries(
    _ kernel: Int32, _ values: UnsafePointer<UInt32>, _ length: Int, _ seriesCount: Int,
    _ probabilities: UnsafePointer<Double>, _ probabilityCount: Int, _ threadCount: Int,
    _ results: UnsafeMutablePointer<Double>
) -> Int32 {
    each(kernel, length, seriesCount, probabilities, probabilityCount, results) {
        try $0.summary(
            of: UnsafeBufferPointer(start: values + $1, count: length), workspace: &$2)
    }
}

/// Series by series, for kinds of values that have no batches.
private func each(
    _ kernel: Int32, _ length: Int, _ seriesCount: Int, _ probabilities: UnsafePointer<Double>,
    _ probabilityCount: Int, _ results: UnsafeMutablePointer<Double>,
    _ summary: (Quantiles, _ start: Int, inout Workspace) throws -> Summary
) -> Int32 {
    let probabilities = Array(UnsafeBufferPointer(start: probabilities, count: probabilityCount))
    guard let kernels = kernels(kernel),
        let quantiles = try? Quantiles(probabilities, kernels: kernels)
    else { return 1 }
    var workspace = Workspace()
    let width = 3 + probabilityCount
    for number in 0..<seriesCount {
        guard let found = try? summary(quantiles, number * length, &workspace) else { return 1 }
        results[number * width] = found.minimum
        results[number * width + 1] = found.maximum
        results[number * width + 2] = found.mean
        for (index, quantile) in found.quantiles.enumerated() {
            results[number * width + 3 + index] = quantile
        }
    }
    return 0
}

@_cdecl("rightsize_weighted")
public func weighted(
    _ kernel: Int32, _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>,
    _ length: Int, _ seriesCount: Int, _ probabilities: UnsafePointer<Double>,
    _ probabilityCount: Int, _ results: UnsafeMutablePointer<Double>
) -> Int32 {
    let probabilities = Array(UnsafeBufferPointer(start: probabilities, count: probabilityCount))
    guard let kernels = kernels(kernel),
        let quantiles = try? WeightedQuantiles(probabilities, kernels: kernels)
    else { return 1 }
    var workspace = Workspace()
    for number in 0..<seriesCount {
        let start = number * length
        let found = try? quantiles.of(
            UnsafeBufferPointer(start: values + start, count: length),
            weights: UnsafeBufferPointer(start: weights + start, count: length),
            workspace: &workspace)
        guard let found else { return 1 }
        for (index, quantile) in found.enumerated() {
            results[number * probabilityCount + index] = quantile
        }
    }
    return 0
}

/// One plain read of memory: the sum of `count` numbers, by the vectors of the kernel.
@_cdecl("rightsize_read")
public func read(_ kernel: Int32, _ values: UnsafePointer<Double>, _ count: Int) -> Double {
    kernels(kernel)?.sum(values, count: count) ?? .nan
}
