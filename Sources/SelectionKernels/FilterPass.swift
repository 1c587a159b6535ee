internal import CIntrinsics

/// The one read of the series: sorts values into windows and gathers moments as it goes.
///
/// A value is stored where it falls into the first window or above the low end of the second one;
/// what is above waits in a buffer, and from there goes the same way through the remaining windows.
/// So a window costs only for the values above the one before it.
///
/// The flags are literals at every call, so that each combination becomes a loop of its own.
@inline(__always)
func filter(
    _ values: UnsafePointer<Double>, _ count: Int, _ windows: UnsafeMutablePointer<Window>,
    _ windowCount: Int, _ moments: UnsafeMutablePointer<Moments>,
    cascading: Bool, measuring: Bool, thresholding: Bool
) {
    let low = windows.pointee.low
    let high = windows.pointee.high
    let nextLow = cascading ? windows[1].low : 0
    let lowLanes = Lanes(repeating: low)
    let highLanes = Lanes(repeating: high)
    let nextLowLanes = Lanes(repeating: nextLow)
    let shift = Lanes(repeating: measuring ? moments.pointee.shift : 0)
    let threshold = Lanes(repeating: thresholding ? moments.pointee.threshold : 0)
    var lanes = MomentLanes()
    var aboveLow = emptyTally
    var aboveThreshold = emptyTally
    var aboveLowScalar = 0
    let ahead = moments.pointee.ahead

    var index = 0
    while index < count {
        let end = index &+ chunkLength < count ? index &+ chunkLength : count
        let start =
            cascading
            ? windows.pointee.waiting + windows.pointee.waitingCount
            : windows.pointee.kept + windows.pointee.keptCount
        var target = start
        while index &+ 2 &* laneCount <= end {
            let first = load(values + index)
            let second = load(values + (index &+ laneCount))
            prefetchLines(values + (index &+ ahead))
            let firstAbove = greater(first, lowLanes)
            countSet(firstAbove, in: &aboveLow)
            var firstWanted = firstAbove & less(first, highLanes)
            if cascading { firstWanted = firstWanted | greater(first, nextLowLanes) }
            store(first, where: firstWanted, to: &target)
            let secondAbove = greater(second, lowLanes)
            countSet(secondAbove, in: &aboveLow)
            var secondWanted = secondAbove & less(second, highLanes)
            if cascading { secondWanted = secondWanted | greater(second, nextLowLanes) }
            store(second, where: secondWanted, to: &target)
            if measuring { lanes.add(first, second, shift: shift) }
            if thresholding {
                countSet(greater(first, threshold), in: &aboveThreshold)
                countSet(greater(second, threshold), in: &aboveThreshold)
            }
            index &+= 2 &* laneCount
        }
        while index < end {
            let value = values[index]
            if value > low {
                aboveLowScalar &+= 1
                if value < high || (cascading && value > nextLow) {
                    target[0] = value
                    target += 1
                }
            }
            if measuring { moments.pointee.add(value) }
            index &+= 1
        }
        if measuring { lanes.foldSums(into: &moments.pointee) }
        if cascading {
            windows.pointee.waitingCount = target - windows.pointee.waiting
            flushWaiting(
                windows, windowCount, threshold: flushLength, ahead: values + (index &+ ahead))
        } else {
            windows.pointee.settle(target - start)
        }
    }
    if cascading {
        flushWaiting(windows, windowCount, threshold: 0, ahead: values + (index &+ ahead))
    }
    windows.pointee.above = total(of: aboveLow) &+ aboveLowScalar
    if measuring { lanes.foldExtremes(into: &moments.pointee) }
    if thresholding { moments.pointee.above &+= total(of: aboveThreshold) }
}

/// Asks for the memory that one step of the filter reads.
@inline(__always)
func prefetchLines(_ address: UnsafePointer<Double>) {
    prefetch_for_reading(address)
    if laneCount == 8 { prefetch_for_reading(address + 8) }
}

extension Window {
    /// Takes `added` values just stored behind `kept` into account.
    @inline(__always)
    mutating func settle(_ added: Int) {
        inside &+= added
        keptCount &+= added
        if keptCount &+ room > capacity {
            overflowed = true
        }
        // An overflowed window only counts; its values are overwritten.
        if overflowed { keptCount = 0 }
    }
}

