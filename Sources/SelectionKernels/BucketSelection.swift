internal import CIntrinsics

// Selection in series of moderate length, where a sample would be either too small to tell much or too
// large to be worth its sorting: every value is put into one of some hundred buckets.

/// Series of at most this many values are selected from by buckets. At most 65,535: buckets count in 16 bits.
@inline(__always) var bucketedCount: Int { 12_288 }

/// Most wanted ranks that buckets are made for.
@inline(__always) private var bucketedRankLimit: Int { 16 }

/// Up to this many values of target buckets are sorted; more are selected from.
@inline(__always) private var sortedGatheredCount: Int { 512 }

/// Scratch memory of `selectByBuckets` beyond that of what it calls, in doubles.
@inline(__always) func bucketScratch(count: Int) -> Int {
    count / 4 &+ valueBucketCount &+ sortedGatheredCount &+ count &+ 12 &* scratchOverhang
        &+ 16 &* bucketedRankLimit
}

/// Finds the order statistics `ranks` of a series whose moments are known and which has no NaN.
///
/// The series is read once for the buckets of its values; where buckets are crowded, once for how often a value
/// of them is repeated; and once to gather the values of all buckets that hold wanted ranks.
///
/// - Returns: further reads of the series; −1 if this is no way for it, and then nothing was written.
@inline(never)
func selectByBuckets(
    _ values: UnsafePointer<Double>, _ count: Int, _ ranks: UnsafePointer<Int>, _ rankCount: Int,
    _ moments: Moments, into result: UnsafeMutablePointer<Double>, scratch: Scratch
) -> Int {
    if moments.minimum == moments.maximum {
        result.update(repeating: moments.minimum, count: rankCount)
        return 0
    }
    let map = BucketMap(
        least: moments.minimum, greatest: moments.maximum,
        mean: moments.shift + moments.sum / Double(count))
    guard rankCount <= bucketedRankLimit, map.isUsable else { return -1 }
    var scratch = scratch
    let buckets = scratch.takeBytes(2 &* (count &+ 64)).assumingMemoryBound(to: UInt16.self)
    map.write(values, count, to: buckets, scratch: scratch)
    let tallies = scratch.takeInts(valueBucketCount)
    tallies.update(repeating: 0, count: valueBucketCount)
    tally(buckets, count, into: tallies)

    let targets = scratch.takeBytes(MemoryLayout<TargetBucket>.stride &* bucketedRankLimit)
        .assumingMemoryBound(to: TargetBucket.self)
    let targetCount = findTargets(ranks, rankCount, tallies: tallies, into: targets)
    var reads = 1
    if fillsCrowded(targets, targetCount) {
        countRepetitions(values, count, buckets, targets, targetCount, least: moments.minimum)
        reads &+= 1
    }
    return reads
        &+ selectFromTargets(
            values, count, buckets, targets, targetCount, ranks, rankCount, into: result,
            scratch: scratch)
}

/// The distinct buckets that the ranks fall into, ascending; returns how many.
@inline(__always)
private func findTargets(
    _ ranks: UnsafePointer<Int>, _ rankCount: Int, tallies: UnsafePointer<Int>,
    into targets: UnsafeMutablePointer<TargetBucket>
) -> Int {
    var bucket = 0
    var below = 0
    var through = total(ofTally: tallies[0])
    var targetCount = 0
    var position = 0
    while position < rankCount {
        // Eight buckets at a time: their four counters each add up without running over.
        while bucket &+ 8 < valueBucketCount {
            let next = tallies + (bucket &+ 1)
            let eight =
                (next[0] &+ next[1] &+ next[2] &+ next[3])
                &+ (next[4] &+ next[5] &+ next[6] &+ next[7])
            let reached = through &+ total(ofTally: eight)
            if ranks[position] < reached { break }
            bucket &+= 8
            below = reached &- total(ofTally: tallies[bucket])
            through = reached
        }
        while ranks[position] >= through {
            below = through
            bucket &+= 1
            through &+= total(ofTally: tallies[bucket])
        }
        (targets + targetCount).initialize(
            to: TargetBucket(
                number: bucket, below: below, inside: through &- below, value: 0, repetitions: 0))
        targetCount &+= 1
        while position < rankCount && ranks[position] < through { position &+= 1 }
    }
    return targetCount
}

@inline(__always)
private func fillsCrowded(_ targets: UnsafePointer<TargetBucket>, _ targetCount: Int) -> Bool {
    var most = 0
    var target = 0
    while target < targetCount {
        if targets[target].inside > most { most = targets[target].inside }
        target &+= 1
    }
    return most > smallCount
}

/// Finds out, in one read, how often the first value of each crowded target occurs: often that is all that is
/// wanted of it. Only of the first four crowded ones, and only where it is known how many values are less.
@inline(never)
func countRepetitions(
    _ values: UnsafePointer<Double>, _ count: Int, _ buckets: UnsafePointer<UInt16>,
    _ targets: UnsafeMutablePointer<TargetBucket>, _ targetCount: Int, least: Double
) {
    var sought = SIMD4<Double>(repeating: .nan)
    var crowded = 0
    var target = 0
    while target < targetCount && crowded < 4 {
        if targets[target].inside > smallCount {
            sought[crowded] = values[firstPlace(of: targets[target].number, in: buckets)]
            crowded &+= 1
        }
        target &+= 1
    }
    let equal = countEqual(values, count, to: sought, crowded)
    crowded = 0
    target = 0
    while target < targetCount && crowded < 4 {
        if targets[target].inside > smallCount {
            let repetitions = Int(equal[crowded])
            if repetitions == targets[target].inside || sought[crowded] == least {
                // None in the bucket is less, so the values below the bucket are all that are.
                targets[target].value = sought[crowded]
                targets[target].repetitions = repetitions
            }
            crowded &+= 1
        }
        target &+= 1
    }
}

