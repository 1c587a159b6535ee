package import Measures

/// What the store knows of some series within a span of time: the ticks, and for every incarnation the
/// columns that were asked for.
package struct History: Sendable {
    /// In the order they were taken.
    package var ticks: [TickHeader] = []
    package var incarnations: [IncarnationHistory] = []

    package struct TickHeader: Hashable, Sendable {
        package var time: Timestamp
        /// Equal for ticks of one boot; the number itself means nothing.
        package var boot: Int64
        package var uptimeMilliseconds: Int64
        package var host: HostCapacity
    }
}

/// One incarnation's columns, in the order the ticks were taken.
package struct IncarnationHistory: Sendable {
    package var incarnation: Incarnation
    /// Indices into `History.ticks`, ascending: the ticks that saw this incarnation.
    package var rows: [Int32] = []
    /// One entry a metric asked for that has any value; each as long as `rows`.
    package var columns: [Metric: [Int64?]] = [:]

    package init(incarnation: Incarnation) { self.incarnation = incarnation }

    /// As many as `rows`; all nil where the metric was never seen.
    package subscript(metric: Metric) -> [Int64?] {
        columns[metric] ?? [Int64?](repeating: nil, count: rows.count)
    }
}

/// The span that a store covers.
package struct StoreExtent: Hashable, Sendable {
    /// The earliest and the latest label of any tick.
    package var first: Timestamp
    package var last: Timestamp
    package var ticks: Int
}
