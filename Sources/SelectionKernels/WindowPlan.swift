internal import CIntrinsics

extension WindowPlan {
    /// Chooses which ranks of the sample bound the windows of the wanted ranks.
    ///
    /// A wanted rank r of n lies, in a sample of s, around (r + ½)·s/n − ½ with the standard deviation
    /// √(s·q·(1 − q)), q = (r + ½)/n; each window reaches `deviations` of these to both sides.
    /// Windows that touch become one.
    @inline(__always)
    init(
        ranks: UnsafePointer<Int>, rankCount available: Int, count: Int, sampleSize: Int,
        nowhere: UnsafeMutablePointer<Double>, scratch: inout Scratch
    ) {
        self.init(
            windows: scratch.takeWindows(windowLimit), windowCount: 0, rankCount: 0, coverage: 0)
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
            if windowCount > 0 && low <= windows[windowCount &- 1].highSampleRank &+ 1 {
                let current = windowCount &- 1
                if high > windows[current].highSampleRank {
                    windows[current].highSampleRank = high
                }
                windows[current].lastRank = rankCount
            } else {
                if windowCount == windowLimit { break }
                (windows + windowCount).initialize(
                    to: Window(
                        lowSampleRank: low, highSampleRank: high, rank: rankCount,
                        nowhere: nowhere))
                windowCount &+= 1
            }
            rankCount &+= 1
        }
        var covered = 0
        var number = 0
        while number < windowCount {
            covered &+= windows[number].highSampleRank &- windows[number].lowSampleRank
            number &+= 1
        }
        coverage = Double(covered) / size
    }

    /// Sets the ends of the windows from the sample, which it may reorder.
    @inline(__always)
    func placeWindows(
        _ sample: UnsafeMutablePointer<Double>, sampleSize: Int, scratch: Scratch, depth: Int
    ) {
        var scratch = scratch
        let wanted = scratch.takeInts(2 &* windowLimit)
        let ends = scratch.takeDoubles(2 &* windowLimit)
        var wantedCount = 0
        var number = 0
        while number < windowCount {
            if windows[number].lowSampleRank >= 0 {
                wanted[wantedCount] = windows[number].lowSampleRank
                wantedCount &+= 1
            }
            if windows[number].highSampleRank < sampleSize {
                wanted[wantedCount] = windows[number].highSampleRank
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
            if windows[number].lowSampleRank >= 0 {
                windows[number].low = ends[position]
                position &+= 1
            }
            if windows[number].highSampleRank < sampleSize {
                windows[number].high = ends[position]
                position &+= 1
            }
            number &+= 1
        }
    }

    /// Gives each window room for a third more values than the sample lets expect.
    @inline(__always)
    func reserve(count: Int, sampleSize: Int, scratch: inout Scratch) {
        var number = 0
        while number < windowCount {
            let window = windows + number
            let room = windowRoom(position: number, count: count)
            let share =
                Double(windows[number].highSampleRank &- windows[number].lowSampleRank)
                / Double(sampleSize)
            let expected = Int(share * Double(count) * 1.3) &+ 2 &* room
            window.pointee.room = room
            window.pointee.capacity = expected < count &+ room ? expected : count &+ room
            window.pointee.kept = scratch.takeDoubles(window.pointee.capacity)
            if windowCount > 1 { window.pointee.waiting = scratch.takeDoubles(room) }
            number &+= 1
        }
    }
}
