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

    /// Table sizes that are worth building for so many numbers in so many bins.
    static func tableLog(count: Int, bins: Int) -> Int {
        if bins == 1 { return 0 }
        let byCount = UInt64(count).bitLength &- 2
        let limit = count >= 1 << 15 ? 11 : 10
        let byBins = UInt64(bins).bitLength &+ 1
        return min(ColumnScratch.tableLogLimit, max(byBins, min(limit, max(5, byCount))))
    }

    /// - Parameter binning: of these numbers.
    static func append(_ numbers: [Int64], _ binning: Binning, to bytes: inout [UInt8]) {
        let log = tableLog(count: numbers.count, bins: binning.bins.count)
        let bins = StateTable.normalized(binning.bins, log: log)
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
