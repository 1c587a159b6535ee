/// A range of values in which some of the wanted ranks are expected, and what the filter pass found
/// about it.
///
/// The range excludes both its ends, so that a value which fills much of the series, and therefore
/// is an end of some window, is never copied: how often it occurs is found by counting.
struct Window {
    /// Excluded ends. `low` is −∞ and `high` +∞ where the sample gave none.
    var low: Double
    var high: Double
    /// Positions in the list of wanted ranks: those expected in this window.
    var firstRank: Int
    var lastRank: Int

    /// The values in the window.
    var kept: UnsafeMutablePointer<Double>
    var keptCount = 0
    var capacity = 0
    /// More values were in the window than `kept` can hold; `inside` still counts all of them.
    var overflowed = false
    /// Number of values in the window.
    var inside = 0
    /// Number of values greater than `low`.
    var above = 0

    /// With several windows: values greater than `low` that the pass has still to sort into this
    /// window and the ones after it.
    var waiting: UnsafeMutablePointer<Double>
    var waitingCount = 0
    /// Most values that one step of the pass can add to `waiting` or to `kept`.
    var room = 0

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
