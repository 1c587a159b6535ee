internal import CIntrinsics

extension Window {
    /// The memory of `kept` and `waiting`, which in a series of 32-bit values hold keys.
    @inline(__always) var keptKeys: UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(kept).assumingMemoryBound(to: Int32.self)
    }

    @inline(__always) var waitingKeys: UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(waiting).assumingMemoryBound(to: Int32.self)
    }
}

/// From a value that is read to the one that is asked for meanwhile.
@inline(__always) private var wordsAhead: Int { 2048 }

/// The one read of a series of 32-bit values: what `filter` does, for keys.
///
/// - Parameters:
///   - areFloats: a literal, as are the other flags.
///   - thresholdKey: keys at least this are counted.
@inline(__always)
private func filter(
    _ words: Words, _ count: Int, _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int,
    _ moments: UnsafeMutablePointer<Moments>, thresholdKey: Int32, areFloats: Bool,
    measuring: Bool, thresholding: Bool
) {
    let ends = WordEnds(windows, windowCount)
    let low = WordLanes(repeating: ends.low)
    let high = WordLanes(repeating: ends.high)
    let nextLow = WordLanes(repeating: ends.nextLow)
    let threshold = WordLanes(repeating: thresholdKey)
    let shift = Lanes(repeating: measuring ? moments.pointee.shift : 0)
    let flipped = WordLanes(repeating: words.flipped)
    var least = WordLanes(repeating: .max)
    var greatest = WordLanes(repeating: .min)
    var leastKey = Int32.max
    var greatestKey = Int32.min
    var aboveLow = 0
    var aboveThreshold = 0
    var index = 0
    while index < count {
        let end = index &+ chunkLength < count ? index &+ chunkLength : count
        var target = windows.pointee.waitingKeys + windows.pointee.waitingCount
        var sum0 = Lanes(repeating: 0)
        var sum1 = Lanes(repeating: 0)
        var squares0 = Lanes(repeating: 0)
        var squares1 = Lanes(repeating: 0)
        while index &+ wordLaneCount <= end {
            let bits = load(words.start + index)
            prefetch_for_reading(words.start + (index &+ wordsAhead))
            let keys = areFloats ? floatKeys(bits) : bits ^ flipped
            let above = atLeast(keys, low)
            aboveLow &+= above.nonzeroBitCount
            if thresholding { aboveThreshold &+= atLeast(keys, threshold).nonzeroBitCount }
            let wanted = (above & less(keys, high)) | atLeast(keys, nextLow)
            store(keys, where: wanted, to: &target)
            if measuring {
                least = smaller(least, keys)
                greatest = larger(greatest, keys)
                let (first, second) = areFloats ? floats(bits) : widened(keys)
                let difference0 = first - shift
                let difference1 = second - shift
                sum0 += difference0
                sum1 += difference1
                squares0 = addingSquare(difference0, to: squares0)
                squares1 = addingSquare(difference1, to: squares1)
            }
            index &+= wordLaneCount
        }
        if measuring {
            moments.pointee.sum += total(of: sum0 + sum1)
            moments.pointee.squares += total(of: squares0 + squares1)
        }
        while index < end {
            let key = words.key(index)
            aboveLow &+= key >= ends.low ? 1 : 0
            if thresholding { aboveThreshold &+= key >= thresholdKey ? 1 : 0 }
            target[0] = key
            target += (key >= ends.low && key < ends.high) || key >= ends.nextLow ? 1 : 0
            if measuring {
                if key < leastKey { leastKey = key }
                if key > greatestKey { greatestKey = key }
                let difference = words.number(index) - moments.pointee.shift
                moments.pointee.sum += difference
                moments.pointee.squares += difference * difference
            }
            index &+= 1
        }
        windows.pointee.waitingCount = target - windows.pointee.waitingKeys
        flushWaitingKeys(
            windows, windowCount, threshold: flushLength,
            ahead: words.start + (index &+ wordsAhead))
    }
    flushWaitingKeys(windows, windowCount, threshold: 0, ahead: words.start)
    windows.pointee.above = aboveLow
    guard measuring else { return }
    moments.pointee.above = aboveThreshold
    var lane = 0
    while lane < wordLaneCount {
        if least[lane] < leastKey { leastKey = least[lane] }
        if greatest[lane] > greatestKey { greatestKey = greatest[lane] }
        lane &+= 1
    }
    moments.pointee.minimum = Double(leastKey)
    moments.pointee.maximum = Double(greatestKey)
}

