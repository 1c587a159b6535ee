/// Sorts any number of values in place: runs by networks, and from there merges without branches on the
/// values.
///
/// - Parameter spare: room for `count` values.
@inline(never)
func mergeSort(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, spare: UnsafeMutablePointer<Double>
) {
    var width = sortRuns(values, count, spare: spare)
    var source = values
    var target = spare
    while width < count {
        var start = 0
        while start &+ 2 &* width <= count {
            mergeFromBothEnds(source + start, width, into: target + start)
            start &+= 2 &* width
        }
        if start < count {
            let middle = start &+ width < count ? start &+ width : count
            merge(source, start, middle, count, into: target)
        }
        let sorted = target
        target = source
        source = sorted
        width &*= 2
    }
    if source != values { copy(source, count, to: values) }
}

/// Sorts runs; the last one may be shorter.
///
/// - Returns: their length.
@inline(__always)
private func sortRuns(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, spare: UnsafeMutablePointer<Double>
) -> Int {
    var start = 0
    #if arch(x86_64) && KERNELS_AVX512
        if count >= smallCount {
            while start &+ smallCount <= count {
                sortByNetwork(values + start, smallCount)
                start &+= smallCount
            }
            if start < count {
                // The network needs room behind the values.
                copy(values + start, count &- start, to: spare)
                sortByNetwork(spare, count &- start)
                copy(spare, count &- start, to: values + start)
            }
            return smallCount
        }
    #endif
    // Each lane of eight vectors is a run while it is sorted; only then it is brought together.
    let blockLength = 8 &* laneCount
    while start &+ blockLength <= count {
        let block = values + start
        sortColumns(block, into: spare)
        var run = 0
        while run < laneCount {
            var row = 0
            while row < 8 {
                block[run &* 8 &+ row] = spare[row &* laneCount &+ run]
                row &+= 1
            }
            run &+= 1
        }
        start &+= blockLength
    }
    while start < count {
        insertionSort(values + start, start &+ 8 < count ? 8 : count &- start)
        start &+= 8
    }
    return 8
}

/// Sorts each lane across eight vectors, by the shortest network for eight.
@inline(__always)
func sortColumns(
    _ source: UnsafeMutablePointer<Double>, into target: UnsafeMutablePointer<Double>
) {
    var r0 = load(source)
    var r1 = load(source + laneCount)
    var r2 = load(source + 2 &* laneCount)
    var r3 = load(source + 3 &* laneCount)
    var r4 = load(source + 4 &* laneCount)
    var r5 = load(source + 5 &* laneCount)
    var r6 = load(source + 6 &* laneCount)
    var r7 = load(source + 7 &* laneCount)
    exchange(&r0, &r2)
    exchange(&r1, &r3)
    exchange(&r4, &r6)
    exchange(&r5, &r7)
    exchange(&r0, &r4)
    exchange(&r1, &r5)
    exchange(&r2, &r6)
    exchange(&r3, &r7)
    exchange(&r0, &r1)
    exchange(&r2, &r3)
    exchange(&r4, &r5)
    exchange(&r6, &r7)
    exchange(&r2, &r4)
    exchange(&r3, &r5)
    exchange(&r1, &r4)
    exchange(&r3, &r6)
    exchange(&r1, &r2)
    exchange(&r3, &r4)
    exchange(&r5, &r6)
    store(r0, to: target)
    store(r1, to: target + laneCount)
    store(r2, to: target + 2 &* laneCount)
    store(r3, to: target + 3 &* laneCount)
    store(r4, to: target + 4 &* laneCount)
    store(r5, to: target + 5 &* laneCount)
    store(r6, to: target + 6 &* laneCount)
    store(r7, to: target + 7 &* laneCount)
}

/// Puts the smaller value of each lane into `low`, the larger one into `high`.
@inline(__always) func exchange(_ low: inout Lanes, _ high: inout Lanes) {
    let smallest = smaller(low, high)
    high = larger(low, high)
    low = smallest
}

/// Merges two runs of `width` that lie side by side. Forwards and backwards at once, for one does not
/// wait for the other; neither can leave its runs in `width` steps.
@inline(__always)
func mergeFromBothEnds(
    _ source: UnsafeMutablePointer<Double>, _ width: Int,
    into target: UnsafeMutablePointer<Double>
) {
    var left = source
    var right = source + width
    var leftEnd = source + (width &- 1)
    var rightEnd = source + (2 &* width &- 1)
    var front = target
    var back = target + (2 &* width &- 1)
    var step = 0
    while step < width {
        let leftValue = left[0]
        let rightValue = right[0]
        let takesRight = rightValue < leftValue ? 1 : 0
        front[0] = rightValue < leftValue ? rightValue : leftValue
        right += takesRight
        left += 1 &- takesRight
        front += 1

        let leftLast = leftEnd[0]
        let rightLast = rightEnd[0]
        let takesLeft = rightLast < leftLast ? 1 : 0
        back[0] = rightLast < leftLast ? leftLast : rightLast
        leftEnd -= takesLeft
        rightEnd -= 1 &- takesLeft
        back -= 1
        step &+= 1
    }
}

/// Merges two neighbouring runs of any length.
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
