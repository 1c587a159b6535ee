// Sorting of the few values that selection leaves over. NaN must not occur.

/// Up to this many values are sorted rather than searched.
@inline(__always) var smallCount: Int { 128 }

/// Up to this many values are sorted where the windows would cover most of them.
@inline(__always) var mergeSortCount: Int { 4096 }

/// Sorts in place by insertion.
@inline(__always)
func insertionSort(_ values: UnsafeMutablePointer<Double>, _ count: Int) {
    var index = 1
    while index < count {
        let value = values[index]
        var hole = index
        while hole > 0 && values[hole &- 1] > value {
            values[hole] = values[hole &- 1]
            hole &-= 1
        }
        values[hole] = value
        index &+= 1
    }
}

@inline(__always)
func copy(
    _ source: UnsafePointer<Double>, _ count: Int, to target: UnsafeMutablePointer<Double>
) {
    target.update(from: source, count: count)
}

/// Sorts at most `smallCount` values in place.
@inline(__always)
func smallSort(_ values: UnsafeMutablePointer<Double>, _ count: Int, scratch: Scratch) {
    var scratch = scratch
    if count <= 12 {
        insertionSort(values, count)
    } else {
        #if arch(x86_64) && KERNELS_AVX512
            sortByNetwork(values, count)
        #else
            sortPadded(values, count, spare: scratch.takeDoubles(smallCount))
        #endif
    }
}

/// Sorts at most `smallCount` values in place, made up with +∞ to a power of two. `values` has room
/// for that many.
@inline(never)
func sortPadded(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, spare: UnsafeMutablePointer<Double>
) {
    var padded = 32
    while padded < count { padded &*= 2 }
    (values + count).update(repeating: .infinity, count: padded &- count)
    mergeSort(values, padded, spare: spare)
}
