internal import Synchronization
internal import Threading

/// Memory that statistics work in: kept from one series to the next, it grows to the largest need.
///
/// For quantiles that is at most about three times the size of the series (six times where its values have 32
/// bits) plus 9 MB, of which normally a tenth of the size of the series is touched, hence resident; for weighted
/// quantiles eight times the size of the values, normally an eighth of it touched.
///
/// The memory of a workspace that ends is kept for the next one, since fresh pages cost more than the work
/// that is done in them: a read of 10⁷ values takes twice as long with fresh ones.
package struct Workspace: ~Copyable {
    private var block: Block
    /// The ranks of the last series' length, which is usually also that of the next one.
    var plan = RankPlan()
    var plannedProbabilities: [Double] = []

    package init() { block = Spares.shared.take() ?? Block(byteCount: 4096) }

    deinit {
        if !Spares.shared.keep(block) { block.deallocate() }
    }

    /// At least `byteCount` bytes on a cache line, valid until the next call; what was in them before
    /// is lost.
    mutating func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if byteCount > block.byteCount {
            block.deallocate()
            block = Block(byteCount: byteCount)
        }
        return block.start
    }
}

/// Memory that knows its size, from a cache line before it, so that one word tells of it.
private struct Block {
    let start: UnsafeMutableRawPointer

    private static let headerBytes = 64

    init(byteCount: Int) {
        let header = UnsafeMutableRawPointer.allocate(
            byteCount: Self.headerBytes + byteCount, alignment: 64)
        header.storeBytes(of: byteCount, as: Int.self)
        start = header + Self.headerBytes
    }

    init(_ start: UnsafeMutableRawPointer) { self.start = start }

    var byteCount: Int { (start - Self.headerBytes).load(as: Int.self) }

    func deallocate() { (start - Self.headerBytes).deallocate() }
}

/// Blocks that nobody uses, as many as threads usually work at once. Each place is taken and filled by one atomic
/// exchange: there is no lock to wait for, and none that a sanitizer cannot see.
private final class Spares: Sendable {
    static let shared = Spares()

    private nonisolated(unsafe) let places: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>
    private let placeCount = Threads.usableCPUCount

    private init() {
        places = .allocate(capacity: placeCount)
        for index in 0..<placeCount { (places + index).initialize(to: Atomic(nil)) }
    }

    func take() -> Block? {
        for index in 0..<placeCount {
            if let start = places[index].exchange(nil, ordering: .acquiring) { return Block(start) }
        }
        return nil
    }

    /// - Returns: whether there was a place for it.
    func keep(_ block: Block) -> Bool {
        for index in 0..<placeCount
        where places[index].compareExchange(
            expected: nil, desired: block.start, ordering: .releasing
        ).exchanged {
            return true
        }
        return false
    }
}
