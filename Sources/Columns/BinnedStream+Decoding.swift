extension BinnedStream {
    /// Numbers between two looks at how much of the stream is left.
    private static let batch = 64

    /// Reads `numbers.count` numbers.
    static func decode(
        _ cursor: inout ByteCursor, into numbers: UnsafeMutableBufferPointer<Int64>,
        _ scratch: borrowing ColumnScratch
    ) throws(ColumnDamage) {
        let start = cursor.position
        let log = Int(try cursor.byte(of: "a table's logarithm"))
        guard log <= ColumnScratch.tableLogLimit else {
            throw cursor.damage("a table of 2^\(log) states", at: start)
        }
        let more = try cursor.varint(of: "the number of bins")
        guard more < 1 << UInt64(log) else {
            throw cursor.damage("\(more) and one bins for 2^\(log) states", at: start)
        }
        let lowest = try cursor.signed(of: "the lowest bin")
        var header = BitCursor(cursor)
        let bins = try bins(&header, count: Int(more) + 1, lowest: lowest, log: log)
        buildTable(bins, log, scratch)

        var states = [Int](repeating: 0, count: lanes)
        for lane in 0..<lanes { states[lane] = Int(try header.read(log, of: "a state")) }
        let widest = bins.reduce(0) { max($0, $1.offsetBits) }
        let end: Int
        if log + widest <= 57 {
            end = try decode(
                cursor.bytes, header.bit, &states, numbers, scratch, most: log + widest,
                wide: false)
        } else {
            end = try decode(
                cursor.bytes, header.bit, &states, numbers, scratch, most: log + widest,
                wide: true)
        }
        guard states.allSatisfy({ $0 == 0 }) else {
            throw cursor.damage("states that end at \(states)", at: end)
        }
        try cursor.skip(end &- cursor.position, of: "numbers")
    }

    private static func bins(
        _ header: inout BitCursor, count: Int, lowest: Int64, log: Int
    ) throws(ColumnDamage) -> [Bin] {
        var bins: [Bin] = []
        bins.reserveCapacity(count)
        var left = 1 << log
        var before = Bin(lower: lowest, offsetBits: 0, weight: 0)
        for index in 0..<count {
            var bin = before
            if try header.read(1, of: "a bin") == 1 {
                if try header.read(1, of: "a bin") == 0 {
                    bin.offsetBits += 1
                } else if try header.read(1, of: "a bin") == 0 {
                    bin.offsetBits -= 1
                } else {
                    bin.offsetBits = Int(try header.read(7, of: "a bin"))
                }
            }
            guard 0...64 ~= bin.offsetBits else {
                throw ColumnDamage(
                    byte: header.position, what: "a bin with \(bin.offsetBits) raw bits")
            }
            bin.weight = left
            if index < count - 1 {
                let length = Int(try header.read(4, of: "a weight"))
                bin.weight = 1 << length | Int(try header.read(length, of: "a weight"))
            }
            left -= bin.weight
            guard left > 0 || index == count - 1 else {
                throw ColumnDamage(
                    byte: header.position,
                    what: "weights of \((1 << log) - left) before bin \(index + 1) of \(count)")
            }
            if index > 0 {
                bin.lower = before.end
                if try header.read(1, of: "a gap") == 1 {
                    let negative = try header.read(1, of: "a gap") == 1
                    let length = Int(try header.read(6, of: "a gap"))
                    let rest = try header.read(length, of: "a gap")
                    let gap = Int64(bitPattern: 1 << UInt64(length) | rest)
                    bin.lower = negative ? bin.lower &- gap : bin.lower &+ gap
                }
            }
            bins.append(bin)
            before = bin
        }
        return bins
    }

    /// A step is base << 16 | offset bits << 8 | state bits.
    private static func buildTable(_ bins: [Bin], _ log: Int, _ scratch: borrowing ColumnScratch) {
        let size = 1 << log
        let steps = scratch.steps
        let lowers = scratch.lowers
        StateTable.spread(bins, log: log) { state, bin in steps[state] = UInt32(bin) }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: bins.count) { next in
            for index in bins.indices { next[index] = UInt32(bins[index].weight) }
            bins.withUnsafeBufferPointer { bins in
                var state = 0
                while state < size {
                    let index = Int(steps[state])
                    let counted = next[index]
                    next[index] = counted &+ 1
                    let stateBits = UInt32(log) &- (31 &- UInt32(counted.leadingZeroBitCount))
                    let base = counted &<< stateBits &- UInt32(size)
                    steps[state] =
                        base << 16 | UInt32(bins[index].offsetBits) << 8 | stateBits
                    lowers[state] = bins[index].lower
                    state &+= 1
                }
            }
        }
    }

    /// - Returns: the first byte that was not read.
    @inline(__always)
    private static func decode(
        _ bytes: UnsafeRawBufferPointer, _ firstBit: Int, _ states: inout [Int],
        _ numbers: UnsafeMutableBufferPointer<Int64>, _ scratch: borrowing ColumnScratch,
        most: Int, wide: Bool
    ) throws(ColumnDamage) -> Int {
        guard let target = numbers.baseAddress else { return (firstBit &+ 7) >> 3 }
        let steps = UnsafePointer(scratch.steps)
        let lowers = UnsafePointer(scratch.lowers)
        var state0 = states[0]
        var state1 = states[1]
        var state2 = states[2]
        var state3 = states[3]
        var bit = firstBit
        var index = 0
        while index < numbers.count {
            let count = min(batch, numbers.count &- index)
            let byte = bit >> 3
            guard byte <= bytes.count else {
                throw ColumnDamage(byte: bytes.count, what: "the numbers end before \(index)")
            }
            let source = scratch.readable(bytes, from: byte, count: (count &* most &+ 14) >> 3)
            var position = bit & 7
            let end = index &+ count
            while index &+ 4 <= end {
                let step0 = steps[state0]
                let step1 = steps[state1]
                let step2 = steps[state2]
                let step3 = steps[state3]
                let lower0 = lowers[state0]
                let lower1 = lowers[state1]
                let lower2 = lowers[state2]
                let lower3 = lowers[state3]
                target[index] = take(source, &position, step0, lower0, &state0, wide)
                target[index &+ 1] = take(source, &position, step1, lower1, &state1, wide)
                target[index &+ 2] = take(source, &position, step2, lower2, &state2, wide)
                target[index &+ 3] = take(source, &position, step3, lower3, &state3, wide)
                index &+= 4
            }
            while index < end {
                target[index] = take(
                    source, &position, steps[state0], lowers[state0], &state0, wide)
                (state0, state1, state2, state3) = (state1, state2, state3, state0)
                index &+= 1
            }
            bit = byte &* 8 &+ position
        }
        states = [state0, state1, state2, state3]
        let end = (bit &+ 7) >> 3
        guard end <= bytes.count else {
            throw ColumnDamage(
                byte: bytes.count, what: "the numbers end \(end &- bytes.count) bytes later")
        }
        return end
    }

    @inline(__always)
    private static func take(
        _ source: UnsafeRawPointer, _ position: inout Int, _ step: UInt32, _ lower: Int64,
        _ state: inout Int, _ wide: Bool
    ) -> Int64 {
        let stateBits = Int(step & 0xff)
        let offsetBits = Int(step &>> 8 & 0xff)
        let word = bits(source, from: position)
        state = Int(step &>> 16) &+ Int(word & mask(stateBits))
        let offset: UInt64
        if wide {
            offset = allBits(source, from: position &+ stateBits) & lowBits(offsetBits)
        } else {
            offset = word &>> UInt64(truncatingIfNeeded: stateBits) & mask(offsetBits)
        }
        position &+= stateBits &+ offsetBits
        return lower &+ Int64(bitPattern: offset)
    }

    /// As `lowBits`, for counts below 64.
    @inline(__always)
    private static func mask(_ count: Int) -> UInt64 { ~(~0 &<< UInt64(truncatingIfNeeded: count)) }
}