/// Sorts waiting values into the windows, the first first, where at least `threshold` wait.
///
/// - Parameter ahead: what the filter will ask memory for next. It is asked for already, a value for each that
///   waited: else memory would stand idle meanwhile.
@inline(never)
func flushWaiting(
    _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int, threshold: Int,
    ahead: UnsafePointer<Double>
) {
    var ahead = ahead
    var position = 0
    while position < windowCount {
        let waiting = windows[position].waitingCount
        if waiting >= threshold {
            flush(windows + position, hasNext: position &+ 1 < windowCount, ahead: ahead)
            ahead += waiting
        }
        position &+= 1
    }
}

@inline(never)
func flush(
    _ window: UnsafeMutablePointer<Window>, hasNext: Bool, ahead: UnsafePointer<Double>
) {
    let count = window.pointee.waitingCount
    let waiting = UnsafePointer(window.pointee.waiting)
    let start = window.pointee.kept + window.pointee.keptCount
    var kept = start
    let high = window.pointee.high
    let highLanes = Lanes(repeating: high)
    var index = 0
    if hasNext {
        let next = window + 1
        let nextLow = next.pointee.low
        let nextLowLanes = Lanes(repeating: nextLow)
        let passedStart = next.pointee.waiting + next.pointee.waitingCount
        var passed = passedStart
        while index &+ laneCount <= count {
            let lanes = load(waiting + index)
            prefetch_for_reading(ahead + index)
            store(lanes, where: less(lanes, highLanes), to: &kept)
            store(lanes, where: greater(lanes, nextLowLanes), to: &passed)
            index &+= laneCount
        }
        while index < count {
            let value = waiting[index]
            kept[0] = value
            kept += value < high ? 1 : 0
            passed[0] = value
            passed += value > nextLow ? 1 : 0
            index &+= 1
        }
        next.pointee.above &+= passed - passedStart
        next.pointee.waitingCount &+= passed - passedStart
    } else {
        while index &+ laneCount <= count {
            let lanes = load(waiting + index)
            prefetch_for_reading(ahead + index)
            store(lanes, where: less(lanes, highLanes), to: &kept)
            index &+= laneCount
        }
        while index < count {
            let value = waiting[index]
            kept[0] = value
            kept += value < high ? 1 : 0
            index &+= 1
        }
    }
    window.pointee.waitingCount = 0
    window.pointee.settle(kept - start)
}

/// Reads `values` once, filling `windows` (at least one) and, where given, `moments`.
@inline(never)
func filterPass(
    _ values: UnsafePointer<Double>, _ count: Int, _ windows: UnsafeMutablePointer<Window>,
    _ windowCount: Int, _ moments: UnsafeMutablePointer<Moments>?
) {
    guard let moments else {
        if windowCount > 1 {
            filterCascading(values, count, windows, windowCount)
        } else {
            filterPlainly(values, count, windows)
        }
        return
    }
    let thresholding = !moments.pointee.threshold.isNaN
    switch (windowCount > 1, thresholding) {
    case (true, true):
        filterCascadingMeasuringThresholding(values, count, windows, windowCount, moments)
    case (true, false):
        filterCascadingMeasuring(values, count, windows, windowCount, moments)
    case (false, true):
        filterMeasuringThresholding(values, count, windows, moments)
    case (false, false):
        filterMeasuring(values, count, windows, moments)
    }
}

// Functions of their own: called side by side in one, the compiler makes one call of them, with flags
// that are no longer literals. And without unused parameters, for which it would make weak copies.

@inline(never)
func filterCascadingMeasuringThresholding(
    _ values: UnsafePointer<Double>, _ count: Int, _ windows: UnsafeMutablePointer<Window>,
    _ windowCount: Int, _ moments: UnsafeMutablePointer<Moments>
) {
    filter(
        values, count, windows, windowCount, moments,
        cascading: true, measuring: true, thresholding: true)
}

@inline(never)
func filterCascadingMeasuring(
    _ values: UnsafePointer<Double>, _ count: Int, _ windows: UnsafeMutablePointer<Window>,
    _ windowCount: Int, _ moments: UnsafeMutablePointer<Moments>
) {
    filter(
        values, count, windows, windowCount, moments,
        cascading: true, measuring: true, thresholding: false)
}

@inline(never)
func filterCascading(
    _ values: UnsafePointer<Double>, _ count: Int, _ windows: UnsafeMutablePointer<Window>,
    _ windowCount: Int
) {
    var unused = Moments(threshold: .nan)
    filter(
        values, count, windows, windowCount, &unused,
        cascading: true, measuring: false, thresholding: false)
}

@inline(never)
func filterMeasuringThresholding(
    _ values: UnsafePointer<Double>, _ count: Int, _ windows: UnsafeMutablePointer<Window>,
    _ moments: UnsafeMutablePointer<Moments>
) {
    filter(
        values, count, windows, 1, moments,
        cascading: false, measuring: true, thresholding: true)
}

