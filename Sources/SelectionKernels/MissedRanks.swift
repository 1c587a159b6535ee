internal import CIntrinsics

/// Wanted ranks that did not fall into their window are found after all.
///
/// First, one read counts how often the ends of their windows occur: with many equal values a rank
/// usually falls on an end. For ranks that are still open, one more read copies the values of the
/// narrowest known range around them, and radix selection finds them there. So a series is read at
/// most three times, whatever its values.
extension MissedRanks {
    @inline(__always)
    init(values: UnsafePointer<Double>, count: Int, capacity: Int, scratch: inout Scratch) {
        self.init(
            values: values, words: Words(keys: UnsafePointer(bitPattern: 64)!),
            count: count, positions: scratch.takeInts(capacity),
            windowNumbers: scratch.takeInts(capacity), missedCount: 0,
            lessThanLow: scratch.takeInts(windowLimit),
            greaterThanHigh: scratch.takeInts(windowLimit))
    }

    @inline(__always)
    init(words: Words, count: Int, capacity: Int, scratch: inout Scratch) {
        self.init(
            values: nil, words: words, count: count, positions: scratch.takeInts(capacity),
            windowNumbers: scratch.takeInts(capacity), missedCount: 0,
            lessThanLow: scratch.takeInts(windowLimit),
            greaterThanHigh: scratch.takeInts(windowLimit))
    }

    /// `length` values from `start` on, or their keys, which take room for as many.
    @inline(__always)
    func chunk(
        from start: Int, _ length: Int, room: UnsafeMutablePointer<Double>
    ) -> UnsafePointer<Double> {
        if let values { return values + start }
        words.widen(from: start, count: length, to: room)
        return UnsafePointer(room)
    }

    @inline(__always)
    mutating func note(_ position: Int, window: Int) {
        positions[missedCount] = position
        windowNumbers[missedCount] = window
        missedCount &+= 1
    }

    @inline(never)
    mutating func resolve(
        _ plan: WindowPlan, _ ranks: UnsafePointer<Int>, into result: UnsafeMutablePointer<Double>,
        scratch: Scratch, depth: Int, _ progress: inout Progress
    ) {
        if countBeyondEnds(plan, ranks, progress.moments, scratch: scratch) {
            progress.furtherReads &+= 1
        }

        var open = 0
        var number = 0
        while number < missedCount {
            let position = positions[number]
            let rank = ranks[position]
            let windowNumber = windowNumbers[number]
            let window = plan.windows[windowNumber]
            let atMostLow = window.atMostLow(of: count)
            let atMostHigh = count &- greaterThanHigh[windowNumber]
            if rank < atMostLow && rank >= lessThanLow[windowNumber] {
                result[position] = window.low
            } else if rank >= atMostLow &+ window.inside && rank < atMostHigh {
                result[position] = window.high
            } else {
                positions[open] = position
                open &+= 1
            }
            number &+= 1
        }
        missedCount = open
        if open > 0 {
            selectOpen(plan, ranks, into: result, scratch: scratch, depth: depth)
            progress.furtherReads &+= 1
            progress.fellBack = true
        }
    }

    /// Counts, for the ends of windows that ranks may have fallen on, the values beyond them, in one
    /// read; returns whether it took any. None lie beyond the extremes of the series.
    @inline(__always)
    func countBeyondEnds(
        _ plan: WindowPlan, _ ranks: UnsafePointer<Int>, _ moments: Moments, scratch: Scratch
    ) -> Bool {
        var scratch = scratch
        let ends = scratch.takeDoubles(missedCount)
        let isHigh = scratch.takeInts(missedCount)
        let beyond = scratch.takeInts(missedCount)
        // Without moments the extremes are not known: the minimum is then above the maximum.
        let isMeasured = moments.minimum <= moments.maximum
        var endCount = 0
        var number = 0
        while number < missedCount {
            let window = plan.windows[windowNumbers[number]]
            let onHigh = ranks[positions[number]] >= window.atMostLow(of: count) ? 1 : 0
            let end = onHigh == 1 ? window.high : window.low
            let extreme = onHigh == 1 ? moments.maximum : moments.minimum
            let isRepeated =
                endCount > 0 && ends[endCount &- 1] == end && isHigh[endCount &- 1] == onHigh
            if !isRepeated && !(isMeasured && end == extreme) {
                ends[endCount] = end
                isHigh[endCount] = onHigh
                beyond[endCount] = 0
                endCount &+= 1
            }
            number &+= 1
        }
        countBeyond(
            self, ends, isHigh, endCount, into: beyond, room: scratch.takeDoubles(chunkLength))

        lessThanLow.update(repeating: 0, count: windowLimit)
        greaterThanHigh.update(repeating: 0, count: windowLimit)
        var end = 0
        while end < endCount {
            number = 0
            while number < plan.windowCount {
                if isHigh[end] == 0 && plan.windows[number].low == ends[end] {
                    lessThanLow[number] = beyond[end]
                }
                if isHigh[end] == 1 && plan.windows[number].high == ends[end] {
                    greaterThanHigh[number] = beyond[end]
                }
                number &+= 1
            }
            end &+= 1
        }
        return endCount > 0
    }

