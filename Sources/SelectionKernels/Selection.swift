internal import CIntrinsics

/// Windows that cover more of the series than this save nothing over sorting it.
@inline(__always) var coverageLimit: Double { 0.75 }

/// Selections within selections; a series of 10⁷ takes five.
@inline(__always) var depthLimit: Int { 6 }

extension Progress {
    @inline(__always)
    init(threshold: Double, ahead: Int = 1024) {
        self.init(
            moments: Moments(threshold: threshold, ahead: ahead), furtherReads: 0, fellBack: false,
            containsNaN: false)
    }
}

/// Finds the order statistics `ranks` (ascending, distinct) of `values`, without NaN.
///
/// - Parameter result: receives them in the order of `ranks`.
@inline(never)
func select(
    _ values: UnsafePointer<Double>, _ count: Int, _ ranks: UnsafePointer<Int>, _ rankCount: Int,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int
) {
    if count <= smallCount {
        sortSmall(values, count, ranks, rankCount, into: result, scratch: scratch)
        return
    }
    var progress = Progress(threshold: .nan)
    var done = 0
    while done < rankCount {
        done &+= selectSome(
            values, count, ranks + done, rankCount &- done, into: result + done,
            scratch: scratch, depth: depth, measuring: false, &progress)
    }
}

@inline(never)
func sortSmall(
    _ values: UnsafePointer<Double>, _ count: Int, _ ranks: UnsafePointer<Int>, _ rankCount: Int,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch
) {
    var scratch = scratch
    let sorted = scratch.takeDoubles(smallCount)
    copy(values, count, to: sorted)
    smallSort(sorted, count, scratch: scratch)
    var position = 0
    while position < rankCount {
        result[position] = sorted[ranks[position]]
        position &+= 1
    }
}

/// Finds the first of the wanted ranks, as many as one read of the series serves.
///
/// - Returns: how many that are; at least one.
@inline(never)
func selectSome(
    _ values: UnsafePointer<Double>, _ count: Int, _ ranks: UnsafePointer<Int>, _ rankCount: Int,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int, measuring: Bool,
    _ progress: inout Progress
) -> Int {
    var scratch = scratch
    let sampled = sampleSize(for: count)
    let sample = scratch.takeDoubles(sampled)
    let plan = WindowPlan(
        ranks: ranks, rankCount: rankCount, count: count, sampleSize: sampled, nowhere: sample,
        scratch: &scratch)
    if plan.coverage > coverageLimit || depth >= depthLimit {
        if measuring {
            measure(values, count, &progress)
            if progress.containsNaN { return rankCount }
        }
        let copied = scratch.takeDoubles(count)
        copy(values, count, to: copied)
        radixSelect(copied, count, ranks, rankCount, base: 0, into: result, scratch: scratch)
        return rankCount
    }

    drawSample(values, count, size: sampled, into: sample)
    if measuring {
        // A NaN in the sample has no place in an order; the answer is known already.
        if containsNaN(sample, sampled) {
            measure(values, count, &progress)
            return rankCount
        }
        progress.moments.shift = meanOrZero(sample, sampled)
    }
    plan.placeWindows(sample, sampleSize: sampled, scratch: scratch, depth: depth)

    var resolution = MissedRanks(
        values: values, count: count, capacity: plan.rankCount, scratch: &scratch)
    var room = scratch
    plan.reserve(count: count, sampleSize: sampled, scratch: &room)
    if measuring {
        filterPass(values, count, plan.windows, plan.windowCount, &progress.moments)
        progress.containsNaN =
            progress.moments.sum.isNaN && containsNaN(values, count)
        if progress.containsNaN { return rankCount }
    } else {
        filterPass(values, count, plan.windows, plan.windowCount, nil)
    }

    var number = 0
    while number < plan.windowCount {
        selectWithin(
            plan.windows[number], number, count, ranks, into: result, scratch: room, depth: depth,
            missed: &resolution)
        number &+= 1
    }
    if resolution.missedCount > 0 {
        resolution.resolve(plan, ranks, into: result, scratch: scratch, depth: depth, &progress)
    }
    return plan.rankCount
}

extension Window {
    /// Lists those ranks that fell into the window, counted from its first value, and notes the others.
    ///
    /// - Returns: how many fell into it, and the position of the first of them.
    @inline(__always)
    func listRanks(
        _ ranks: UnsafePointer<Int>, of count: Int, window number: Int,
        into wanted: UnsafeMutablePointer<Int>, missed: inout MissedRanks
    ) -> (count: Int, first: Int) {
        let before = atMostLow(of: count)
        var wantedCount = 0
        var firstFound = firstRank
        var position = firstRank
        while position <= lastRank {
            let rank = ranks[position] &- before
            if rank >= 0 && rank < inside && !overflowed {
                if wantedCount == 0 { firstFound = position }
                wanted[wantedCount] = rank
                wantedCount &+= 1
            } else {
                missed.note(position, window: number)
            }
            position &+= 1
        }
        return (wantedCount, firstFound)
    }
}

/// Finds those ranks that fell into their window, and notes the others.
@inline(never)
func selectWithin(
    _ window: Window, _ number: Int, _ count: Int, _ ranks: UnsafePointer<Int>,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int,
    missed: inout MissedRanks
) {
    var scratch = scratch
    let wanted = scratch.takeInts(window.lastRank &- window.firstRank &+ 1)
    let found = window.listRanks(ranks, of: count, window: number, into: wanted, missed: &missed)
    guard found.count > 0 else { return }
    let result = result + found.first
    if window.keptCount <= smallCount {
        sortSmall(
            window.kept, window.keptCount, wanted, found.count, into: result, scratch: scratch)
    } else if window.keptCount <= interpolationCount {
        selectByInterpolation(
            window.kept, window.keptCount, from: window.low, to: window.high, wanted, found.count,
            base: 0, into: result, scratch: scratch, depth: depth)
    } else if window.keptCount > count / 2 {
        radixSelect(
            window.kept, window.keptCount, wanted, found.count, base: 0, into: result,
            scratch: scratch)
    } else {
        select(
            window.kept, window.keptCount, wanted, found.count, into: result, scratch: scratch,
            depth: depth &+ 1)
    }
}

/// Reads the series for its moments alone.
@inline(never)
func measure(_ values: UnsafePointer<Double>, _ count: Int, _ progress: inout Progress) {
    momentsPass(values, count, &progress.moments)
    progress.containsNaN = progress.moments.sum.isNaN && containsNaN(values, count)
}

/// The mean of `values`, or 0 where it is not finite.
@inline(__always)
func meanOrZero(_ values: UnsafePointer<Double>, _ count: Int) -> Double {
    var sum = 0.0
    var index = 0
    while index < count {
        sum += values[index]
        index &+= 1
    }
    let mean = sum / Double(count)
    return mean.isFinite ? mean : 0
}
