internal import Synchronization

/// Memory that statistics work in: kept from one series to the next, it grows to the largest need.
///
/// For quantiles that is at most about three times the size of the series plus 9 MB, of which normally
/// a tenth of the size of the series is touched, hence resident; for weighted quantiles eight times
/// the size of the values, normally an eighth of it touched.
///
/// The memory of a workspace that ends is kept for the next one, since fresh pages cost more than the work
/// that is done in them: a read of 10⁷ values takes twice as long with fresh ones.
package struct Workspace: ~Copyable {
    private var block: Block
    /// The ranks of the last series' length, which is usually also that of the next one.
    var plan = RankPlan()
    var plannedProbabilities: [Double] = []

    package init() {
        block = Self.spares.withLock { $0.popLast() } ?? Block(byteCount: 4096)
    }

    deinit {
        let block = block
        let isKept = Self.spares.withLock { spares in
            guard spares.count < Self.spareLimit else { return false }
            spares.append(block)
            return true
        }
        if !isKept { block.start.deallocate() }
    }

    /// At least `byteCount` bytes on a cache line, valid until the next call; what was in them before
    /// is lost.
    mutating func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if byteCount > block.byteCount {
            block.start.deallocate()
            block = Block(byteCount: byteCount)
        }
        return block.start
    }

    private struct Block: Sendable {
        nonisolated(unsafe) let start: UnsafeMutableRawPointer
        let byteCount: Int

        init(byteCount: Int) {
            start = .allocate(byteCount: byteCount, alignment: 64)
            self.byteCount = byteCount
        }
    }

    /// As many as threads usually work at once.
    private static let spareLimit = Threads.usableCPUCount
    private static let spares = Mutex<[Block]>([])
}
