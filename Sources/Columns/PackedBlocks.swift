/// Frame of reference with exceptions ("PFOR", Zukowski et al., ICDE 2006): blocks of 128 numbers, each
/// with a base and a width of its own.
///
///     block     width 0–64, 128 more where there are exceptions | zigzag varint base − base before
///               | count × width bits, filled up to a byte
///               | where there are exceptions: n ≥ 1 | n × (index, zigzag varint high)
///     run       65 | varint blocks | zigzag varint base − base before      all numbers equal to the base
///
///     number = base + (high << width) + low, with the high part 0 where there is no exception
enum PackedBlocks {
    static let length = 128
    static let runMarker: UInt8 = 65
    static let exceptionFlag: UInt8 = 0x80
    /// More would decode slowly, and are never worth it on real columns.
    static let exceptionLimit = 24
}

/// How one block is packed best.
struct BlockPlan {
    var width = 64
    var base: Int64 = 0
    var exceptions = 0
    var bits = Int.max

    /// - Parameter sorted: the block's numbers.
    init(sorted: UnsafeBufferPointer<Int64>, previousBase: Int64) {
        let count = sorted.count
        let range = UInt64(bitPattern: sorted[count &- 1] &- sorted[0])
        let limit = min(PackedBlocks.exceptionLimit, count &- 1)
        var width = range.bitLength
        // Each width's window that holds the most numbers; once too many are left out, narrower ones
        // leave out more.
        while width >= 0 {
            let reach = lowBits(width)
            var start = 0
            var end = 0
            var best = (start: 0, inside: 0)
            while end < count {
                while UInt64(bitPattern: sorted[end] &- sorted[start]) > reach { start &+= 1 }
                end &+= 1
                if end &- start > best.inside { best = (start, end &- start) }
            }
            let outside = count &- best.inside
            if outside > limit { break }
            let base = sorted[best.start]
            var bits = 8 &+ 8 &* (base &- previousBase).zigzag.varintLength &+ count &* width
            var exceptions = 0
            if outside > 0 {
                for index in 0..<count
                where index < best.start || index >= best.start &+ best.inside {
                    let high = PackedBlocks.high(sorted[index], base, width)
                    // A number far below the base may come back to the low bits around 2^64.
                    if high == 0 { continue }
                    exceptions &+= 1
                    bits &+= 8 &+ 8 &* high.zigzag.varintLength
                }
                if exceptions > 0 { bits &+= 8 }
            }
            if bits < self.bits {
                self.width = width
                self.base = base
                self.exceptions = exceptions
                self.bits = bits
            }
            width &-= 1
        }
    }
}

extension PackedBlocks {
    /// What does not fit into the width.
    @inline(__always)
    static func high(_ number: Int64, _ base: Int64, _ width: Int) -> Int64 {
        width == 64 ? 0 : (number &- base) &>> Int64(width)
    }

    /// Calls `block` for each block and `run` for each run of blocks of one number, in order.
    private static func walk(
        _ numbers: [Int64], block: (UnsafeBufferPointer<Int64>) -> Void, run: (Int, Int64) -> Void
    ) {
        numbers.withUnsafeBufferPointer { numbers in
            var start = 0
            while start < numbers.count {
                let value = numbers[start]
                var end = start
                while end < numbers.count, numbers[end] == value { end &+= 1 }
                let blocks =
                    end == numbers.count
                    ? (end &- start &+ length &- 1) / length : (end &- start) / length
                if blocks > 0 {
                    run(blocks, value)
                    start &+= blocks &* length
                } else {
                    let count = min(length, numbers.count &- start)
                    block(UnsafeBufferPointer(rebasing: numbers[start..<(start &+ count)]))
                    start &+= count
                }
            }
        }
    }

    /// Bytes that `append` takes.
    static func size(_ numbers: [Int64]) -> Int {
        var size = 0
        var base: Int64 = 0
        walk(
            numbers,
            block: { block in
                let plan = plan(block, previousBase: base)
                size &+= (plan.bits &+ 7) >> 3
                base = plan.base
            },
            run: { blocks, value in
                size &+= 1 &+ UInt64(blocks).varintLength &+ (value &- base).zigzag.varintLength
                base = value
            })
        return size
    }

    static func append(_ numbers: [Int64], to bytes: inout [UInt8]) {
        var base: Int64 = 0
        walk(
            numbers,
            block: { block in
                let plan = plan(block, previousBase: base)
                append(block, plan, previousBase: base, to: &bytes)
                base = plan.base
            },
            run: { blocks, value in
                bytes.append(runMarker)
                bytes.append(varint: UInt64(blocks))
                bytes.append(signed: value &- base)
                base = value
            })
    }

    private static func plan(
        _ block: UnsafeBufferPointer<Int64>, previousBase: Int64
    ) -> BlockPlan {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: length) { room in
            var sorted = UnsafeMutableBufferPointer(rebasing: room[0..<block.count])
            _ = sorted.initialize(from: block)
            sorted.sort()
            return BlockPlan(sorted: UnsafeBufferPointer(sorted), previousBase: previousBase)
        }
    }

    private static func append(
        _ block: UnsafeBufferPointer<Int64>, _ plan: BlockPlan, previousBase: Int64,
        to bytes: inout [UInt8]
    ) {
        bytes.append(UInt8(plan.width) | (plan.exceptions > 0 ? exceptionFlag : 0))
        bytes.append(signed: plan.base &- previousBase)
        var low = BitWriter()
        for number in block {
            let distance = UInt64(bitPattern: number &- plan.base)
            low.append(distance & lowBits(plan.width), count: plan.width)
        }
        bytes += low.finish()
        guard plan.exceptions > 0 else { return }
        bytes.append(UInt8(plan.exceptions))
        for (index, number) in block.enumerated() {
            let high = high(number, plan.base, plan.width)
            if high != 0 {
                bytes.append(UInt8(index))
                bytes.append(signed: high)
            }
        }
    }
}
