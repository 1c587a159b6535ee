extension PackedBlocks {
    /// Reads `numbers.count` numbers.
    static func decode(
        _ cursor: inout ByteCursor, into numbers: UnsafeMutableBufferPointer<Int64>,
        _ scratch: borrowing ColumnScratch
    ) throws(ColumnDamage) {
        guard let target = numbers.baseAddress else { return }
        var base: Int64 = 0
        var done = 0
        while done < numbers.count {
            let start = cursor.position
            let first = try cursor.byte(of: "a block's width")
            if first == runMarker {
                let blocks = try cursor.varint(of: "a run's blocks")
                base &+= try cursor.signed(of: "a run's number")
                let left = numbers.count &- done
                guard blocks > 0, blocks <= UInt64((left &+ length &- 1) / length) else {
                    throw cursor.damage("a run of \(blocks) blocks for \(left) numbers", at: start)
                }
                let count = min(left, Int(blocks) &* length)
                (target + done).update(repeating: base, count: count)
                done &+= count
                continue
            }
            let width = Int(first & ~exceptionFlag)
            guard width <= 64 else { throw cursor.damage("a width of \(width) bits", at: start) }
            base &+= try cursor.signed(of: "a block's base")
            let count = min(length, numbers.count &- done)
            try unpack(&cursor, width, base, target + done, count, scratch)
            if first & exceptionFlag != 0 {
                try patch(&cursor, width, target + done, count)
            }
            done &+= count
        }
    }

    @inline(__always)
    private static func unpack(
        _ cursor: inout ByteCursor, _ width: Int, _ base: Int64,
        _ target: UnsafeMutablePointer<Int64>, _ count: Int, _ scratch: borrowing ColumnScratch
    ) throws(ColumnDamage) {
        if width == 0 {
            target.update(repeating: base, count: count)
            return
        }
        let size = (count &* width &+ 7) >> 3
        let start = cursor.position
        try cursor.skip(size, of: "a block")
        // Words are read whole: near the end, from a copy with room behind it.
        let source = scratch.readable(cursor.bytes, from: start, count: size)
        if width <= 57 {
            unpackShort(source, width, base, target, count)
        } else {
            var index = 0
            let mask = lowBits(width)
            while index < count {
                let low = allBits(source, from: index &* width) & mask
                target[index] = base &+ Int64(bitPattern: low)
                index &+= 1
            }
        }
    }

    /// - Parameter width: 1 to 57, so that a number lies within the word that begins at its first byte.
    @inline(__always)
    private static func unpackShort(
        _ source: UnsafeRawPointer, _ width: Int, _ base: Int64,
        _ target: UnsafeMutablePointer<Int64>, _ count: Int
    ) {
        let mask = ~(~0 &<< UInt64(truncatingIfNeeded: width)) as UInt64
        var index = 0
        var bit = 0
        while index < count {
            target[index] = base &+ Int64(bitPattern: bits(source, from: bit) & mask)
            bit &+= width
            index &+= 1
        }
    }

    private static func patch(
        _ cursor: inout ByteCursor, _ width: Int, _ target: UnsafeMutablePointer<Int64>,
        _ count: Int
    ) throws(ColumnDamage) {
        let exceptions = try cursor.byte(of: "a block's exceptions")
        guard width < 64, exceptions > 0, exceptions <= count else {
            throw cursor.damage(
                "\(exceptions) exceptions in a block of \(count) numbers of \(width) bits",
                at: cursor.position &- 1)
        }
        for _ in 0..<exceptions {
            let index = Int(try cursor.byte(of: "an exception's index"))
            guard index < count else {
                throw cursor.damage(
                    "exception \(index) in a block of \(count)", at: cursor.position &- 1)
            }
            target[index] &+= try cursor.signed(of: "an exception") &<< Int64(width)
        }
    }
}
