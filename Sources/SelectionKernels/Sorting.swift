// Sorting of the few values that selection leaves over. NaN must not occur.

/// Up to this many values are sorted rather than searched.
@inline(__always) var smallCount: Int { 128 }

/// Up to this many values are sorted where the windows would cover most of them.
@inline(__always) var mergeSortCount: Int { 4096 }

/// Sorts in place by insertion.
@inline(__always)
func insertionSort(_ values: UnsafeMutablePointer<Double>, _ count: Int) {
    var index = 1
    while index < count {
        let value = values[index]
        var hole = index
        while hole > 0 && values[hole &- 1] > value {
            values[hole] = values[hole &- 1]
            hole &-= 1
        }
        values[hole] = value
        index &+= 1
    }
}

/// Sorts in place, by merging runs from the bottom up, without branches on the values.
///
/// - Parameter spare: room for `count` values.
@inline(never)
func mergeSort(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, spare: UnsafeMutablePointer<Double>
) {
    let runLength = 8
    var start = 0
    while start < count {
        insertionSort(values + start, start &+ runLength < count ? runLength : count &- start)
        start &+= runLength
    }
    var source = values
    var target = spare
    var width = runLength
    while width < count {
        start = 0
        while start < count {
            let middle = start &+ width < count ? start &+ width : count
            let end = middle &+ width < count ? middle &+ width : count
            merge(source, start, middle, end, into: target)
            start = end
        }
        let sorted = target
        target = source
        source = sorted
        width &*= 2
    }
    if source != values { copy(source, count, to: values) }
}

@inline(__always)
func merge(
    _ source: UnsafeMutablePointer<Double>, _ start: Int, _ middle: Int, _ end: Int,
    into target: UnsafeMutablePointer<Double>
) {
    var left = start
    var right = middle
    var index = start
    while left < middle && right < end {
        let leftValue = source[left]
        let rightValue = source[right]
        let takesRight = rightValue < leftValue
        target[index] = takesRight ? rightValue : leftValue
        right &+= takesRight ? 1 : 0
        left &+= takesRight ? 0 : 1
        index &+= 1
    }
    while left < middle {
        target[index] = source[left]
        left &+= 1
        index &+= 1
    }
    while right < end {
        target[index] = source[right]
        right &+= 1
        index &+= 1
    }
}

@inline(__always)
func copy(
    _ source: UnsafePointer<Double>, _ count: Int, to target: UnsafeMutablePointer<Double>
) {
    target.update(from: source, count: count)
}

/// Sorts at most `smallCount` values in place.
@inline(__always)
func smallSort(_ values: UnsafeMutablePointer<Double>, _ count: Int, scratch: Scratch) {
    var scratch = scratch
    if count <= 12 {
        insertionSort(values, count)
    } else {
        #if arch(x86_64) && KERNELS_AVX512
            sortByNetwork(values, count)
        #else
            mergeSort(values, count, spare: scratch.takeDoubles(smallCount))
        #endif
    }
}
