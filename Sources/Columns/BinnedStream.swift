/// Numbers as bins, by four interleaved states over one stream of bits.
///
///     table log 0–12 | varint bins − 1 | zigzag varint lowest bin's lower end | bits: bin …
///               | bits: 4 × state (table log bits) | count × (state bits, offset bits) | filled to a byte
///
///     bin       offset bits: 0 as before, 10 one more, 110 one less, 111 and 7 bits; the one before the
///               first has 0
///               weight: 4 bits its length − 1, then its bits below the highest; the last one's is what
///               is left of 2^table log
///               gap, but for the first: 0 the bin begins where the one before ends;
///               1, sign, 6 bits length − 1, its bits below the highest: so far off
///
/// Number i belongs to state i mod 4. All states end at 0, which is checked.
enum BinnedStream {
    static let lanes = 4

    /// The bins with their shares of the table that takes the fewest bits, and that table's logarithm.
    static func table(_ bins: [Bin]) -> (bins: [Bin], log: Int) {
        if bins.count == 1 { return (StateTable.normalized(bins, log: 0), 0) }
        let count = bins.reduce(0) { $0 + $1.weight }
        let least = max(5, UInt64(bins.count).bitLength + 1)
        let most = min(
            ColumnScratch.tableLogLimit, max(least, UInt64(count).bitLength))
        var best: (bins: [Bin], log: Int) = ([], 0)
        var fewest = Double.infinity
        for log in least...most {
            let shares = StateTable.normalized(bins, log: log)
            // A bit for each few states: building a table takes time, about that of reading a value each.
            var bits = Double(1 << log) / statesForABit
            for (bin, share) in zip(bins, shares) {
                bits += Double(bin.weight) * (Double(log) - fastLog2(Double(share.weight)))
                bits += Double(UInt64(share.weight).bitLength)
            }
            if bits < fewest { (fewest, best) = (bits, (shares, log)) }
        }
        return best
    }

    /// How many states a table may have more to save a bit.
    private static let statesForABit = 16.0

    /// - Parameter binning: of these numbers.
    static func append(_ numbers: [Int64], _ binning: Binning, to bytes: inout [UInt8]) {
        let (bins, log) = table(binning.bins)
        bytes.append(UInt8(log))
        bytes.append(varint: UInt64(bins.count - 1))
        bytes.append(signed: bins[0].lower)
        var stream = BitWriter()
        describe(bins, to: &stream)
        appendNumbers(numbers, binning, bins, log, to: &stream)
        bytes += stream.finish()
    }

    private static func describe(_ bins: [Bin], to stream: inout BitWriter) {
        var before = Bin(lower: 0, offsetBits: 0, weight: 0)
        for (index, bin) in bins.enumerated() {
            switch bin.offsetBits - before.offsetBits {
            case 0: stream.append(0, count: 1)
            case 1: stream.append(0b01, count: 2)
            case -1: stream.append(0b011, count: 3)
            default:
                stream.append(0b111, count: 3)
                stream.append(UInt64(bin.offsetBits), count: 7)
            }
            if index < bins.count - 1 {
                let weight = UInt64(bin.weight)
                stream.append(UInt64(weight.bitLength - 1), count: 4)
                stream.append(weight & lowBits(weight.bitLength - 1), count: weight.bitLength - 1)
            }
            if index > 0 {
                let gap = bin.lower &- before.end
                stream.append(gap == 0 ? 0 : 1, count: 1)
                if gap != 0 {
                    stream.append(gap < 0 ? 1 : 0, count: 1)
                    let length = gap.magnitude.bitLength
                    stream.append(UInt64(length - 1), count: 6)
                    stream.append(gap.magnitude & lowBits(length - 1), count: length - 1)
                }
            }
            before = bin
        }
    }

    /// The states run backwards, so that the decoder runs forwards.
    private static func appendNumbers(
        _ numbers: [Int64], _ binning: Binning, _ bins: [Bin], _ log: Int,
        to stream: inout BitWriter
    ) {
        let size = 1 << log
        // By bin: where its states begin in `states`, which counts up from its weight.
        var offsets = [Int](repeating: 0, count: bins.count)
        for index in 1..<max(1, bins.count) {
            offsets[index] = offsets[index - 1] + bins[index - 1].weight
        }
        var states = [Int](repeating: 0, count: size)
        // In the order of the states, as the decoder counts them.
        var symbols = [Int](repeating: 0, count: size)
        StateTable.spread(bins, log: log) { state, bin in symbols[state] = bin }
        var next = offsets
        for state in 0..<size {
            states[next[symbols[state]]] = size + state
            next[symbols[state]] += 1
        }
        var lanes = [Int](repeating: size, count: Self.lanes)
        var taken = [(bin: UInt16, bits: UInt16, count: UInt8)](
            repeating: (0, 0, 0), count: numbers.count)
        binning.starts.withUnsafeBufferPointer { starts in
            var index = numbers.count
            while index > 0 {
                index &-= 1
                let bin = binning.bin(of: numbers[index], starts)
                let weight = bins[bin].weight
                let state = lanes[index % Self.lanes]
                var count = log &+ 1 &- UInt64(weight).bitLength
                if state &>> count < weight { count &-= 1 }
                taken[index] = (
                    UInt16(bin), UInt16(truncatingIfNeeded: state & (1 << count &- 1)), UInt8(count)
                )
                lanes[index % Self.lanes] = states[offsets[bin] &+ state &>> count &- weight]
            }
        }
        for lane in lanes { stream.append(UInt64(lane - size), count: log) }
        for (number, step) in zip(numbers, taken) {
            let bin = bins[Int(step.bin)]
            stream.append(UInt64(step.bits), count: Int(step.count))
            stream.append(UInt64(bitPattern: number &- bin.lower), count: bin.offsetBits)
        }
    }
}

extension Bin {
    /// Where the next bin begins, if it leaves no gap. Wraps.
    var end: Int64 { lower &+ (offsetBits == 64 ? 0 : 1 &<< Int64(offsetBits)) }
}