    /// Copies the values between the nearest known ends around all open ranks and selects there.
    @inline(__always)
    func selectOpen(
        _ plan: WindowPlan, _ ranks: UnsafePointer<Int>, into result: UnsafeMutablePointer<Double>,
        scratch: Scratch, depth: Int
    ) {
        let first = ranks[positions[0]]
        let last = ranks[positions[missedCount &- 1]]
        // Included ends of the range, and the number of values below it.
        var low = -Double.infinity
        var high = Double.infinity
        var below = 0
        var number = 0
        while number < plan.windowCount {
            let window = plan.windows[number]
            let atMostLow = window.atMostLow(of: count)
            if atMostLow <= first && window.low.nextUp > low {
                low = window.low.nextUp
                below = atMostLow
            }
            // Of a window whose ends are equal, all values at its end count as at most its low one.
            let lessThanHigh = atMostLow &+ window.inside
            if window.low < window.high && lessThanHigh > last && window.high.nextDown < high {
                high = window.high.nextDown
            }
            // Where nothing was counted there is a zero, which satisfies neither condition.
            let atMostHigh = count &- greaterThanHigh[number]
            if atMostHigh <= first && window.high.nextUp > low {
                low = window.high.nextUp
                below = atMostHigh
            }
            if lessThanLow[number] > last && window.low.nextDown < high {
                high = window.low.nextDown
            }
            number &+= 1
        }

        var scratch = scratch
        let wanted = scratch.takeInts(missedCount)
        let found = scratch.takeDoubles(missedCount)
        let copied = scratch.takeDoubles(count)
        let room = scratch.takeDoubles(chunkLength)
        var copiedCount = 0
        var start = 0
        while start < count {
            let length = count &- start < chunkLength ? count &- start : chunkLength
            copiedCount &+= copyRange(
                chunk(from: start, length, room: room), length, low: low, high: high,
                to: copied + copiedCount)
            start &+= length
        }
        number = 0
        while number < missedCount {
            wanted[number] = ranks[positions[number]]
            number &+= 1
        }
        if copiedCount <= interpolationCount {
            selectByInterpolation(
                copied, copiedCount, from: -.infinity, to: .infinity, wanted, missedCount,
                base: below, into: found, scratch: scratch, depth: depth)
        } else {
            radixSelect(
                copied, copiedCount, wanted, missedCount, base: below, into: found,
                scratch: scratch)
        }
        number = 0
        while number < missedCount {
            result[positions[number]] = found[number]
            number &+= 1
        }
    }
}

/// Counts the values less than each of `ends`, or greater than those that are high ones, chunk by
/// chunk, so that each is read from memory once.
@inline(never)
func countBeyond(
    _ missed: MissedRanks, _ ends: UnsafePointer<Double>, _ isHigh: UnsafePointer<Int>,
    _ endCount: Int, into beyond: UnsafeMutablePointer<Int>, room: UnsafeMutablePointer<Double>
) {
    guard endCount > 0 else { return }
    let count = missed.count
    var start = 0
    while start < count {
        let length = count &- start < chunkLength ? count &- start : chunkLength
        let values = missed.chunk(from: start, length, room: room)
        var end = 0
        while end < endCount {
            beyond[end] &+=
                isHigh[end] == 1
                ? countGreater(values, length, than: ends[end])
                : countLess(values, length, than: ends[end])
            end &+= 1
        }
        start &+= length
    }
}
