internal import CIntrinsics

extension Moments {
    @inline(__always)
    init(threshold: Double, ahead: Int = 1024) {
        self.init(
            shift: 0, threshold: threshold, sum: 0, squares: 0, minimum: .infinity,
            maximum: -.infinity, above: 0, ahead: ahead)
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
    @inline(__always)
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

    @inline(__always)
    func totals(mean: Double, variance: Double) -> SeriesTotals {
        SeriesTotals(
            minimum: minimum, maximum: maximum, mean: mean, variance: variance,
            above: above, containsNaN: false, fellBack: false, furtherReads: 0)
    }

    @inline(__always)
    func totalsWithNaN() -> SeriesTotals {
        SeriesTotals(
            minimum: .nan, maximum: .nan, mean: .nan, variance: .nan, above: above,
            containsNaN: true, fellBack: false, furtherReads: 0)
    }
}

/// Whether any of `count` values is NaN.
@inline(never)
func containsNaN(_ values: UnsafePointer<Double>, _ count: Int) -> Bool {
    var tally = emptyTally
    var index = 0
    while index &+ laneCount <= count {
        let lanes = load(values + index)
        countSet(unequal(lanes, lanes), in: &tally)
        index &+= laneCount
    }
    var found = total(of: tally)
    while index < count {
        found &+= values[index] != values[index] ? 1 : 0
        index &+= 1
    }
    return found > 0
}