@inline(never)
func filterMeasuring(
    _ values: UnsafePointer<Double>, _ count: Int, _ windows: UnsafeMutablePointer<Window>,
    _ moments: UnsafeMutablePointer<Moments>
) {
    filter(
        values, count, windows, 1, moments,
        cascading: false, measuring: true, thresholding: false)
}

@inline(never)
func filterPlainly(
    _ values: UnsafePointer<Double>, _ count: Int, _ windows: UnsafeMutablePointer<Window>
) {
    var unused = Moments(threshold: .nan)
    filter(
        values, count, windows, 1, &unused,
        cascading: false, measuring: false, thresholding: false)
}

/// Reads `values` once for their moments alone.
@inline(never)
func momentsPass(
    _ values: UnsafePointer<Double>, _ count: Int, _ moments: UnsafeMutablePointer<Moments>
) {
    if moments.pointee.threshold.isNaN {
        readMoments(values, count, moments)
    } else {
        readMomentsThresholding(values, count, moments)
    }
}

@inline(never)
func readMoments(
    _ values: UnsafePointer<Double>, _ count: Int, _ moments: UnsafeMutablePointer<Moments>
) {
    readMoments(values, count, moments, thresholding: false)
}

@inline(never)
func readMomentsThresholding(
    _ values: UnsafePointer<Double>, _ count: Int, _ moments: UnsafeMutablePointer<Moments>
) {
    readMoments(values, count, moments, thresholding: true)
}

@inline(__always)
private func readMoments(
    _ values: UnsafePointer<Double>, _ count: Int, _ moments: UnsafeMutablePointer<Moments>,
    thresholding: Bool
) {
    let shift = Lanes(repeating: moments.pointee.shift)
    let threshold = Lanes(repeating: thresholding ? moments.pointee.threshold : 0)
    let ahead = moments.pointee.ahead
    var lanes = MomentLanes()
    var above = emptyTally
    var index = 0
    while index < count {
        let end = index &+ chunkLength < count ? index &+ chunkLength : count
        while index &+ 2 &* laneCount <= end {
            let first = load(values + index)
            let second = load(values + (index &+ laneCount))
            prefetchLines(values + (index &+ ahead))
            lanes.add(first, second, shift: shift)
            if thresholding {
                countSet(greater(first, threshold), in: &above)
                countSet(greater(second, threshold), in: &above)
            }
            index &+= 2 &* laneCount
        }
        while index < end {
            moments.pointee.add(values[index])
            index &+= 1
        }
        lanes.foldSums(into: &moments.pointee)
    }
    lanes.foldExtremes(into: &moments.pointee)
    if thresholding { moments.pointee.above &+= total(of: above) }
}

/// The vector part of `Moments` for one chunk; folding it in chunk by chunk also keeps the rounding
/// errors of long sums small.
private struct MomentLanes {
    var sum0 = Lanes(repeating: 0)
    var sum1 = Lanes(repeating: 0)
    var squares0 = Lanes(repeating: 0)
    var squares1 = Lanes(repeating: 0)
    var minimum0 = Lanes(repeating: .infinity)
    var minimum1 = Lanes(repeating: .infinity)
    var maximum0 = Lanes(repeating: -.infinity)
    var maximum1 = Lanes(repeating: -.infinity)

    @inline(__always) init() {}

    @inline(__always)
    mutating func add(_ first: Lanes, _ second: Lanes, shift: Lanes) {
        let difference0 = first - shift
        let difference1 = second - shift
        sum0 += difference0
        sum1 += difference1
        squares0 = addingSquare(difference0, to: squares0)
        squares1 = addingSquare(difference1, to: squares1)
        minimum0 = smaller(minimum0, first)
        minimum1 = smaller(minimum1, second)
        maximum0 = larger(maximum0, first)
        maximum1 = larger(maximum1, second)
    }

    @inline(__always)
    mutating func foldSums(into moments: inout Moments) {
        moments.sum += total(of: sum0 + sum1)
        moments.squares += total(of: squares0 + squares1)
        sum0 = Lanes(repeating: 0)
        sum1 = sum0
        squares0 = sum0
        squares1 = sum0
    }

    @inline(__always)
    func foldExtremes(into moments: inout Moments) {
        let least = smallest(of: smaller(minimum0, minimum1))
        let greatest = largest(of: larger(maximum0, maximum1))
        if least < moments.minimum { moments.minimum = least }
        if greatest > moments.maximum { moments.maximum = greatest }
    }
}
