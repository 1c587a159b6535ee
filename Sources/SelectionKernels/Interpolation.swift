internal import CIntrinsics

/// Up to this many values, what a window kept is searched by interpolation rather than by a sample.
@inline(__always) var interpolationCount: Int { 2048 }

/// Up to this many values are left to sort: what the sorting network takes in one go, or few.
@inline(__always) private var leftCount: Int { laneCount == 8 ? 64 : 32 }

/// Narrowings after which interpolation gives up: the values are spread too unevenly for it.
@inline(__always) private var narrowingLimit: Int { 4 }

/// Finds order statistics of the values that a window kept.
///
/// Within a window values are spread almost evenly, so a rank lies near its share of the way from the
/// low to the high end. Counting the values below and above two guesses around it leaves a narrower
/// range, with known counts again; after one or two rounds there is little left to sort.
@inline(never)
func selectByInterpolation(
    _ window: Window, _ ranks: UnsafePointer<Int>, _ rankCount: Int,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int
) {
    var low = window.low
    var high = window.high
    if low == -.infinity || high == .infinity {
        (low, high) = extremes(window.kept, window.keptCount)
    }
    var position = 0
    while position < rankCount {
        // A quantile needs two ranks side by side; these are found together.
        var end = position &+ 1
        while end < rankCount && ranks[end] == ranks[end &- 1] &+ 1 { end &+= 1 }
        let isFound = selectNearby(
            window.kept, window.keptCount, from: low, to: high, ranks + position, end &- position,
            into: result + position, scratch: scratch)
        if !isFound {
            select(
                window.kept, window.keptCount, ranks + position, end &- position,
                into: result + position, scratch: scratch, depth: depth)
        }
        position = end
    }
}

/// Narrows the range from `low` to `high`, both included, around ranks that lie side by side; returns
/// whether few enough values to sort were left.
@inline(__always)
func selectNearby(
    _ values: UnsafePointer<Double>, _ count: Int, from low: Double, to high: Double,
    _ ranks: UnsafePointer<Int>, _ rankCount: Int, into result: UnsafeMutablePointer<Double>,
    scratch: Scratch
) -> Bool {
    let firstRank = ranks[0]
    let lastRank = ranks[rankCount &- 1]
    var low = low
    var high = high
    // Values less than `low`, and at most `high`.
    var below = 0
    var through = count
    var narrowings = 0
    while through &- below > leftCount {
        let span = high - low
        guard narrowings < narrowingLimit && span > 0 && span < .infinity else {
            guard low == high else { return false }
            result.update(repeating: low, count: rankCount)
            return true
        }
        let inside = Double(through &- below)
        let centre = Double(firstRank &- below) + 0.5 * Double(rankCount)
        // 1.6 standard deviations of the middle one of evenly spread values, in ranks.
        let reach = 0.8 * inside.squareRoot() + 0.5 * Double(rankCount) + 1
        let lowGuess = low + (centre - reach) / inside * span
        let highGuess = low + (centre + reach) / inside * span
        let nearLow = lowGuess > low ? lowGuess : low
        let nearHigh = highGuess < high ? highGuess : high
        let (less, greater) = countOutside(values, count, low: nearLow, high: nearHigh)
        let atMost = count &- greater
        if firstRank >= less {
            low = nearLow
            below = less
        } else if lastRank < less {
            high = nearLow.nextDown
            through = less
        }
        if lastRank < atMost && nearHigh < high {
            high = nearHigh
            through = atMost
        } else if firstRank >= atMost {
            low = nearHigh.nextUp
            below = atMost
        }
        narrowings &+= 1
    }

    var scratch = scratch
    let few = scratch.takeDoubles(smallCount)
    let fewCount = copyRange(values, count, low: low, high: high, to: few)
    smallSort(few, fewCount, scratch: scratch)
    var position = 0
    while position < rankCount {
        result[position] = few[ranks[position] &- below]
        position &+= 1
    }
    return true
}
