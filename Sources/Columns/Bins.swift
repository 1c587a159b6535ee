/// A range of numbers that share a symbol; where in the range a number lies is told by raw bits.
struct Bin: Hashable {
    /// The lowest number it can hold.
    var lower: Int64
    /// Raw bits: the bin spans 2^`offsetBits` numbers, 0 to 64.
    var offsetBits: Int
    /// How many numbers fall into it or, in a table, its share of 2^(table log).
    var weight: Int
}

/// Numbers cut into bins so that entropy of the symbols, raw bits and the bins' own description together
/// are smallest: the optimal merging of neighbours (as in pcodec, arXiv 2502.06112), found by dynamic
/// programming over slots of about equally many numbers.
struct Binning {
    /// In ascending order, with the weights being counts.
    private(set) var bins: [Bin] = []
    /// The lowest number that is in the bin, by bin: those below the next one's belong to it.
    private(set) var starts: [Int64] = []
    /// Estimated size of everything.
    private(set) var estimatedBits: Double = 0

    /// Bits that a bin's description takes, about: bit count, weight and gap.
    static let binBits = 17.0

    /// - Parameters:
    ///   - sorted: at least one number.
    ///   - slotLimit: more slots, better bins; the time is that number squared.
    init(sorted: [Int64], slotLimit: Int) {
        let ends = Binning.slotEnds(sorted, limit: slotLimit)
        let slots = ends.count
        let total = Double(sorted.count)
        // best[k]: the least bits for the first k slots; cut[k]: where their last bin begins.
        var best = [Double](repeating: .infinity, count: slots + 1)
        var cut = [Int](repeating: 0, count: slots + 1)
        best[0] = 0
        for end in 1...slots {
            let last = sorted[ends[end - 1] - 1]
            var start = end
            while start > 0 {
                start &-= 1
                let from = start == 0 ? 0 : ends[start &- 1]
                let count = Double(ends[end &- 1] &- from)
                let range = UInt64(bitPattern: last &- sorted[from])
                let each = Double(range.bitLength) - fastLog2(count / total)
                let bits = best[start] + Binning.binBits + count * each
                if bits < best[end] {
                    best[end] = bits
                    cut[end] = start
                }
                // Wider bins only cost more once their raw bits alone do.
                if count * Double(range.bitLength) > best[end] + 64 { break }
            }
        }
        estimatedBits = best[slots]
        var end = slots
        while end > 0 {
            let from = cut[end] == 0 ? 0 : ends[cut[end] - 1]
            let first = sorted[from]
            let range = UInt64(bitPattern: sorted[ends[end - 1] - 1] &- first)
            bins.append(
                Bin(lower: first, offsetBits: range.bitLength, weight: ends[end - 1] - from))
            starts.append(first)
            end = cut[end]
        }
        bins.reverse()
        starts.reverse()
        closeGaps(sorted)
    }

    /// Where the slots end: equal numbers stay together, and frequent ones are slots of their own.
    private static func slotEnds(_ sorted: [Int64], limit: Int) -> [Int] {
        let wanted = max(1, (sorted.count + limit - 1) / limit)
        var ends: [Int] = []
        var slotStart = 0
        var start = 0
        while start < sorted.count {
            var end = start &+ 1
            while end < sorted.count, sorted[end] == sorted[start] { end &+= 1 }
            if end &- start >= wanted, slotStart < start {
                ends.append(start)
                slotStart = start
            }
            if end &- slotStart >= wanted {
                ends.append(end)
                slotStart = end
            }
            start = end
        }
        if slotStart < sorted.count { ends.append(sorted.count) }
        return ends
    }

    /// Where raw bits leave room, lets bins begin right behind the one before: that is described in one bit.
    private mutating func closeGaps(_ sorted: [Int64]) {
        var position = 0
        for index in bins.indices {
            position += bins[index].weight
            guard index > 0 else { continue }
            let highest = sorted[position - 1]
            let before = bins[index - 1]
            let next = before.lower &+ Int64(bitPattern: 1 &<< UInt64(before.offsetBits))
            guard before.offsetBits < 63, next > before.lower, next <= bins[index].lower else {
                continue
            }
            let range = UInt64(bitPattern: highest &- next)
            if range <= lowBits(bins[index].offsetBits) { bins[index].lower = next }
        }
    }

    /// The bin of a number that was among those sorted.
    @inline(__always)
    func bin(of number: Int64, _ starts: UnsafeBufferPointer<Int64>) -> Int {
        var low = 0
        var length = starts.count
        while length > 1 {
            let half = length &>> 1
            if number >= starts[low &+ half] { low &+= half }
            length &-= half
        }
        return low
    }
}

/// The logarithm to base 2 of a positive normal number, within 0.00002: enough to compare sizes, and
/// faster than the C library's.
@inline(__always)
func fastLog2(_ value: Double) -> Double {
    let exponent = Double(Int64(value.bitPattern &>> 52) &- 1023)
    let mantissa = Double(bitPattern: value.bitPattern & 0x000f_ffff_ffff_ffff | 0x3ff << 52)
    // The series of 2 · artanh.
    let ratio = (mantissa - 1) / (mantissa + 1)
    let square = ratio * ratio
    let series = ratio * (1 + square * (1 / 3 + square * (0.2 + square * (1 / 7))))
    return exponent + 2.885390081777927 * series
}
