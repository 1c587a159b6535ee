// Selection whose time does not depend on luck: by the bits of the values, from the top.

/// Bits looked at in one round; 64 bits take at most five rounds.
@inline(__always) var digitBits: Int { 13 }

@inline(__always) var digitCount: Int { 1 &<< digitBits }

/// Values of scratch that `radixSelect` needs: a histogram for each round.
@inline(__always) var radixScratch: Int { 5 &* ((1 &<< 13) &+ scratchOverhang) }

/// A number whose unsigned order is the order of the values; −0.0 comes just before 0.0.
@inline(__always)
func orderedBits(_ value: Double) -> UInt64 {
    let bits = value.bitPattern
    let sign = UInt64(bitPattern: Int64(bitPattern: bits) &>> 63)
    return bits ^ (sign | 0x8000_0000_0000_0000)
}

/// Finds order statistics of `values`, which it reorders, in at most five rounds, each a histogram
/// and one sweep for each wanted bucket.
///
/// - Parameters:
///   - ranks: ascending, each less than `count`; `base` is to be subtracted from each first.
///   - result: receives the order statistics in the order of `ranks`.
///   - shift: the lowest bit of the digit to begin with; the values agree in all bits above.
@inline(never)
func radixSelect(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, _ ranks: UnsafePointer<Int>,
    _ rankCount: Int, base: Int, into result: UnsafeMutablePointer<Double>, scratch: Scratch,
    shift: Int = 64 - 13
) {
    var scratch = scratch
    if count <= mergeSortCount {
        mergeSort(values, count, spare: scratch.takeDoubles(count))
        var position = 0
        while position < rankCount {
            result[position] = values[ranks[position] &- base]
            position &+= 1
        }
        return
    }

    let histogram = scratch.takeInts(digitCount)
    histogram.update(repeating: 0, count: digitCount)
    // The last digit has fewer bits than the others: its shift would be negative.
    let lastRound = shift <= 0
    let digitShift = UInt64(lastRound ? 0 : shift)
    let digitMask = UInt64(lastRound ? (1 &<< (digitBits &+ shift)) &- 1 : digitCount &- 1)
    var index = 0
    while index < count {
        histogram[Int((orderedBits(values[index]) &>> digitShift) & digitMask)] &+= 1
        index &+= 1
    }

    var position = 0
    var digit = 0
    var below = base
    while position < rankCount {
        while below &+ histogram[digit] <= ranks[position] {
            below &+= histogram[digit]
            digit &+= 1
        }
        var end = position &+ 1
        while end < rankCount && ranks[end] < below &+ histogram[digit] { end &+= 1 }

        let front = moveToFront(
            values, count, digit: UInt64(digit), shift: digitShift, mask: digitMask)
        if lastRound {
            while position < end {
                result[position] = values[0]
                position &+= 1
            }
        } else {
            radixSelect(
                values, front, ranks + position, end &- position, base: below,
                into: result + position, scratch: scratch, shift: shift &- digitBits)
            position = end
        }
    }
}

/// Swaps the values with the given digit to the front, and returns how many there are.
@inline(never)
func moveToFront(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, digit: UInt64, shift: UInt64, mask: UInt64
) -> Int {
    var front = 0
    var index = 0
    while index < count {
        let value = values[index]
        let wanted = (orderedBits(value) &>> shift) & mask == digit
        values[index] = wanted ? values[front] : value
        values[front] = wanted ? value : values[front]
        front &+= wanted ? 1 : 0
        index &+= 1
    }
    return front
}