/// As `flushWaiting`, for keys.
@inline(never)
func flushWaitingKeys(
    _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int, threshold: Int,
    ahead: UnsafePointer<Int32>
) {
    var ahead = ahead
    var position = 0
    while position < windowCount {
        let waiting = windows[position].waitingCount
        if waiting >= threshold {
            flushKeys(windows + position, hasNext: position &+ 1 < windowCount, ahead: ahead)
            ahead += waiting
        }
        position &+= 1
    }
}

@inline(never)
func flushKeys(
    _ window: UnsafeMutablePointer<Window>, hasNext: Bool, ahead: UnsafePointer<Int32>
) {
    let count = window.pointee.waitingCount
    let waiting = UnsafePointer(window.pointee.waitingKeys)
    let ends = WordEnds(window, hasNext ? 2 : 1)
    let high = WordLanes(repeating: ends.high)
    let start = window.pointee.keptKeys + window.pointee.keptCount
    var kept = start
    var index = 0
    if hasNext {
        let next = window + 1
        let nextLow = WordLanes(repeating: ends.nextLow)
        let passedStart = next.pointee.waitingKeys + next.pointee.waitingCount
        var passed = passedStart
        while index &+ wordLaneCount <= count {
            let keys = load(waiting + index)
            prefetch_for_reading(ahead + index)
            store(keys, where: less(keys, high), to: &kept)
            store(keys, where: atLeast(keys, nextLow), to: &passed)
            index &+= wordLaneCount
        }
        while index < count {
            let key = waiting[index]
            kept[0] = key
            kept += key < ends.high ? 1 : 0
            passed[0] = key
            passed += key >= ends.nextLow ? 1 : 0
            index &+= 1
        }
        next.pointee.above &+= passed - passedStart
        next.pointee.waitingCount &+= passed - passedStart
    } else {
        while index &+ wordLaneCount <= count {
            let keys = load(waiting + index)
            prefetch_for_reading(ahead + index)
            store(keys, where: less(keys, high), to: &kept)
            index &+= wordLaneCount
        }
        while index < count {
            let key = waiting[index]
            kept[0] = key
            kept += key < ends.high ? 1 : 0
            index &+= 1
        }
    }
    window.pointee.waitingCount = 0
    window.pointee.settle(kept - start)
}

// Functions of their own, without unused parameters, as those of `filterPass`.

@inline(never)
func filterFloats(
    _ words: Words, _ count: Int, _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int,
    _ moments: UnsafeMutablePointer<Moments>
) {
    filter(
        words, count, windows, windowCount, moments, thresholdKey: 0, areFloats: true,
        measuring: true, thresholding: false)
}

@inline(never)
func filterFloats(
    _ words: Words, _ count: Int, _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int,
    _ moments: UnsafeMutablePointer<Moments>, thresholdKey: Int32
) {
    filter(
        words, count, windows, windowCount, moments, thresholdKey: thresholdKey,
        areFloats: true, measuring: true, thresholding: true)
}

@inline(never)
func filterIntegers(
    _ words: Words, _ count: Int, _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int,
    _ moments: UnsafeMutablePointer<Moments>
) {
    filter(
        words, count, windows, windowCount, moments, thresholdKey: 0, areFloats: false,
        measuring: true, thresholding: false)
}

@inline(never)
func filterIntegers(
    _ words: Words, _ count: Int, _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int,
    _ moments: UnsafeMutablePointer<Moments>, thresholdKey: Int32
) {
    filter(
        words, count, windows, windowCount, moments, thresholdKey: thresholdKey,
        areFloats: false, measuring: true, thresholding: true)
}

@inline(never)
func filterKeys(
    _ words: Words, _ count: Int, _ windows: UnsafeMutablePointer<Window>, _ windowCount: Int
) {
    var unused = Moments(threshold: .nan)
    filter(
        words, count, windows, windowCount, &unused, thresholdKey: 0, areFloats: false,
        measuring: false, thresholding: false)
}
