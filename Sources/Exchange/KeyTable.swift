/// Numbers for byte strings, found by hashing the bytes where they lie: what a row says of its series and
/// metric, as it is spelled.
final class KeyTable {
    private struct Entry {
        var hash: UInt64
        var offset: Int
        var length: Int32
        var number: Int32
    }

    /// A power of two, at most half full; -1 where empty, else an index into `entries`.
    private var slots = [Int32](repeating: -1, count: 1024)
    private var entries: [Entry] = []
    private var spellings: [UInt8] = []

    /// - Returns: nil where it was never inserted.
    @inline(__always)
    func find(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        let hash = Self.hash(bytes)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
        while slots[slot] >= 0 {
            let entry = entries[Int(slots[slot])]
            if entry.hash == hash, Int(entry.length) == bytes.count, isSpelled(entry, bytes) {
                return entry.number
            }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return nil
    }

    private func isSpelled(_ entry: Entry, _ bytes: UnsafeRawBufferPointer) -> Bool {
        spellings.withUnsafeBytes { held in
            UnsafeRawBufferPointer(rebasing: held[entry.offset..<(entry.offset + bytes.count)])
                .elementsEqual(bytes)
        }
    }

    /// - Parameter bytes: not in the table.
    func insert(_ bytes: UnsafeRawBufferPointer, _ number: Int32) {
        entries.append(
            Entry(
                hash: Self.hash(bytes), offset: spellings.count, length: Int32(bytes.count),
                number: number))
        spellings.append(contentsOf: bytes)
        if entries.count * 2 > slots.count {
            slots = [Int32](repeating: -1, count: slots.count * 2)
            for index in entries.indices { place(index) }
        } else {
            place(entries.count - 1)
        }
    }

    private func place(_ index: Int) {
        var slot = Int(truncatingIfNeeded: entries[index].hash) & (slots.count - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(index)
    }

    @inline(__always)
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(bytes.count) ^ 0x9E37_79B9_7F4A_7C15
        var position = 0
        while position &+ 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            hash = Digest.fold(hash ^ word, 0xA076_1D64_78BD_642F)
            position &+= 8
        }
        var rest: UInt64 = 0
        while position < bytes.count {
            rest = rest << 8 | UInt64(bytes[position])
            position &+= 1
        }
        return Digest.fold(hash ^ rest, 0xE703_7ED1_A0B4_28DB)
    }
}
