extension Array {
    /// The first index whose element is `true` for `isBehind`, of an array that is partitioned by it: false
    /// before, true from there on. Its count where none is.
    @inlinable
    package func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
