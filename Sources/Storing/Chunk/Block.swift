import Measures

/// Many ticks turned into columns: one column for each of the ticks' own fields, then for every
/// incarnation the rows it was seen in and one column a metric.
struct Block: Equatable {
    var ticks: [TickHeader] = []
    var incarnations: [Entry] = []

    /// A tick without its samples.
    struct TickHeader: Equatable {
        var time: Timestamp
        var boot: Int64
        var uptimeMilliseconds: Int64
        var host: HostCapacity
    }

    struct Entry: Equatable {
        var incarnation: Int64
        /// Indices into `ticks`, ascending.
        var rows: [Int32]
        /// In the order of the metrics' wire numbers.
        var columns: [MetricColumn]
    }

    struct MetricColumn: Equatable {
        var metric: Metric
        /// Indices into the entry's `rows`, ascending: where the metric has a value.
        var present: [Int32]
        /// As many as `present`.
        var values: [Int64]
    }
}

extension Block {
    init(_ ticks: [(header: TickHeader, samples: [TickRow.Sample])]) {
        self.ticks = ticks.map(\.header)
        var position: [Int64: Int] = [:]
        for (row, tick) in ticks.enumerated() {
            for sample in tick.samples {
                let entry = position[sample.incarnation] ?? incarnations.count
                if entry == incarnations.count {
                    position[sample.incarnation] = entry
                    incarnations.append(
                        Entry(incarnation: sample.incarnation, rows: [], columns: []))
                }
                incarnations[entry].append(sample.values, at: Int32(row))
            }
        }
        for entry in incarnations.indices {
            incarnations[entry].columns.sort { $0.metric.rawValue < $1.metric.rawValue }
        }
    }
}

extension Block.Entry {
    fileprivate mutating func append(_ values: MetricValues, at row: Int32) {
        // The same incarnation twice in one tick would be a sampler's fault; the first reading stays.
        guard rows.last != row else { return }
        let index = Int32(rows.count)
        rows.append(row)
        values.forEachPresent { metric, value in
            if let column = columns.firstIndex(where: { $0.metric == metric }) {
                columns[column].present.append(index)
                columns[column].values.append(value)
            } else {
                columns.append(
                    Block.MetricColumn(metric: metric, present: [index], values: [value]))
            }
        }
    }
}
