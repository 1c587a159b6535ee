/// The slopes between all pairs of points, of which one is found by its rank without computing them all.
///
/// The points by their distance y − s·t from a line of slope s: a pair stands the other way round than by
/// time exactly if its slope is below s. So the slopes below s are counted as inversions, in O(n log n),
/// and those between two slopes as the inversions from one order to the other. The range that holds the
/// wanted rank is narrowed by slopes drawn at random from it, which after two or three rounds leaves few
/// enough to look at (Dillencourt, Mount, Netanyahu, "A randomized algorithm for slope selection", 1992;
/// Matoušek, Information Processing Letters 39 (1991)). The draws are of a fixed seed.
struct PairwiseSlopes {
    /// Ascending, ties by value.
    private let times: [Double]
    private let values: [Double]
    /// How many pairs are of different times.
    let pairCount: Int
    private var random = SplitMix64(seed: 1968)
    /// Distances that differ by less are a matter of rounding.
    private let resolution: Double

    /// - Parameters:
    ///   - times: ascending; values of one time ascending. Best about 0.
    init(times: [Double], values: [Double]) {
        self.times = times
        self.values = values
        var pairs = times.count * (times.count - 1) / 2
        var start = 0
        while start < times.count {
            var end = start + 1
            while end < times.count, times[end] == times[start] { end += 1 }
            pairs -= (end - start) * (end - start - 1) / 2
            start = end
        }
        pairCount = pairs
        // Of most values: a few far away have slopes of their own, which do not come near the wanted one.
        let sorted = values.sorted()
        let spread =
            sorted.isEmpty ? 0 : sorted[sorted.count * 9 / 10] - sorted[sorted.count / 10]
        let span = (times.last ?? 0) - (times.first ?? 0)
        resolution = span > 0 ? 0x1p-44 * spread / span : 0
    }

    /// The slope with `rank` others before it, from 0, in ascending order.
    mutating func slope(atRank rank: Int) -> Double {
        var low = Bound(slope: -.infinity, below: 0, order: Array(times.indices))
        var high = Bound(slope: .infinity, below: pairCount, order: nil)
        let fewEnough = max(2048, 2 * times.count)
        while high.below - low.below > fewEnough {
            let sample = draw(times.count, from: low, to: high)
            let share = Double(rank - low.below) / Double(high.below - low.below)
            let place = share * Double(sample.count)
            let reach = 3 * (Double(sample.count) * share * (1 - share)).squareRoot() + 2
            // Just beside slopes that occur, so that none lies on a bound, where rounding would decide.
            let nearLow = sample[max(0, Int(place - reach))]
            let nearHigh = sample[min(sample.count - 1, Int(place + reach))]
            let before = (low.slope, high.slope)
            narrow(&low, &high, at: nearLow - gap(nearLow), rank: rank)
            narrow(&low, &high, at: nearHigh + gap(nearHigh), rank: rank)
            guard (low.slope, high.slope) == before else { continue }
            // Few different slopes, each of very many pairs: the bounds close in on one of them.
            let likely = sample[min(sample.count - 1, Int(place))]
            narrow(&low, &high, at: likely - gap(likely), rank: rank)
            narrow(&low, &high, at: likely + gap(likely), rank: rank)
            // They moved unless both are that near already.
            if (low.slope, high.slope) == before { return likely }
        }
        return selected(rank, from: low, to: high)
    }

    private struct Bound {
        var slope: Double
        /// How many slopes are below it.
        var below: Int
        /// The points by distance from a line of this slope; nil where it is not needed.
        var order: [Int]?
    }

    private func gap(_ slope: Double) -> Double {
        max(resolution, slope.magnitude * 0x1p-44)
    }

    /// Moves one of the bounds to `slope`, if that lies between them.
    private func narrow(
        _ low: inout Bound, _ high: inout Bound, at slope: Double, rank: Int
    ) {
        guard low.slope < slope, slope < high.slope else { return }
        var order = Array(times.indices)
        var inversions = Inversions(distances(slope))
        let below = inversions.sort(&order)
        if below <= rank {
            low = Bound(slope: slope, below: below, order: order)
        } else {
            high = Bound(slope: slope, below: below, order: nil)
        }
    }

    private func distances(_ slope: Double) -> [Double] {
        // Latest first by −t·∞; of one time by value, which a sort that keeps equal ones does.
        slope == .infinity
            ? times.map { -$0 } : zip(times, values).map { $1 - slope * $0 }
    }

    private func slope(_ pair: (Int, Int)) -> Double {
        (values[pair.1] - values[pair.0]) / (times[pair.1] - times[pair.0])
    }

    /// Slopes drawn from those between the bounds, ascending.
    private mutating func draw(_ count: Int, from low: Bound, to high: Bound) -> [Double] {
        var order = low.order ?? []
        let between = high.below - low.below
        var numbers = (0..<count).map { _ in random.below(between) }
        numbers.sort()
        var inversions = Inversions(distances(high.slope), reporting: numbers)
        _ = inversions.sort(&order)
        var slopes = inversions.reported.map { slope(inTimeOrder($0)) }
        slopes.sort()
        return slopes
    }

    private func selected(_ rank: Int, from low: Bound, to high: Bound) -> Double {
        var order = low.order ?? []
        let between = high.below - low.below
        var inversions = Inversions(
            distances(high.slope), reporting: Array(0..<between))
        _ = inversions.sort(&order)
        var slopes = inversions.reported.map { slope(inTimeOrder($0)) }
        slopes.sort()
        return slopes[min(rank - low.below, slopes.count - 1)]
    }

    private func inTimeOrder(_ pair: (Int, Int)) -> (Int, Int) {
        pair.0 < pair.1 ? pair : (pair.1, pair.0)
    }
}

/// Sorts by merging and counts, and on the way reports, the pairs that it turns round.
struct Inversions {
    private let keys: [Double]
    /// Numbers of the inversions that are to be reported, in the order in which they are met, ascending;
    /// repetitions are reported again.
    private let wanted: [Int]
    private var nextWanted = 0
    private var met = 0
    private(set) var reported: [(Int, Int)] = []

    init(_ keys: [Double], reporting wanted: [Int] = []) {
        self.keys = keys
        self.wanted = wanted
        reported.reserveCapacity(wanted.count)
    }

    /// Sorts `order` by key, equal ones as they are.
    ///
    /// - Returns: how many pairs were turned round.
    mutating func sort(_ order: inout [Int]) -> Int {
        var source = order
        var target = order
        var width = 1
        while width < order.count {
            var start = 0
            while start < order.count {
                let middle = min(start + width, order.count)
                let end = min(middle + width, order.count)
                merge(source, start, middle, end, into: &target)
                start = end
            }
            swap(&source, &target)
            width *= 2
        }
        order = source
        return met
    }

    private mutating func merge(
        _ source: [Int], _ start: Int, _ middle: Int, _ end: Int, into target: inout [Int]
    ) {
        var left = start
        var right = middle
        for index in start..<end {
            if right == end || (left < middle && keys[source[left]] <= keys[source[right]]) {
                target[index] = source[left]
                left += 1
            } else {
                target[index] = source[right]
                if left < middle { meet(source, left..<middle, source[right]) }
                right += 1
            }
        }
    }

    /// Takes the inversions of all of `lefts` with `right` into account.
    private mutating func meet(_ source: [Int], _ lefts: Range<Int>, _ right: Int) {
        let end = met + lefts.count
        while nextWanted < wanted.count, wanted[nextWanted] < end {
            let left = source[lefts.lowerBound + wanted[nextWanted] - met]
            reported.append((left, right))
            nextWanted += 1
        }
        met = end
    }
}
