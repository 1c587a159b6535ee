package import CIntrinsics

// The entry of the kernels. Not inlinable: its code must run only on CPUs that have the
// instructions it was compiled for.

/// Finds order statistics and totals of a series in one read, rarely two or three.
///
/// - Parameters:
///   - values: the series; not modified.
///   - count: its length, at least 1.
///   - ranks: the wanted order statistics, ascending and distinct, from 0 to `count` − 1.
///   - threshold: values above it are counted; NaN for none.
///   - next: the series that will be summarized next, which is brought into the cache meanwhile; nil if
///     it is not known.
///   - scratch: `scratchBytes` of memory, on a cache line.
///   - result: receives the order statistics in the order of `ranks`; all NaN if a value is NaN.
@inline(never)
package func summarize(
    _ values: UnsafePointer<Double>, count: Int, ranks: UnsafePointer<Int>, rankCount: Int,
    threshold: Double, next: UnsafePointer<Double>?, scratch: UnsafeMutableRawPointer,
    into result: UnsafeMutablePointer<Double>
) -> SeriesTotals {
    var progress = Progress(threshold: threshold)
    // A long series would only drive the next one out of the cache again.
    if let next, count <= 65_536 { progress.moments.ahead = next - values }
    if count <= smallCount {
        measureSmall(values, count, &progress)
        if !progress.containsNaN {
            sortSmall(values, count, ranks, rankCount, into: result, scratch: scratch)
        }
    } else if rankCount == 0 {
        measure(values, count, &progress)
    } else {
        var done = 0
        let buckets = count <= bucketedCount
        if buckets {
            progress.moments.shift = meanOfSome(values, count)
            measure(values, count, &progress)
            if !progress.containsNaN {
                let reads = selectByBuckets(
                    values, count, ranks, rankCount, progress.moments, into: result,
                    scratch: scratch)
                if reads >= 0 {
                    done = rankCount
                    progress.furtherReads = reads
                }
            }
        }
        if done == 0 && !progress.containsNaN {
            done = selectSome(
                values, count, ranks, rankCount, into: result, scratch: scratch, depth: 0,
                measuring: !buckets, &progress)
        }
        while done < rankCount && !progress.containsNaN {
            done &+= selectSome(
                values, count, ranks + done, rankCount &- done, into: result + done,
                scratch: scratch, depth: 0, measuring: false, &progress)
            progress.furtherReads &+= 1
        }
    }

    if progress.containsNaN {
        var position = 0
        while position < rankCount {
            result[position] = .nan
            position &+= 1
        }
        return progress.moments.totalsWithNaN()
    }
    var totals = progress.moments.totals(count: count)
    totals.furtherReads = progress.furtherReads
    totals.fellBack = progress.fellBack
    return totals
}

/// Scratch memory that `summarize` needs, in bytes: about three times the series, of which it
/// touches a tenth, and more only where ranks fall outside their windows.
package func scratchBytes(count: Int, rankCount: Int) -> Int {
    let overhang = scratchOverhang
    var doubles = 2 &* (smallCount &+ overhang)
    if count <= bucketedCount { doubles &+= bucketScratch(count: count) }
    if count > smallCount {
        // A copy of the series, and what radix selection in it needs.
        doubles &+= count &+ overhang
        doubles &+= count <= mergeSortCount ? count &+ overhang : radixScratch &+ mergeSortCount
    }
    // Two chunks widened, and one of keys.
    doubles &+= 3 &* (chunkLength &+ overhang)
    var length = count
    var depth = 0
    while length > smallCount && depth <= depthLimit {
        doubles &+= sampleSize(for: length) &+ overhang
        doubles &+= Int(Double(length) * coverageLimit * 1.3)
        var position = 0
        while position < windowLimit {
            doubles &+= 3 &* (windowRoom(position: position, count: length) &+ overhang)
            position &+= 1
        }
        // Lists of ranks and of windows.
        doubles &+= 5 &* (rankCount &+ overhang) &+ 8 &* (2 &* windowLimit &+ overhang)
        doubles &+= windowLimit &* MemoryLayout<Window>.stride / 8 &+ overhang
        // A nested selection gets at most half of the values.
        length /= 2
        depth &+= 1
    }
    return doubles &* 8
}

/// The mean of sixteen values spread over a series of more than that, or 0 where it is not finite: near
/// enough to the mean of all to subtract it before squaring.
@inline(__always)
func meanOfSome(_ values: UnsafePointer<Double>, _ count: Int) -> Double {
    var sum = 0.0
    let step = count / 16
    var index = step / 2
    var number = 0
    while number < 16 {
        sum += values[index]
        index &+= step
        number &+= 1
    }
    return sum.isFinite ? sum / 16 : 0
}

/// The moments of a series of at most `smallCount` values, in two reads.
func measureSmall(
    _ values: UnsafePointer<Double>, _ count: Int, _ progress: inout Progress
) {
    progress.moments.shift = meanOrZero(values, count)
    var index = 0
    while index < count {
        progress.moments.add(values[index])
        index &+= 1
    }
    progress.containsNaN = progress.moments.sum.isNaN && containsNaN(values, count)
}
