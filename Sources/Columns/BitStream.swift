/// Writes numbers of 0 to 64 bits, lowest bit first.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var waiting: UInt64 = 0
    private var waitingCount = 0

    /// - Parameter value: below 2^`count`.
    @inline(__always)
    mutating func append(_ value: UInt64, count: Int) {
        if count > 32 {
            appendShort(value & 0xffff_ffff, count: 32)
            appendShort(value >> 32, count: count &- 32)
        } else {
            appendShort(value, count: count)
        }
    }

    @inline(__always)
    private mutating func appendShort(_ value: UInt64, count: Int) {
        waiting |= value &<< UInt64(truncatingIfNeeded: waitingCount)
        waitingCount &+= count
        while waitingCount >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: waiting))
            waiting &>>= 8
            waitingCount &-= 8
        }
    }

    /// Fills the last byte with zeros.
    mutating func finish() -> [UInt8] {
        if waitingCount > 0 { bytes.append(UInt8(truncatingIfNeeded: waiting)) }
        waiting = 0
        waitingCount = 0
        return bytes
    }
}

/// Reads what `BitWriter` wrote, each number checked: for headers, not for streams of values.
struct BitCursor {
    private let bytes: UnsafeRawBufferPointer
    /// From the start of the bytes.
    private(set) var bit: Int

    init(_ cursor: ByteCursor) {
        bytes = cursor.bytes
        bit = cursor.position &* 8
    }

    /// The first byte that nothing was read from.
    var position: Int { (bit &+ 7) >> 3 }

    mutating func read(_ count: Int, of what: StaticString) throws(ColumnDamage) -> UInt64 {
        guard bit &+ count <= bytes.count &* 8 else {
            throw ColumnDamage(byte: bit >> 3, what: "the bytes end before \(what)")
        }
        var value: UInt64 = 0
        var done = 0
        while done < count {
            let taken = min(8 &- (bit & 7), count &- done)
            let bits = UInt64(bytes[bit >> 3]) >> UInt64(bit & 7) & (1 << UInt64(taken) &- 1)
            value |= bits << UInt64(done)
            done &+= taken
            bit &+= taken
        }
        return value
    }
}

/// The bits of a stream from `bit` on, at least 57 of them. Up to 8 bytes from there are read.
@inline(__always)
func bits(_ stream: UnsafeRawPointer, from bit: Int) -> UInt64 {
    let word = (stream + (bit &>> 3)).loadUnaligned(as: UInt64.self)
    return UInt64(littleEndian: word) &>> UInt64(truncatingIfNeeded: bit & 7)
}

/// The bits of a stream from `bit` on, 64 of them. Up to 9 bytes from there are read.
@inline(__always)
func allBits(_ stream: UnsafeRawPointer, from bit: Int) -> UInt64 {
    let next = UInt64((stream + (bit &>> 3 &+ 8)).load(as: UInt8.self)) &<< 1
    return bits(stream, from: bit) | next &<< UInt64(truncatingIfNeeded: 63 &- (bit & 7))
}

/// The lowest `count` bits set, for 0 to 64.
@inline(__always)
func lowBits(_ count: Int) -> UInt64 {
    count >= 64 ? ~0 : ~(~0 &<< UInt64(truncatingIfNeeded: count))
}
