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
            values: values, count: count, positions: scratch.takeInts(capacity),
            windowNumbers: scratch.takeInts(capacity), missedCount: 0,
            lessThanLow: scratch.takeInts(windowLimit),
            greaterThanHigh: scratch.takeInts(windowLimit))
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
        scratch: Scratch, _ progress: inout Progress
    ) {
        countBeyondEnds(plan)
        progress.furtherReads &+= 1

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
            selectOpen(plan, ranks, into: result, scratch: scratch)
            progress.furtherReads &+= 1
            progress.fellBack = true
        }
    }

    /// One read that counts, for all windows, the values beyond their ends.
    @inline(__always)
    func countBeyondEnds(_ plan: WindowPlan) {
        lessThanLow.update(repeating: 0, count: windowLimit)
        greaterThanHigh.update(repeating: 0, count: windowLimit)
        var start = 0
        while start < count {
            let length = count &- start < chunkLength ? count &- start : chunkLength
            var previous = -1
            var number = 0
            while number < missedCount {
                let window = windowNumbers[number]
                if window != previous {
                    let ends = plan.windows[window]
                    let counts = countOutside(
                        values + start, length, low: ends.low, high: ends.high)
                    lessThanLow[window] &+= counts.less
                    greaterThanHigh[window] &+= counts.greater
                    previous = window
                }
                number &+= 1
            }
            start &+= length
        }
    }

    /// Copies the values between the nearest known ends around all open ranks and selects there.
    @inline(__always)
    func selectOpen(
        _ plan: WindowPlan, _ ranks: UnsafePointer<Int>, into result: UnsafeMutablePointer<Double>,
        scratch: Scratch
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
            let lessThanHigh = atMostLow &+ window.inside
            if lessThanHigh > last && window.high.nextDown < high {
                high = window.high.nextDown
            }
            // Beyond the ends of a window that nothing missed nothing was counted; the zeros there
            // satisfy neither condition.
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
        let copiedCount = copyRange(values, count, low: low, high: high, to: copied)
        number = 0
        while number < missedCount {
            wanted[number] = ranks[positions[number]]
            number &+= 1
        }
        radixSelect(
            copied, copiedCount, wanted, missedCount, base: below, into: found, scratch: scratch)
        number = 0
        while number < missedCount {
            result[positions[number]] = found[number]
            number &+= 1
        }
    }
}

/// Numbers of values less than `low` and greater than `high`.
@inline(never)
func countOutside(
    _ values: UnsafePointer<Double>, _ count: Int, low: Double, high: Double
) -> (less: Int, greater: Int) {
    let lowLanes = Lanes(repeating: low)
    let highLanes = Lanes(repeating: high)
    var less0 = emptyTally
    var greater0 = emptyTally
    var index = 0
    while index &+ laneCount <= count {
        let lanes = load(values + index)
        countSet(less(lanes, lowLanes), in: &less0)
        countSet(greater(lanes, highLanes), in: &greater0)
        index &+= laneCount
    }
    var lessTotal = total(of: less0)
    var greaterTotal = total(of: greater0)
    while index < count {
        lessTotal &+= values[index] < low ? 1 : 0
        greaterTotal &+= values[index] > high ? 1 : 0
        index &+= 1
    }
    return (lessTotal, greaterTotal)
}

/// Copies the values from `low` to `high`, both included, and returns how many there are.
@inline(never)
func copyRange(
    _ values: UnsafePointer<Double>, _ count: Int, low: Double, high: Double,
    to target: UnsafeMutablePointer<Double>
) -> Int {
    let lowLanes = Lanes(repeating: low)
    let highLanes = Lanes(repeating: high)
    var next = target
    var index = 0
    while index &+ laneCount <= count {
        let lanes = load(values + index)
        store(lanes, where: atLeast(lanes, lowLanes) & atLeast(highLanes, lanes), to: &next)
        index &+= laneCount
    }
    while index < count {
        let value = values[index]
        next[0] = value
        next += value >= low && value <= high ? 1 : 0
        index &+= 1
    }
    return next - target
}
