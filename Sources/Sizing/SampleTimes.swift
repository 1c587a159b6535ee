package import Measures

/// When a replica was sampled.
package struct SampleTimes: Sendable {
    /// Milliseconds since 1970, in the order the samples were taken.
    private var times = SharedColumn<Int64>()
    package private(set) var first: Timestamp?
    package private(set) var last: Timestamp?
    /// False after a clock was set back.
    private var isAscending = true

    package init() {}

    package var count: Int { times.count }
    package var isEmpty: Bool { count == 0 }

    /// - Parameter times: milliseconds since 1970.
    package mutating func append(_ times: ArraySlice<Int64>) {
        guard var start = times.first, var end = times.last else { return }
        let isInOrder = times.withUnsafeBufferPointer { times in
            var isInOrder = true
            for index in 1..<times.count {
                isInOrder = isInOrder && times[index - 1] <= times[index]
            }
            return isInOrder
        }
        if !isInOrder { (start, end) = (times.min() ?? start, times.max() ?? end) }
        isAscending =
            isAscending && isInOrder && (last.map { $0.rawValue <= start } ?? true)
        first = min(first ?? Timestamp(milliseconds: start), Timestamp(milliseconds: start))
        last = max(last ?? Timestamp(milliseconds: end), Timestamp(milliseconds: end))
        self.times.append(times)
    }

    /// Seconds between successive samples, by their labels.
    func steps() -> [Double] {
        var times = times.elements
        if !isAscending { times.sort() }
        var steps: [Double] = []
        steps.reserveCapacity(count)
        for index in times.indices.dropFirst() {
            steps.append((Double(times[index]) - Double(times[index - 1])) / 1000)
        }
        return steps
    }

    var places: SharedColumn<Int64>.Places { times.places }
}
