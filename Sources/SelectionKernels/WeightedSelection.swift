package import CIntrinsics

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
///   - minimum: the least value.
///   - maximum: the greatest value.
///   - probabilities: ascending, from 0 to 1.
///   - scratch: `weightedScratchBytes` of memory, on a cache line.
///   - result: receives the quantiles, one for each probability.
@inline(never)
package func selectWeighted(
    _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, count: Int,
    minimum: Double, maximum: Double, probabilities: UnsafePointer<Double>, probabilityCount: Int,
    scratch: UnsafeMutableRawPointer, into result: UnsafeMutablePointer<Double>
) {
    selectWeighted(
        values, weights, count, minimum, maximum, probabilities, probabilityCount, before: 0,
        total: nil, into: result, scratch: scratch, depth: 0)
}

/// Scratch memory that `selectWeighted` needs, in bytes: at most eight times the values, most of it
/// touched only where values crowd in a few buckets.
package func weightedScratchBytes(count: Int) -> Int {
    let sorting = 4 &* (count &+ scratchOverhang)
    guard count > sortedCount else { return sorting &* 8 }
    let histogram = 2 &* bucketLimit &+ scratchOverhang
    let gathered = 2 &* (count &+ scratchOverhang)
    let buckets = count / 4 &+ 2 &* scratchOverhang
    return (histogramLimit &* (histogram &+ gathered &+ buckets) &+ sorting) &* 8
}

/// Reads values and weights once.
@inline(never)
package func measureWeighted(
    _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, count: Int
) -> WeightedTotals {
    var minimum = Lanes(repeating: .infinity)
    var maximum = Lanes(repeating: -.infinity)
    // x − x is NaN for infinities as well: where it is not 0, the values are looked at again.
    var nothing = Lanes(repeating: 0)
    var lightest = Lanes(repeating: 0)
    var heaviest = Lanes(repeating: 0)
    var sum = Lanes(repeating: 0)
    var index = 0
    while index &+ laneCount <= count {
        let value = load(values + index)
        let weight = load(weights + index)
        minimum = smaller(minimum, value)
        maximum = larger(maximum, value)
        nothing += value - value
        lightest = smaller(lightest, weight)
        heaviest = larger(heaviest, weight)
        sum += weight
        index &+= laneCount
    }
    var totals = WeightedTotals(
        minimum: smallest(of: minimum), maximum: largest(of: maximum), weight: total(of: sum),
        containsNaN: false, firstInvalidWeight: -1)
    var suspicion = total(of: nothing)
    var lightestWeight = smallest(of: lightest)
    var heaviestWeight = largest(of: heaviest)
    while index < count {
        if values[index] < totals.minimum { totals.minimum = values[index] }
        if values[index] > totals.maximum { totals.maximum = values[index] }
        suspicion += values[index] - values[index]
        if weights[index] < lightestWeight { lightestWeight = weights[index] }
        if weights[index] > heaviestWeight { heaviestWeight = weights[index] }
        totals.weight += weights[index]
        index &+= 1
    }
    if suspicion != 0 { totals.containsNaN = containsNaN(values, count) }
    if lightestWeight < 0 || heaviestWeight == .infinity || totals.weight.isNaN {
        index = 0
        while weights[index] >= 0 && weights[index] < .infinity { index &+= 1 }
        totals.firstInvalidWeight = index
    }
    return totals
}

/// The sum of `count` numbers.
@inline(never)
package func totalWeight(_ weights: UnsafePointer<Double>, count: Int) -> Double {
    var sum0 = Lanes(repeating: 0)
    var sum1 = Lanes(repeating: 0)
    var sum2 = Lanes(repeating: 0)
    var sum3 = Lanes(repeating: 0)
    var index = 0
    while index &+ 4 &* laneCount <= count {
        sum0 += load(weights + index)
        sum1 += load(weights + (index &+ laneCount))
        sum2 += load(weights + (index &+ 2 &* laneCount))
        sum3 += load(weights + (index &+ 3 &* laneCount))
        index &+= 4 &* laneCount
    }
    var sum = total(of: (sum0 + sum1) + (sum2 + sum3))
    while index < count {
        sum += weights[index]
        index &+= 1
    }
    return sum
}

/// - Parameters:
///   - before: the weight of all values below these.
///   - total: the weight of all; nil if these are all.
@inline(never)
func selectWeighted(
    _ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, _ count: Int,
    _ minimum: Double, _ maximum: Double, _ probabilities: UnsafePointer<Double>,
    _ probabilityCount: Int, before: Double, total: Double?,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int
) {
    if count <= sortedCount || depth == histogramLimit {
        sortWeighted(
            values, weights, count, probabilities, probabilityCount, before: before, total: total,
            into: result, scratch: scratch)
        return
    }
    if minimum == maximum {
        result.update(repeating: minimum, count: probabilityCount)
        return
    }
    var scratch = scratch
    let histogram = WeightHistogram(
        minimum: minimum, maximum: maximum, count: count, scratch: &scratch)
    let buckets = scratch.takeBytes(2 &* (count &+ 64)).assumingMemoryBound(to: UInt16.self)
    histogram.add(values, weights, count, buckets: buckets)
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
        var room = scratch
        let gatheredValues = room.takeDoubles(count)
        let gatheredWeights = room.takeDoubles(count)
        let gathered = gatherWeighted(
            values, weights, count, buckets, bucket, into: gatheredValues, gatheredWeights)
        let (least, greatest) = extremes(gatheredValues, gathered)
        selectWeighted(
            gatheredValues, gatheredWeights, gathered, least, greatest, probabilities + position,
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
