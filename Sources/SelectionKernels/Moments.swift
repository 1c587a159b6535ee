internal import CIntrinsics

/// Sums, extremes and the count above a threshold, gathered while the series is read.
struct Moments {
    /// A value near the mean that is subtracted before squaring, so that the variance does not
    /// drown in the square of the mean.
    var shift: Double
    /// NaN where nothing is to be counted.
    let threshold: Double

    var sum = 0.0
    var squares = 0.0
    var minimum = Double.infinity
    var maximum = -Double.infinity
    var above = 0

    init(threshold: Double) {
        self.threshold = threshold
        shift = 0
    }

    @inline(__always)
    mutating func add(_ value: Double) {
        let difference = value - shift
        sum += difference
        squares += difference * difference
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
        above &+= value > threshold ? 1 : 0
    }

    /// The totals of a series of `count` values without NaN.
    func totals(count: Int) -> SeriesTotals {
        if minimum == maximum && minimum.isFinite {
            // All are equal: exact, where the sums would leave a rounding error.
            return totals(mean: minimum, variance: 0)
        }
        let offset = sum / Double(count)
        let spread = squares / Double(count) - offset * offset
        // Rounding may leave a tiny negative number; NaN (from infinities) stays.
        return totals(mean: shift + offset, variance: spread < 0 ? 0 : spread)
    }

    private func totals(mean: Double, variance: Double) -> SeriesTotals {
        SeriesTotals(
            minimum: minimum, maximum: maximum, mean: mean, variance: variance,
            above: Int64(above), containsNaN: false, furtherReads: 0, fellBack: false)
    }

    func totalsWithNaN() -> SeriesTotals {
        SeriesTotals(
            minimum: .nan, maximum: .nan, mean: .nan, variance: .nan, above: Int64(above),
            containsNaN: true, furtherReads: 0, fellBack: false)
    }
}

/// The vector part of `Moments` for one chunk; folding it in chunk by chunk also keeps the rounding
/// errors of long sums small.
struct MomentLanes {
    var sum0 = Lanes(repeating: 0)
    var sum1 = Lanes(repeating: 0)
    var squares0 = Lanes(repeating: 0)
    var squares1 = Lanes(repeating: 0)
    var minimum0 = Lanes(repeating: .infinity)
    var minimum1 = Lanes(repeating: .infinity)
    var maximum0 = Lanes(repeating: -.infinity)
    var maximum1 = Lanes(repeating: -.infinity)

    @inline(__always) init() {}

    @inline(__always)
    mutating func add(_ first: Lanes, _ second: Lanes, shift: Lanes) {
        let difference0 = first - shift
        let difference1 = second - shift
        sum0 += difference0
        sum1 += difference1
        squares0 = addingSquare(difference0, to: squares0)
        squares1 = addingSquare(difference1, to: squares1)
        minimum0 = smaller(minimum0, first)
        minimum1 = smaller(minimum1, second)
        maximum0 = larger(maximum0, first)
        maximum1 = larger(maximum1, second)
    }

    @inline(__always)
    mutating func foldSums(into moments: inout Moments) {
        moments.sum += total(of: sum0 + sum1)
        moments.squares += total(of: squares0 + squares1)
        sum0 = Lanes(repeating: 0)
        sum1 = sum0
        squares0 = sum0
        squares1 = sum0
    }

    @inline(__always)
    func foldExtremes(into moments: inout Moments) {
        let least = smallest(of: smaller(minimum0, minimum1))
        let greatest = largest(of: larger(maximum0, maximum1))
        if least < moments.minimum { moments.minimum = least }
        if greatest > moments.maximum { moments.maximum = greatest }
    }
}

/// Whether any of `count` values is NaN.
@inline(never)
func containsNaN(_ values: UnsafePointer<Double>, _ count: Int) -> Bool {
    var tally = LaneTally()
    var index = 0
    while index &+ laneCount <= count {
        let lanes = load(values + index)
        tally.add(unequal(lanes, lanes))
        index &+= laneCount
    }
    var found = tally.total
    while index < count {
        found &+= values[index] != values[index] ? 1 : 0
        index &+= 1
    }
    return found > 0
}
