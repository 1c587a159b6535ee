internal import CIntrinsics

/// Up to this many values are sorted rather than put into a histogram.
@inline(__always) private var sortedCount: Int { 256 }

/// Histograms within histograms; after them, the values of a bucket are sorted.
@inline(__always) private var histogramLimit: Int { 2 }

/// Finds weighted quantiles: for each probability, the first value in ascending order at which the
/// sum of the weights so far is positive and at least that share of the total.
///
/// - Parameters:
///   - values: not NaN, at least one.
///   - weights: finite, at least 0, one at least positive; as many as values.
///   - probabilities: ascending, from 0 to 1.
///   - scratch: `weightedScratchBytes` of memory, on a cache line.
///   - result: receives the quantiles, one for each probability.
@inline(never)
package func selectWeighted(
    _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, count: Int,
    probabilities: UnsafePointer<Double>, probabilityCount: Int,
    scratch: UnsafeMutableRawPointer, into result: UnsafeMutablePointer<Double>
) {
    selectWeighted(
        values, weights, count, probabilities, probabilityCount, before: 0, total: nil,
        into: result,
        scratch: scratch, depth: 0)
}

/// Scratch memory that `selectWeighted` needs, in bytes: at most eight times the values, most of it
/// touched only where values crowd in a few buckets.
package func weightedScratchBytes(count: Int) -> Int {
    let sorting = 4 &* (count &+ scratchOverhang)
    guard count > sortedCount else { return sorting &* 8 }
    let histogram = 2 &* bucketLimit &+ scratchOverhang
    let gathered = 2 &* (count &+ scratchOverhang)
    return (histogramLimit &* (histogram &+ gathered) &+ sorting) &* 8
}

/// The place of the first weight that is negative, infinite or NaN; −1 if there is none.
@inline(never)
package func firstInvalidWeight(_ weights: UnsafePointer<Double>, count: Int) -> Int {
    let zero = Lanes(repeating: 0)
    let infinity = Lanes(repeating: .infinity)
    var valid = emptyTally
    var index = 0
    while index &+ laneCount <= count {
        let lanes = load(weights + index)
        countSet(atLeast(lanes, zero) & less(lanes, infinity), in: &valid)
        index &+= laneCount
    }
    if total(of: valid) == index {
        while index < count && weights[index] >= 0 && weights[index] < .infinity { index &+= 1 }
        return index < count ? index : -1
    }
    index = 0
    while weights[index] >= 0 && weights[index] < .infinity { index &+= 1 }
    return index
}

/// The sum of the weights.
@inline(never)
package func totalWeight(_ weights: UnsafePointer<Double>, count: Int) -> Double {
    var sum0 = Lanes(repeating: 0)
    var sum1 = Lanes(repeating: 0)
    var index = 0
    while index &+ 2 &* laneCount <= count {
        sum0 += load(weights + index)
        sum1 += load(weights + (index &+ laneCount))
        index &+= 2 &* laneCount
    }
    var sum = total(of: sum0 + sum1)
    while index < count {
        sum += weights[index]
        index &+= 1
    }
    return sum
}

/// Whether any value is NaN.
@inline(never)
package func containsNaN(_ values: UnsafePointer<Double>, count: Int) -> Bool {
    containsNaN(values, count)
}

/// - Parameters:
///   - before: the weight of all values below these.
///   - total: the weight of all; nil if these are all.
@inline(never)
func selectWeighted(
    _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, _ count: Int,
    _ probabilities: UnsafePointer<Double>, _ probabilityCount: Int, before: Double,
    total: Double?, into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int
) {
    if count <= sortedCount || depth == histogramLimit {
        sortWeighted(
            values, weights, count, probabilities, probabilityCount, before: before, total: total,
            into: result, scratch: scratch)
        return
    }
    let (minimum, maximum) = extremes(values, count)
    if minimum == maximum {
        result.update(repeating: minimum, count: probabilityCount)
        return
    }
    var scratch = scratch
    let histogram = WeightHistogram(
        minimum: minimum, maximum: maximum, count: count, scratch: &scratch)
    histogram.add(values, weights, count)
    let total = total ?? totalWeight(histogram)

    var bucket = 0
    var reached = before
    var position = 0
    while position < probabilityCount {
        bucket = advance(
            histogram, from: bucket, to: probabilities[position], of: total, reached: &reached)
        // All further probabilities that this bucket reaches are found in it as well.
        let throughBucket = reached + histogram.weight(of: bucket)
        var end = position &+ 1
        while end < probabilityCount && throughBucket / total >= probabilities[end] { end &+= 1 }
        let (low, high) = histogram.range(of: bucket)
        var room = scratch
        let gatheredValues = room.takeDoubles(count)
        let gatheredWeights = room.takeDoubles(count)
        let gathered = gather(
            values, weights, count, low: low, high: high, into: gatheredValues, gatheredWeights)
        selectWeighted(
            gatheredValues, gatheredWeights, gathered, probabilities + position,
            end &- position, before: reached, total: total, into: result + position, scratch: room,
            depth: depth &+ 1)
        position = end
    }
}

