internal import CIntrinsics

extension Window {
    /// A window without ends for the wanted rank at position `rank`.
    @inline(__always)
    init(lowSampleRank: Int, highSampleRank: Int, rank: Int, nowhere: UnsafeMutablePointer<Double>)
    {
        self.init(
            low: -.infinity, high: .infinity, lowSampleRank: lowSampleRank,
            highSampleRank: highSampleRank, firstRank: rank, lastRank: rank, kept: nowhere,
            keptCount: 0, capacity: 0, overflowed: false, inside: 0, above: 0, waiting: nowhere,
            waitingCount: 0, room: 0)
    }

    /// Number of values at most `low`, of `count` in the series.
    @inline(__always) func atMostLow(of count: Int) -> Int { count &- above }
}

/// Windows that one filter pass can serve; more wanted ranks take another pass.
@inline(__always) var windowLimit: Int { 8 }

/// Values filtered between two looks at the windows.
@inline(__always) var chunkLength: Int { 2048 }

/// Waiting values are sorted into their windows when there are this many.
@inline(__always) var flushLength: Int { 1024 }

/// Most values that one step can add to the window at `position`, in a series of `count`.
///
/// The first window gets at most one chunk on top of less than `flushLength` waiting values; each
/// further one at most all that waited in the one before, on top of the same.
@inline(__always)
func windowRoom(position: Int, count: Int) -> Int {
    let most = chunkLength &+ (position &+ 1) &* flushLength
    return most < count ? most : count
}
