/// Memory that a decoder works in, to be kept from column to column: 50 KB.
package struct ColumnScratch: ~Copyable {
    /// The most bytes that are copied to be read with room behind them.
    static let tailCapacity = 1280
    /// Bytes that word-wise reading may touch behind the last one it needs.
    static let overhang = 16
    /// The longest table of `StateTable`, as a power of two.
    static let tableLogLimit = 12

    private let memory: UnsafeMutableRawPointer
    /// Bases and bit counts, by state.
    var steps: UnsafeMutablePointer<UInt32> { memory.assumingMemoryBound(to: UInt32.self) }
    /// The bins' lower ends, by state.
    var lowers: UnsafeMutablePointer<Int64> {
        (memory + 4 << Self.tableLogLimit).assumingMemoryBound(to: Int64.self)
    }
    private var tail: UnsafeMutableRawPointer { memory + 12 << Self.tableLogLimit }

    package init() {
        let size = 12 << Self.tableLogLimit + Self.tailCapacity + Self.overhang
        memory = .allocate(byteCount: size, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    }

    deinit { memory.deallocate() }

    /// `count` bytes (at most `tailCapacity`) of `bytes` from `start` on, which lies within, and behind them
    /// `overhang` bytes that may be read as well: where `bytes` lie, or a copy near their end. What is
    /// behind the end reads as 0.
    @inline(__always)
    func readable(_ bytes: UnsafeRawBufferPointer, from start: Int, count: Int) -> UnsafeRawPointer
    {
        if start &+ count &+ Self.overhang <= bytes.count, let address = bytes.baseAddress {
            return address + start
        }
        return copied(bytes, from: start)
    }

    @inline(never)
    private func copied(_ bytes: UnsafeRawBufferPointer, from start: Int) -> UnsafeRawPointer {
        let size = Self.tailCapacity + Self.overhang
        let copied = min(size, bytes.count &- start)
        tail.copyMemory(from: bytes.baseAddress! + start, byteCount: copied)
        (tail + copied).initializeMemory(as: UInt8.self, repeating: 0, count: size &- copied)
        return UnsafeRawPointer(tail)
    }
}
