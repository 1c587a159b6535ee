internal import CIntrinsics

// Selection among the keys that a window of a series of 32-bit values has kept: as among doubles
// (Selection.swift, Interpolation.swift), twice as many at a time.

/// Up to this many keys are left to sort.
@inline(__always) private var leftCount: Int { laneCount == 8 ? 64 : 32 }

/// Narrowings after which what is left is selected from as doubles.
@inline(__always) private var narrowingLimit: Int { 4 }

/// Doubles of scratch that `selectKeysWithin` needs beyond what selection among as many doubles does.
@inline(__always) var keyScratch: Int {
    interpolationCount &+ 2 &* chunkLength &+ 8 &* scratchOverhang
}

/// Finds the order statistics `ranks` (ascending, distinct) of keys, none of which is the greatest there is.
///
/// - Parameter result: receives them as doubles in the order of `ranks`.
@inline(never)
func selectKeys(
    _ keys: UnsafePointer<Int32>, _ count: Int, _ ranks: UnsafePointer<Int>, _ rankCount: Int,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int
) {
    var done = 0
    while done < rankCount {
        done &+= selectSomeKeys(
            keys, count, ranks + done, rankCount &- done, into: result + done, scratch: scratch,
            depth: depth)
    }
}

/// As `selectSome`.
@inline(never)
func selectSomeKeys(
    _ keys: UnsafePointer<Int32>, _ count: Int, _ ranks: UnsafePointer<Int>, _ rankCount: Int,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int
) -> Int {
    var scratch = scratch
    let words = Words(keys: keys)
    let sampled = sampleSize(for: count)
    let sample = scratch.takeDoubles(sampled)
    let plan = WindowPlan(
        ranks: ranks, rankCount: rankCount, count: count, sampleSize: sampled, nowhere: sample,
        scratch: &scratch)
    if plan.coverage > coverageLimit || depth >= depthLimit {
        let widened = scratch.takeDoubles(count)
        words.widen(from: 0, count: count, to: widened)
        radixSelect(widened, count, ranks, rankCount, base: 0, into: result, scratch: scratch)
        return rankCount
    }
    drawSample(words, count, size: sampled, into: sample)
    plan.placeWindows(sample, sampleSize: sampled, scratch: scratch, depth: depth)
    var missed = MissedRanks(
        words: words, count: count, capacity: plan.rankCount, scratch: &scratch)
    var room = scratch
    plan.reserve(count: count, sampleSize: sampled, scratch: &room)
    plan.reserveForKeys(count: count, scratch: &room)
    filterKeys(words, count, plan.windows, plan.windowCount)
    var number = 0
    while number < plan.windowCount {
        selectKeysWithin(
            plan.windows[number], number, count, ranks, into: result, scratch: room, depth: depth,
            missed: &missed)
        number &+= 1
    }
    if missed.missedCount > 0 {
        var unused = Progress(threshold: .nan)
        missed.resolve(plan, ranks, into: result, scratch: room, depth: depth, &unused)
    }
    return plan.rankCount
}

/// As `selectWithin`, where the window has kept keys.
@inline(never)
func selectKeysWithin(
    _ window: Window, _ number: Int, _ count: Int, _ ranks: UnsafePointer<Int>,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int,
    missed: inout MissedRanks
) {
    var scratch = scratch
    let wanted = scratch.takeInts(window.lastRank &- window.firstRank &+ 1)
    let found = window.listRanks(ranks, of: count, window: number, into: wanted, missed: &missed)
    guard found.count > 0 else { return }
    let keys = UnsafePointer(window.keptKeys)
    if window.keptCount > interpolationCount {
        if window.keptCount > count / 2 {
            let widened = scratch.takeDoubles(window.keptCount)
            Words(keys: keys).widen(from: 0, count: window.keptCount, to: widened)
            radixSelect(
                widened, window.keptCount, wanted, found.count, base: 0,
                into: result + found.first, scratch: scratch)
        } else {
            selectKeys(
                keys, window.keptCount, wanted, found.count, into: result + found.first,
                scratch: scratch, depth: depth &+ 1)
        }
        return
    }
    let range =
        window.low == -.infinity || window.high == .infinity
        ? keyExtremes(keys, window.keptCount) : WordEnds.inside(window)
    var position = 0
    while position < found.count {
        // A quantile needs two ranks side by side; these are found together.
        var end = position &+ 1
        while end < found.count && wanted[end] == wanted[end &- 1] &+ 1 { end &+= 1 }
        selectKeysNearby(
            keys, window.keptCount, from: range.low, to: range.high, wanted + position,
            end &- position, into: result + found.first + position, scratch: scratch)
        position = end
    }
}

extension WordEnds {
    /// The first and the last key that may be inside a window with two ends.
    @inline(__always)
    static func inside(_ window: Window) -> (low: Int32, high: Int32) {
        (Int32(window.low) &+ 1, Int32(window.high) &- 1)
    }
}

