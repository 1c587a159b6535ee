/// Memory that statistics work in: kept from one series to the next, it grows to the largest need.
///
/// For quantiles that is about three times the size of the series plus at most 8 MB, most of which
/// is never touched, hence never resident.
package struct Workspace: ~Copyable {
    private var block: UnsafeMutableRawPointer
    private var capacity: Int

    package init() {
        capacity = 4096
        block = .allocate(byteCount: capacity, alignment: Self.alignment)
    }

    deinit { block.deallocate() }

    /// At least `byteCount` bytes on a cache line, valid until the next call; what was in them before
    /// is lost.
    mutating func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if byteCount > capacity {
            block.deallocate()
            block = .allocate(byteCount: byteCount, alignment: Self.alignment)
            capacity = byteCount
        }
        return block
    }

    private static let alignment = 64
}
