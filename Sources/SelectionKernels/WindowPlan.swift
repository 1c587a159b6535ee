/// Which ranks of the sample bound the windows of the wanted ranks.
///
/// A wanted rank r of n lies, in a sample of s, around (r + ½)·s/n − ½ with the standard deviation
/// √(s·q·(1 − q)), q = (r + ½)/n; each window reaches `deviations` of these to both sides.
/// Windows that touch become one.
struct WindowPlan {
    /// For each window, the sample ranks of its ends; −1 and `sampleSize` mean there is none.
    let lowRanks: UnsafeMutablePointer<Int>
    let highRanks: UnsafeMutablePointer<Int>
    let windows: UnsafeMutablePointer<Window>
    var windowCount = 0
    /// Wanted ranks that the windows serve: the first so many.
    var rankCount = 0
    /// Share of the sample that lies in the windows.
    var coverage = 0.0

    init(
        ranks: UnsafePointer<Int>, rankCount available: Int, count: Int, sampleSize: Int,
        nowhere: UnsafeMutablePointer<Double>, scratch: inout Scratch
    ) {
        lowRanks = scratch.takeInts(windowLimit)
        highRanks = scratch.takeInts(windowLimit)
        windows = scratch.takeWindows(windowLimit)
        // In long series a miss costs much and wide windows little.
        let deviations = count <= 8192 ? 2.0 : 3.0
        let size = Double(sampleSize)
        while rankCount < available {
            let share = (Double(ranks[rankCount]) + 0.5) / Double(count)
            let reach = deviations * (size * share * (1 - share)).squareRoot() + 1
            let centre = share * size - 0.5
            var low = Int((centre - reach).rounded(.down))
            var high = Int((centre + reach).rounded(.up))
            if low < 0 { low = -1 }
            if high > sampleSize { high = sampleSize }
            if windowCount > 0 && low <= highRanks[windowCount &- 1] &+ 1 {
                let current = windowCount &- 1
                if high > highRanks[current] { highRanks[current] = high }
                windows[current].lastRank = rankCount
            } else {
                if windowCount == windowLimit { break }
                lowRanks[windowCount] = low
                highRanks[windowCount] = high
                (windows + windowCount).initialize(
                    to: Window(
                        low: -.infinity, high: .infinity, firstRank: rankCount,
                        lastRank: rankCount, kept: nowhere, waiting: nowhere))
                windowCount &+= 1
            }
            rankCount &+= 1
        }
        var covered = 0
        var number = 0
        while number < windowCount {
            covered &+= highRanks[number] &- lowRanks[number]
            number &+= 1
        }
        coverage = Double(covered) / size
    }

    /// Sets the ends of the windows from the sample, which it may reorder.
    func placeWindows(
        _ sample: UnsafeMutablePointer<Double>, sampleSize: Int, scratch: Scratch, depth: Int
    ) {
        var scratch = scratch
        let wanted = scratch.takeInts(2 &* windowLimit)
        let ends = scratch.takeDoubles(2 &* windowLimit)
        var wantedCount = 0
        var number = 0
        while number < windowCount {
            if lowRanks[number] >= 0 {
                wanted[wantedCount] = lowRanks[number]
                wantedCount &+= 1
            }
            if highRanks[number] < sampleSize {
                wanted[wantedCount] = highRanks[number]
                wantedCount &+= 1
            }
            number &+= 1
        }
        select(
            sample, sampleSize, wanted, wantedCount, into: ends, scratch: scratch,
            depth: depth &+ 1)
        var position = 0
        number = 0
        while number < windowCount {
            if lowRanks[number] >= 0 {
                windows[number].low = ends[position]
                position &+= 1
            }
            if highRanks[number] < sampleSize {
                windows[number].high = ends[position]
                position &+= 1
            }
            number &+= 1
        }
    }

    /// Gives each window room for a third more values than the sample lets expect.
    func reserve(count: Int, sampleSize: Int, scratch: inout Scratch) {
        var number = 0
        while number < windowCount {
            let window = windows + number
            let room = windowRoom(position: number, count: count)
            let share = Double(highRanks[number] &- lowRanks[number]) / Double(sampleSize)
            let expected = Int(share * Double(count) * 1.3) &+ 2 &* room
            window.pointee.room = room
            window.pointee.capacity = expected < count &+ room ? expected : count &+ room
            window.pointee.kept = scratch.takeDoubles(window.pointee.capacity)
            if windowCount > 1 { window.pointee.waiting = scratch.takeDoubles(room) }
            number &+= 1
        }
    }
}