/// Finds ranks that lie side by side.
///
/// - Parameters:
///   - low: at most the least key.
///   - high: at least the greatest key.
@inline(never)
func selectKeysNearby(
    _ keys: UnsafePointer<Int32>, _ count: Int, from low: Int32, to high: Int32,
    _ ranks: UnsafePointer<Int>, _ rankCount: Int,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch
) {
    let firstRank = ranks[0]
    let lastRank = ranks[rankCount &- 1]
    // The range that is left, with both ends, and the numbers of keys below and up to its end.
    var low = low
    var high = high
    var below = 0
    var through = count
    var narrowings = 0
    while through &- below > leftCount && narrowings < narrowingLimit && low < high {
        let span = Double(high) - Double(low) + 1
        let inside = Double(through &- below)
        let centre = Double(firstRank &- below) + 0.5 * Double(rankCount)
        // As among doubles.
        let reach = 0.8 * inside.squareRoot() + 0.5 * Double(rankCount) + 1
        let lowGuess = Double(low) + (centre - reach) / inside * span
        let highGuess = Double(low) + (centre + reach) / inside * span
        let nearLow = lowGuess > Double(low) ? Int32(lowGuess) : low
        let nearHigh = highGuess < Double(high) ? Int32(highGuess) : high
        let (less, greater) = countKeysOutside(keys, count, low: nearLow, high: nearHigh)
        let atMost = count &- greater
        if firstRank >= less {
            low = nearLow
            below = less
        } else if lastRank < less {
            high = nearLow &- 1
            through = less
        }
        if lastRank < atMost && nearHigh < high {
            high = nearHigh
            through = atMost
        } else if firstRank >= atMost {
            low = nearHigh &+ 1
            below = atMost
        }
        narrowings &+= 1
    }
    if low >= high {
        result.update(repeating: Double(low), count: rankCount)
        return
    }

    var scratch = scratch
    let wanted = scratch.takeInts(rankCount)
    var position = 0
    while position < rankCount {
        wanted[position] = ranks[position] &- below
        position &+= 1
    }
    let leftCount = through &- below
    let left = scratch.takeDoubles(leftCount < smallCount ? smallCount : leftCount)
    widenKeys(keys, count, low: low, high: high, to: left, scratch: scratch)
    if leftCount <= smallCount {
        smallSort(left, leftCount, scratch: scratch)
        position = 0
        while position < rankCount {
            result[position] = left[wanted[position]]
            position &+= 1
        }
    } else {
        // At most `interpolationCount`: these are sorted.
        radixSelect(
            left, leftCount, wanted, rankCount, base: 0, into: result, scratch: scratch)
    }
}

/// Numbers of keys less than `low` and greater than `high`.
@inline(never)
func countKeysOutside(
    _ keys: UnsafePointer<Int32>, _ count: Int, low: Int32, high: Int32
) -> (less: Int, greater: Int) {
    let lowLanes = WordLanes(repeating: low)
    let highLanes = WordLanes(repeating: high)
    var lessTotal = 0
    var greaterTotal = 0
    var index = 0
    while index &+ wordLaneCount <= count {
        let lanes = load(keys + index)
        lessTotal &+= less(lanes, lowLanes).nonzeroBitCount
        greaterTotal &+= less(highLanes, lanes).nonzeroBitCount
        index &+= wordLaneCount
    }
    while index < count {
        lessTotal &+= keys[index] < low ? 1 : 0
        greaterTotal &+= keys[index] > high ? 1 : 0
        index &+= 1
    }
    return (lessTotal, greaterTotal)
}

/// Least and greatest of at least one key.
@inline(never)
func keyExtremes(
    _ keys: UnsafePointer<Int32>, _ count: Int
) -> (low: Int32, high: Int32) {
    var least = Int32.max
    var greatest = Int32.min
    var index = 0
    while index < count {
        if keys[index] < least { least = keys[index] }
        if keys[index] > greatest { greatest = keys[index] }
        index &+= 1
    }
    return (least, greatest)
}

/// Writes the keys from `low` to `high`, both included, as doubles.
@inline(never)
func widenKeys(
    _ keys: UnsafePointer<Int32>, _ count: Int, low: Int32, high: Int32,
    to target: UnsafeMutablePointer<Double>, scratch: Scratch
) {
    var scratch = scratch
    let packed = scratch.takeBytes(4 &* (chunkLength &+ 64)).assumingMemoryBound(to: Int32.self)
    let lowLanes = WordLanes(repeating: low)
    let highLanes = WordLanes(repeating: high)
    var written = 0
    var index = 0
    while index < count {
        let end = index &+ chunkLength < count ? index &+ chunkLength : count
        var next = packed
        while index &+ wordLaneCount <= end {
            let lanes = load(keys + index)
            store(lanes, where: atLeast(lanes, lowLanes) & atLeast(highLanes, lanes), to: &next)
            index &+= wordLaneCount
        }
        while index < end {
            next[0] = keys[index]
            next += keys[index] >= low && keys[index] <= high ? 1 : 0
            index &+= 1
        }
        var place = 0
        while place < next - packed {
            target[written &+ place] = Double(packed[place])
            place &+= 1
        }
        written &+= next - packed
    }
}
