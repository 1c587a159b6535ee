// Plain reads of a few values or many.

/// Least and greatest of at least one value.
@inline(never)
func extremes(
    _ values: UnsafePointer<Double>, _ count: Int
) -> (minimum: Double, maximum: Double) {
    var least = Lanes(repeating: .infinity)
    var greatest = Lanes(repeating: -.infinity)
    var index = 0
    while index &+ laneCount <= count {
        let lanes = load(values + index)
        least = smaller(least, lanes)
        greatest = larger(greatest, lanes)
        index &+= laneCount
    }
    var minimum = smallest(of: least)
    var maximum = largest(of: greatest)
    while index < count {
        if values[index] < minimum { minimum = values[index] }
        if values[index] > maximum { maximum = values[index] }
        index &+= 1
    }
    return (minimum, maximum)
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

@inline(__always)
func countLess(_ values: UnsafePointer<Double>, _ count: Int, than bound: Double) -> Int {
    let boundLanes = Lanes(repeating: bound)
    var tally0 = emptyTally
    var tally1 = emptyTally
    var index = 0
    while index &+ 2 &* laneCount <= count {
        countSet(less(load(values + index), boundLanes), in: &tally0)
        countSet(less(load(values + (index &+ laneCount)), boundLanes), in: &tally1)
        index &+= 2 &* laneCount
    }
    var found = total(of: tally0) &+ total(of: tally1)
    while index < count {
        found &+= values[index] < bound ? 1 : 0
        index &+= 1
    }
    return found
}

@inline(__always)
func countGreater(_ values: UnsafePointer<Double>, _ count: Int, than bound: Double) -> Int {
    let boundLanes = Lanes(repeating: bound)
    var tally0 = emptyTally
    var tally1 = emptyTally
    var index = 0
    while index &+ 2 &* laneCount <= count {
        countSet(greater(load(values + index), boundLanes), in: &tally0)
        countSet(greater(load(values + (index &+ laneCount)), boundLanes), in: &tally1)
        index &+= 2 &* laneCount
    }
    var found = total(of: tally0) &+ total(of: tally1)
    while index < count {
        found &+= values[index] > bound ? 1 : 0
        index &+= 1
    }
    return found
}

/// How many values equal each of the first `soughtCount` of four.
@inline(never)
func countEqual(
    _ values: UnsafePointer<Double>, _ count: Int, to sought: SIMD4<Double>, _ soughtCount: Int
) -> SIMD4<Int64> {
    if soughtCount == 1 { return countEqual(values, count, to: sought[0]) }
    if soughtCount == 2 { return countEqual(values, count, to: sought[0], sought[1]) }
    return countEqual(values, count, to: sought, width: 4)
}

@inline(never)
func countEqual(
    _ values: UnsafePointer<Double>, _ count: Int, to sought: Double
) -> SIMD4<Int64> {
    countEqual(values, count, to: SIMD4(repeating: sought), width: 1)
}

@inline(never)
func countEqual(
    _ values: UnsafePointer<Double>, _ count: Int, to first: Double, _ second: Double
) -> SIMD4<Int64> {
    countEqual(values, count, to: SIMD4(first, second, second, second), width: 2)
}

/// - Parameter width: a literal.
@inline(__always)
private func countEqual(
    _ values: UnsafePointer<Double>, _ count: Int, to sought: SIMD4<Double>, width: Int
) -> SIMD4<Int64> {
    let lanes0 = Lanes(repeating: sought[0])
    let lanes1 = Lanes(repeating: sought[1])
    let lanes2 = Lanes(repeating: sought[2])
    let lanes3 = Lanes(repeating: sought[3])
    var (other0, other1, other2, other3) = (emptyTally, emptyTally, emptyTally, emptyTally)
    var index = 0
    while index &+ laneCount <= count {
        let lanes = load(values + index)
        countSet(unequal(lanes, lanes0), in: &other0)
        if width > 1 { countSet(unequal(lanes, lanes1), in: &other1) }
        if width > 2 {
            countSet(unequal(lanes, lanes2), in: &other2)
            countSet(unequal(lanes, lanes3), in: &other3)
        }
        index &+= laneCount
    }
    let others = SIMD4(
        Int64(total(of: other0)), Int64(total(of: other1)), Int64(total(of: other2)),
        Int64(total(of: other3)))
    var equal = SIMD4(repeating: Int64(index)) &- others
    while index < count {
        equal.replace(with: equal &+ 1, where: SIMD4(repeating: values[index]) .== sought)
        index &+= 1
    }
    return equal
}
