internal import CIntrinsics

/// Sorts in place by value; equal values keep their order.
///
/// - Parameter spare: room for `count` elements.
@inline(never)
func mergeSort(
    _ elements: UnsafeMutablePointer<WeightedValue>, _ count: Int,
    spare: UnsafeMutablePointer<WeightedValue>
) {
    let runLength = 8
    var start = 0
    while start < count {
        insertionSort(elements + start, start &+ runLength < count ? runLength : count &- start)
        start &+= runLength
    }
    var source = elements
    var target = spare
    var width = runLength
    while width < count {
        start = 0
        while start < count {
            let middle = start &+ width < count ? start &+ width : count
            let end = middle &+ width < count ? middle &+ width : count
            merge(source, start, middle, end, into: target)
            start = end
        }
        let sorted = target
        target = source
        source = sorted
        width &*= 2
    }
    if source != elements { elements.update(from: source, count: count) }
}

@inline(__always)
func insertionSort(_ elements: UnsafeMutablePointer<WeightedValue>, _ count: Int) {
    var index = 1
    while index < count {
        let element = elements[index]
        var hole = index
        while hole > 0 && elements[hole &- 1].value > element.value {
            elements[hole] = elements[hole &- 1]
            hole &-= 1
        }
        elements[hole] = element
        index &+= 1
    }
}

@inline(__always)
func merge(
    _ source: UnsafeMutablePointer<WeightedValue>, _ start: Int, _ middle: Int, _ end: Int,
    into target: UnsafeMutablePointer<WeightedValue>
) {
    var left = start
    var right = middle
    var index = start
    while left < middle && right < end {
        let takesRight = source[right].value < source[left].value
        target[index] = source[takesRight ? right : left]
        right &+= takesRight ? 1 : 0
        left &+= takesRight ? 0 : 1
        index &+= 1
    }
    while left < middle {
        target[index] = source[left]
        left &+= 1
        index &+= 1
    }
    while right < end {
        target[index] = source[right]
        right &+= 1
        index &+= 1
    }
}
