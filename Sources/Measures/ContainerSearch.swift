/// Finds containers in a list that holds each once; fastest when asked in the order of the list.
package struct ContainerSearch: Sendable {
    /// Where the next container is expected.
    private var next = 0
    /// The places in the order of the container ids; made when one is not where it is expected.
    private var sorted: [Int] = []

    package init() {}

    /// - Parameter list: the same at each call.
    package mutating func place<Entry>(
        of container: ContainerID, in list: [Entry], by id: (borrowing Entry) -> ContainerID
    ) -> Int? {
        let isExpected = next < list.count && id(list[next]) == container
        guard let place = isExpected ? next : search(container, list, id) else { return nil }
        next = place + 1
        return place
    }

    private mutating func search<Entry>(
        _ container: ContainerID, _ list: [Entry], _ id: (borrowing Entry) -> ContainerID
    ) -> Int? {
        if sorted.count != list.count {
            sorted = list.indices.sorted { id(list[$0]).rawValue < id(list[$1]).rawValue }
        }
        let found = sorted.partitioningIndex { id(list[$0]).rawValue >= container.rawValue }
        return found < sorted.count && id(list[sorted[found]]) == container ? sorted[found] : nil
    }
}
