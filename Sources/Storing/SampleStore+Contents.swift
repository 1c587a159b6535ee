package import Measures

extension SampleStore {
    /// Those that any series which `isWanted` has in spans or rows that reach into `window`, in the order
    /// of their wire numbers.
    package func metrics(
        in window: ClosedRange<Timestamp>, where isWanted: (SeriesIdentity) -> Bool
    ) throws(StoreError) -> [Metric] {
        try database.transaction(.deferred, while: "reading history") {
            () throws(StoreError) in
            let wanted = try wantedIncarnations(isWanted)
            var found: Set<Metric> = []
            let range = (wanted.keys.min() ?? .max)...(wanted.keys.max() ?? .max)
            try forEachSpan(in: window) { (span) throws(StoreError) in
                try forEachBlock(of: span, overlapping: range) { block in
                    for metric in block.metrics where !found.contains(metric) {
                        let isThere = block.members.ids.indices.contains {
                            wanted[block.members.ids[$0]] != nil && block.has(metric, $0)
                        }
                        if isThere { found.insert(metric) }
                    }
                }
                return found.count < Metric.allCases.count
            }
            for group in try groupsOfRows() {
                try forEachRow(of: group, try keyTick(group.lowerBound)) { header, samples in
                    guard window.contains(header.time) else { return }
                    for sample in samples where wanted[sample.incarnation] != nil {
                        sample.values.forEachPresent { metric, _ in found.insert(metric) }
                    }
                }
            }
            return found.sorted { $0.rawValue < $1.rawValue }
        }
    }

    /// All runs of containers of series that `isWanted`, in the order they were first seen.
    package func incarnations(
        where isWanted: (SeriesIdentity) -> Bool
    ) throws(StoreError) -> [Incarnation] {
        try wantedIncarnations(isWanted).sorted { $0.key < $1.key }.map(\.value)
    }
}
