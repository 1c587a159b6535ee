/// Memory that statistics work in: kept from one series to the next, it grows to the largest need.
///
/// For quantiles that is at most about three times the size of the series plus 9 MB, of which normally
/// a tenth of the size of the series is touched, hence resident; for weighted quantiles eight times
/// the size of the values, normally an eighth of it touched.
package struct Workspace: ~Copyable {
    private var block: UnsafeMutableRawPointer
    private var capacity: Int
    /// The ranks of the last series' length, which is usually also that of the next one.
    var plan = RankPlan()
    var plannedProbabilities: [Double] = []

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