/// The sum of the buckets in ascending order, as `advance` sums them: the last one then reaches
/// exactly the total.
@inline(__always)
func totalWeight(_ histogram: WeightHistogram) -> Double {
    var total = 0.0
    var bucket = 0
    while bucket < histogram.bucketCount {
        total += histogram.weight(of: bucket)
        bucket &+= 1
    }
    return total
}

/// The first bucket from `bucket` on that reaches the share `probability` of `total`, or else the
/// last one that has any weight, which only rounding can make the case.
///
/// - Parameter reached: the weight below `bucket`; then the weight below the bucket that is returned.
@inline(__always)
func advance(
    _ histogram: WeightHistogram, from bucket: Int, to probability: Double, of total: Double,
    reached: inout Double
) -> Int {
    var bucket = bucket
    var sum = reached
    var candidate = bucket
    while bucket < histogram.bucketCount {
        let weight = histogram.weight(of: bucket)
        if weight > 0 {
            candidate = bucket
            reached = sum
            sum += weight
            if sum / total >= probability { break }
        }
        bucket &+= 1
    }
    return candidate
}

/// The same by sorting: the weights are summed in ascending order of the values, as numpy does.
@inline(__always)
func sortWeighted(
    _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, _ count: Int,
    _ probabilities: UnsafePointer<Double>, _ probabilityCount: Int, before: Double,
    total: Double?, into result: UnsafeMutablePointer<Double>, scratch: Scratch
) {
    var scratch = scratch
    let sorted = scratch.takeWeightedValues(count)
    var index = 0
    while index < count {
        sorted[index] = WeightedValue(value: values[index], weight: weights[index])
        index &+= 1
    }
    mergeSort(sorted, count, spare: scratch.takeWeightedValues(count))

    var sum = before
    var lastWeighted = 0
    index = 0
    while index < count {
        sum += sorted[index].weight
        if sorted[index].weight > 0 { lastWeighted = index }
        index &+= 1
    }
    let total = total ?? sum

    sum = before + sorted[0].weight
    index = 0
    var position = 0
    while position < probabilityCount {
        while index < lastWeighted
            && !(sum > before && sum / total >= probabilities[position])
        {
            index &+= 1
            sum += sorted[index].weight
        }
        result[position] = sorted[index].value
        position &+= 1
    }
}

/// Copies the values from `low` to `high`, both included, and their weights; returns how many.
@inline(never)
func gather(
    _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, _ count: Int,
    low: Double, high: Double, into gatheredValues: UnsafeMutablePointer<Double>,
    _ gatheredWeights: UnsafeMutablePointer<Double>
) -> Int {
    let lowLanes = Lanes(repeating: low)
    let highLanes = Lanes(repeating: high)
    var value = gatheredValues
    var weight = gatheredWeights
    var index = 0
    while index &+ laneCount <= count {
        let lanes = load(values + index)
        let wanted = atLeast(lanes, lowLanes) & atLeast(highLanes, lanes)
        store(lanes, where: wanted, to: &value)
        store(load(weights + index), where: wanted, to: &weight)
        index &+= laneCount
    }
    while index < count {
        if values[index] >= low && values[index] <= high {
            value[0] = values[index]
            weight[0] = weights[index]
            value += 1
            weight += 1
        }
        index &+= 1
    }
    return value - gatheredValues
}
