package import CIntrinsics

extension WordEnds {
    /// The ends of the first window and the low end of the second one, as keys.
    @inline(__always)
    init(_ windows: UnsafePointer<Window>, _ windowCount: Int) {
        self.init(
            low: Self.above(windows[0].low), high: Self.from(windows[0].high),
            nextLow: windowCount > 1 ? Self.above(windows[1].low) : .max)
    }

    /// The first key above an excluded low end.
    @inline(__always)
    private static func above(_ end: Double) -> Int32 {
        end < -2_147_483_648 ? .min : Int32(end) &+ 1
    }

    /// The first key that an excluded high end excludes. `Int32.max` for an end of +∞: no key is that large
    /// (`summarizeWords`).
    @inline(__always)
    private static func from(_ end: Double) -> Int32 { end > 2_147_483_646 ? .max : Int32(end) }
}

/// Finds order statistics and totals of a series of more than `wordCount` 32-bit values in one read, rarely two
/// or three.
///
/// - Parameters:
///   - words: the series; not modified.
///   - count: its length.
///   - ranks: the wanted order statistics, ascending and distinct, from 0 to `count` − 1.
///   - thresholding: whether keys of at least `thresholdKey` are to be counted.
///   - scratch: `scratchBytes` of memory and `wordScratchDoubles` more, on a cache line.
///   - result: receives the keys of the order statistics in the order of `ranks`.
/// - Returns: totals whose extremes are keys; the mean is that of the values. `furtherReads` is −1
///   where this is no way for it: a key is the largest there is, there is a NaN, or there are too many ranks.
@inline(never)
package func summarizeWords(
    _ words: Words, count: Int, ranks: UnsafePointer<Int>, rankCount: Int,
    thresholding: Bool, thresholdKey: Int32, scratch: UnsafeMutableRawPointer,
    into result: UnsafeMutablePointer<Double>
) -> SeriesTotals {
    var scratch = scratch
    var progress = Progress(threshold: .nan)
    let sampled = sampleSize(for: count)
    let sample = scratch.takeDoubles(sampled)
    let plan = WindowPlan(
        ranks: ranks, rankCount: rankCount, count: count, sampleSize: sampled, nowhere: sample,
        scratch: &scratch)
    var totals = progress.moments.totalsWithNaN()
    totals.furtherReads = -1
    if rankCount == 0 || plan.rankCount < rankCount || plan.coverage > coverageLimit {
        return totals
    }
    let stride = sampleStride(size: sampled, count: count)
    drawSample(words, count, size: sampled, into: sample)
    var number = 0
    // A value near the mean, to be subtracted before squaring.
    var sum = 0.0
    while number < 16 {
        sum += words.number(samplePosition(number &* (sampled / 16), stride: stride, count: count))
        number &+= 1
    }
    progress.moments.shift = sum.isFinite ? sum / 16 : 0
    plan.placeWindows(sample, sampleSize: sampled, scratch: scratch, depth: 0)
    number = 0
    while number < plan.windowCount {
        if plan.windows[number].low >= 2_147_483_646 { return totals }
        number &+= 1
    }

    var missed = MissedRanks(
        words: words, count: count, capacity: plan.rankCount, scratch: &scratch)
    var room = scratch
    plan.reserve(count: count, sampleSize: sampled, scratch: &room)
    plan.reserveForKeys(count: count, scratch: &room)
    switch (words.areFloats, thresholding) {
    case (true, true):
        filterFloats(
            words, count, plan.windows, plan.windowCount, &progress.moments,
            thresholdKey: thresholdKey)
    case (true, false):
        filterFloats(words, count, plan.windows, plan.windowCount, &progress.moments)
    case (false, true):
        filterIntegers(
            words, count, plan.windows, plan.windowCount, &progress.moments,
            thresholdKey: thresholdKey)
    case (false, false):
        filterIntegers(words, count, plan.windows, plan.windowCount, &progress.moments)
    }
    if progress.moments.maximum == 2_147_483_647 || progress.moments.sum.isNaN { return totals }

    number = 0
    while number < plan.windowCount {
        selectKeysWithin(
            plan.windows[number], number, count, ranks, into: result, scratch: room, depth: 0,
            missed: &missed)
        number &+= 1
    }
    if missed.missedCount > 0 {
        missed.resolve(plan, ranks, into: result, scratch: room, depth: 0, &progress)
    }
    let offset = progress.moments.sum / Double(count)
    let spread = progress.moments.squares / Double(count) - offset * offset
    totals = progress.moments.totals(
        // The shift is a sixteenth of a sum of integers, which the sum with 2³¹ holds exactly.
        mean: (words.areFloats ? progress.moments.shift : progress.moments.shift + 0x1p31) + offset,
        variance: spread < 0 ? 0 : spread)
    if totals.minimum == totals.maximum { totals.variance = 0 }
    totals.furtherReads = progress.furtherReads
    totals.fellBack = progress.fellBack
    return totals
}

/// Draws a sample of keys, as doubles.
@inline(never)
func drawSample(
    _ words: Words, _ count: Int, size: Int, into sample: UnsafeMutablePointer<Double>
) {
    let stride = sampleStride(size: size, count: count)
    // Asked for first, they come side by side; read at once, each would wait for memory.
    var number = 0
    while number < size {
        prefetch_for_reading(words.start + samplePosition(number, stride: stride, count: count))
        number &+= 1
    }
    number = 0
    while number < size {
        sample[number] = Double(words.key(samplePosition(number, stride: stride, count: count)))
        number &+= 1
    }
}

extension WindowPlan {
    /// Keys wait where there is but one window too.
    @inline(__always)
    func reserveForKeys(count: Int, scratch: inout Scratch) {
        if windowCount == 1 {
            windows.pointee.waiting = scratch.takeDoubles(windowRoom(position: 0, count: count))
        }
    }
}

/// Series of at most this many 32-bit values are widened and summarized as doubles.
@inline(never)
package func largestWidenedCount() -> Int { bucketedCount }

/// Doubles of scratch that `summarizeWords` needs beyond `scratchBytes`.
@inline(never)
package func wordScratchDoubles() -> Int { keyScratch }
