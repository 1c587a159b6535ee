internal import CIntrinsics

/// Up to this many values are searched by interpolation rather than by a sample.
@inline(__always) var interpolationCount: Int { 2048 }

/// Up to this many values are left to sort: what the sorting network takes in one go, or few.
@inline(__always) private var leftCount: Int { laneCount == 8 ? 64 : 32 }

/// Narrowings after which what is left is sorted: the values are spread too unevenly.
@inline(__always) private var narrowingLimit: Int { 4 }

/// Finds order statistics among at most `interpolationCount` values from `low` to `high`.
///
/// Within a window values are spread almost evenly, so a rank lies near its share of the way from the
/// low to the high end. Counting the values below and above two guesses around it leaves a narrower
/// range, with known counts again; after one or two rounds there is little left to sort.
///
/// - Parameters:
///   - low: at most the least value; −∞ if not known.
///   - high: at least the greatest value; +∞ if not known.
///   - ranks: ascending; `base` is to be subtracted from each first.
@inline(never)
func selectByInterpolation(
    _ values: UnsafePointer<Double>, _ count: Int, from low: Double, to high: Double,
    _ ranks: UnsafePointer<Int>, _ rankCount: Int, base: Int,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int
) {
    var low = low
    var high = high
    if low == -.infinity || high == .infinity { (low, high) = extremes(values, count) }
    var position = 0
    while position < rankCount {
        // A quantile needs two ranks side by side; these are found together.
        var end = position &+ 1
        while end < rankCount && ranks[end] == ranks[end &- 1] &+ 1 { end &+= 1 }
        selectNearby(
            values, count, from: low, to: high, ranks + position, end &- position, base: base,
            into: result + position, scratch: scratch, depth: depth)
        position = end
    }
}

/// The same for ranks that lie side by side.
@inline(__always)
func selectNearby(
    _ values: UnsafePointer<Double>, _ count: Int, from low: Double, to high: Double,
    _ ranks: UnsafePointer<Int>, _ rankCount: Int, base: Int,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch, depth: Int
) {
    let firstRank = ranks[0] &- base
    let lastRank = ranks[rankCount &- 1] &- base
    // The range that is left, with both ends, and the numbers of values below and up to its end.
    var low = low
    var high = high
    var below = 0
    var through = count
    var narrowings = 0
    while through &- below > leftCount && narrowings < narrowingLimit {
        let span = high - low
        guard span > 0 && span < .infinity else { break }
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
    let left = scratch.takeDoubles(count < smallCount ? smallCount : count)
    let leftCount = copyRange(values, count, low: low, high: high, to: left)
    if leftCount <= smallCount {
        smallSort(left, leftCount, scratch: scratch)
    } else {
        let (least, greatest) = extremes(left, leftCount)
        // Among few distinct values often but one is left, many times. Else they are too uneven.
        if least < greatest {
            let wanted = scratch.takeInts(rankCount)
            var position = 0
            while position < rankCount {
                wanted[position] = ranks[position] &- base &- below
                position &+= 1
            }
            select(
                left, leftCount, wanted, rankCount, into: result, scratch: scratch,
                depth: depth &+ 1)
            return
        }
    }
    var position = 0
    while position < rankCount {
        result[position] = left[ranks[position] &- base &- below]
        position &+= 1
    }
}
