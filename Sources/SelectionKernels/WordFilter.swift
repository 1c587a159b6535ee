internal import CIntrinsics

/// The one read of a series of 32-bit values: what `filter` does, for keys.
///
/// A key that is wanted in some window waits as it is; chunk by chunk the waiting ones are widened and
/// sorted into the windows as those of `filter`.
///
/// - Parameters:
///   - ends: the first keys above the low end of the first window, at or above its high end, and above the low
///     end of the second window; no key may be below or above all of these unless it is meant so.
///   - areFloats: a literal.
@inline(__always)
private func filter(
    _ words: Words, _ count: Int, _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int,
    _ moments: UnsafeMutablePointer<Moments>, thresholdKey: Int32,
    waiting: UnsafeMutablePointer<Int32>, areFloats: Bool
) {
    let ends = WordEnds(windows, windowCount)
    let low = WordLanes(repeating: ends.low)
    let high = WordLanes(repeating: ends.high)
    let nextLow = WordLanes(repeating: ends.nextLow)
    let threshold = WordLanes(repeating: thresholdKey)
    let shift = Lanes(repeating: moments.pointee.shift)
    var least = WordLanes(repeating: .max)
    var greatest = WordLanes(repeating: .min)
    var leastKey = Int32.max
    var greatestKey = Int32.min
    var aboveLow = 0
    var aboveThreshold = 0
    var index = 0
    while index < count {
        let end = index &+ chunkLength < count ? index &+ chunkLength : count
        var target = waiting
        var sum0 = Lanes(repeating: 0)
        var sum1 = Lanes(repeating: 0)
        var squares0 = Lanes(repeating: 0)
        var squares1 = Lanes(repeating: 0)
        while index &+ 2 &* laneCount <= end {
            let bits = load(words.start + index)
            prefetch_for_reading(words.start + (index &+ 1024))
            let keys = areFloats ? floatKeys(bits) : integerKeys(bits)
            let above = atLeast(keys, low)
            aboveLow &+= above.nonzeroBitCount
            aboveThreshold &+= atLeast(keys, threshold).nonzeroBitCount
            let wanted = (above & ~atLeast(keys, high)) | atLeast(keys, nextLow)
            store(keys, where: wanted, to: &target)
            least = smaller(least, keys)
            greatest = larger(greatest, keys)
            let (first, second) = areFloats ? floats(bits) : widened(keys)
            let difference0 = first - shift
            let difference1 = second - shift
            sum0 += difference0
            sum1 += difference1
            squares0 = addingSquare(difference0, to: squares0)
            squares1 = addingSquare(difference1, to: squares1)
            index &+= 2 &* laneCount
        }
        moments.pointee.sum += total(of: sum0 + sum1)
        moments.pointee.squares += total(of: squares0 + squares1)
        while index < end {
            let key = words.key(index)
            aboveLow &+= key >= ends.low ? 1 : 0
            aboveThreshold &+= key >= thresholdKey ? 1 : 0
            target[0] = key
            target += (key >= ends.low && key < ends.high) || key >= ends.nextLow ? 1 : 0
            if key < leastKey { leastKey = key }
            if key > greatestKey { greatestKey = key }
            let difference = words.number(index) - moments.pointee.shift
            moments.pointee.sum += difference
            moments.pointee.squares += difference * difference
            index &+= 1
        }
        let added = target - waiting
        widen(waiting, added, to: windows.pointee.waiting + windows.pointee.waitingCount)
        windows.pointee.waitingCount &+= added
        flushWaiting(windows, windowCount, threshold: flushLength)
    }
    flushWaiting(windows, windowCount, threshold: 0)
    windows.pointee.above = aboveLow
    moments.pointee.above = aboveThreshold
    var lane = 0
    while lane < 2 &* laneCount {
        if least[lane] < leastKey { leastKey = least[lane] }
        if greatest[lane] > greatestKey { greatestKey = greatest[lane] }
        lane &+= 1
    }
    moments.pointee.minimum = Double(leastKey)
    moments.pointee.maximum = Double(greatestKey)
}

@inline(never)
func filterFloats(
    _ words: Words, _ count: Int, _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int,
    _ moments: UnsafeMutablePointer<Moments>, thresholdKey: Int32,
    waiting: UnsafeMutablePointer<Int32>
) {
    filter(
        words, count, windows, windowCount, moments, thresholdKey: thresholdKey, waiting: waiting,
        areFloats: true)
}

@inline(never)
func filterIntegers(
    _ words: Words, _ count: Int, _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int,
    _ moments: UnsafeMutablePointer<Moments>, thresholdKey: Int32,
    waiting: UnsafeMutablePointer<Int32>
) {
    filter(
        words, count, windows, windowCount, moments, thresholdKey: thresholdKey, waiting: waiting,
        areFloats: false)
}

@inline(__always)
private func widen(
    _ keys: UnsafePointer<Int32>, _ count: Int, to target: UnsafeMutablePointer<Double>
) {
    var index = 0
    while index &+ 2 &* laneCount <= count {
        let (low, high) = widened(load(keys + index))
        store(low, to: target + index)
        store(high, to: target + (index &+ laneCount))
        index &+= 2 &* laneCount
    }
    while index < count {
        target[index] = Double(keys[index])
        index &+= 1
    }
}