/// - Returns: further reads of the series.
@inline(never)
func selectFromTargets(
    _ values: UnsafePointer<Double>, _ count: Int, _ buckets: UnsafePointer<UInt16>,
    _ targets: UnsafePointer<TargetBucket>, _ targetCount: Int,
    _ ranks: UnsafePointer<Int>, _ rankCount: Int,
    into result: UnsafeMutablePointer<Double>, scratch: Scratch
) -> Int {
    var scratch = scratch
    // What is not known already: the targets to gather, and the wanted ranks among their values.
    let numbers = scratch.takeInts(bucketedRankLimit)
    let insides = scratch.takeInts(bucketedRankLimit)
    let wanted = scratch.takeInts(rankCount)
    let positions = scratch.takeInts(rankCount)
    let found = scratch.takeDoubles(rankCount)
    var numberCount = 0
    var wantedCount = 0
    var gatheredCount = 0
    var target = 0
    var position = 0
    while target < targetCount {
        let here = targets[target]
        var isKnown = true
        while position < rankCount && ranks[position] < here.below &+ here.inside {
            let rank = ranks[position]
            if rank < here.below &+ here.repetitions {
                result[position] = here.value
            } else {
                isKnown = false
                wanted[wantedCount] = rank &- here.below &+ gatheredCount
                positions[wantedCount] = position
                wantedCount &+= 1
            }
            position &+= 1
        }
        if !isKnown {
            numbers[numberCount] = here.number
            insides[numberCount] = here.inside
            numberCount &+= 1
            gatheredCount &+= here.inside
        }
        target &+= 1
    }
    if wantedCount == 0 { return 0 }

    let gathered = scratch.takeDoubles(
        (gatheredCount > smallCount ? gatheredCount : smallCount) &+ 32)
    gather(values, count, buckets, numbers, numberCount, into: gathered)
    if gatheredCount > smallCount
        && takeRepeated(
            values, buckets, numbers, insides, numberCount, gathered, gatheredCount, wanted,
            positions, wantedCount, into: result)
    {
        return 1
    }
    if gatheredCount <= sortedGatheredCount {
        if gatheredCount <= smallCount {
            smallSort(gathered, gatheredCount, scratch: scratch)
        } else {
            mergeSort(gathered, gatheredCount, spare: scratch.takeDoubles(gatheredCount))
        }
        position = 0
        while position < wantedCount {
            result[positions[position]] = gathered[wanted[position]]
            position &+= 1
        }
    } else {
        select(
            gathered, gatheredCount, wanted, wantedCount, into: found, scratch: scratch, depth: 0)
        position = 0
        while position < wantedCount {
            result[positions[position]] = found[position]
            position &+= 1
        }
    }
    return 1
}

/// Finds the wanted ranks without sorting where each target holds but one value, many times.
///
/// - Returns: whether it is so.
@inline(never)
func takeRepeated(
    _ values: UnsafePointer<Double>, _ buckets: UnsafePointer<UInt16>,
    _ numbers: UnsafePointer<Int>, _ insides: UnsafePointer<Int>, _ numberCount: Int,
    _ gathered: UnsafePointer<Double>, _ gatheredCount: Int, _ wanted: UnsafePointer<Int>,
    _ positions: UnsafePointer<Int>, _ wantedCount: Int,
    into result: UnsafeMutablePointer<Double>
) -> Bool {
    var through = 0
    var position = 0
    var target = 0
    while target < numberCount {
        let value = values[firstPlace(of: numbers[target], in: buckets)]
        if Int(countEqual(gathered, gatheredCount, to: value)[0]) != insides[target] {
            return false
        }
        through &+= insides[target]
        while position < wantedCount && wanted[position] < through {
            result[positions[position]] = value
            position &+= 1
        }
        target &+= 1
    }
    return true
}

/// Counts the buckets in four counters of 16 bits each, in turn, so that many equal values do not wait for
/// each other.
@inline(never)
func tally(
    _ buckets: UnsafePointer<UInt16>, _ count: Int, into tallies: UnsafeMutablePointer<Int>
) {
    let counters = UnsafeMutableRawPointer(tallies).assumingMemoryBound(to: UInt16.self)
    var index = 0
    while index &+ 4 <= count {
        let four = UnsafeRawPointer(buckets + index).loadUnaligned(as: UInt64.self)
        counters[4 &* Int(four & 0xFFFF)] &+= 1
        counters[4 &* Int((four &>> 16) & 0xFFFF) &+ 1] &+= 1
        counters[4 &* Int((four &>> 32) & 0xFFFF) &+ 2] &+= 1
        counters[4 &* Int(four &>> 48) &+ 3] &+= 1
        index &+= 4
    }
    while index < count {
        counters[4 &* Int(buckets[index])] &+= 1
        index &+= 1
    }
}

/// The sum of a bucket's four counters.
@inline(__always)
func total(ofTally tally: Int) -> Int {
    let sums = UInt64(bitPattern: Int64(tally)) &* 0x0001_0001_0001_0001
    return Int(sums &>> 48)
}
