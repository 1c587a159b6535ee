package import Measures

/// What a look at everything in a store found.
package struct Verification: Sendable {
    package var damages: [StoreDamage] = []
    /// Counters that began anew within one incarnation and boot: no damage, since whoever counts may start
    /// again, and no gain is reckoned across.
    package var baselines: [CounterBaseline] = []
    /// How often the label of a tick is before that of the tick before it: the clock was set back.
    package var clockSteps = 0
    /// How often the uptime did not grow within a boot: ticks taken twice or by two samplers at once.
    package var uptimeSteps = 0
    package var ticks = 0
    package var spans = 0
    package var blocks = 0
    package var values = 0
    package var rollups = 0
}

/// Bytes that cannot be what was written.
package struct StoreDamage: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        /// SQLite's own structure, or a name table.
        case file
        case setting(String)
        case incarnation(Int64)
        /// A sample of the hot tail, by its sequence number.
        case tick(Int64)
        case span(Int64)
        /// The block of a span that begins with an incarnation.
        case block(span: Int64, first: Int64)
        /// A metric of a block.
        case column(span: Int64, first: Int64, Metric)
        case rollup(day: Int64, part: Int64)
    }

    package var place: Place
    package var what: String
    /// Labels of the ticks that are hit, where they are known.
    package var times: ClosedRange<Timestamp>?
    /// Whose samples are hit, where that is known.
    package var series: [SeriesIdentity] = []
    /// Whether samples cannot be read any more: otherwise only what is beside them is wrong.
    package var losesSamples = true
}

extension StoreDamage: CustomStringConvertible {
    /// One line: where, what, of whom, when.
    package var description: String {
        var text = "\(place): \(what)"
        if !series.isEmpty {
            let names = Set(series.map(\.text)).sorted()
            text += "; of \(names.prefix(5).joined(separator: ", "))"
            if names.count > 5 { text += " and \(names.count - 5) more" }
        }
        if let times {
            text += "; \(times.lowerBound.iso8601)"
            if times.lowerBound != times.upperBound { text += " to \(times.upperBound.iso8601)" }
        }
        return text
    }
}

extension StoreDamage.Place: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file: "the file"
        case .setting(let name): "setting \(name)"
        case .incarnation(let id): "container \(id)"
        case .tick(let sequence): "sample \(sequence)"
        case .span(let id): "span \(id)"
        case .block(let span, let first): "block \(first) of span \(span)"
        case .column(let span, let first, let metric):
            "\(metric.name) in block \(first) of span \(span)"
        case .rollup(let day, let part):
            "part \(part) of the rollups of "
                + Timestamp(milliseconds: day &* RollupBuilder.dayMilliseconds).iso8601.prefix(10)
        }
    }
}

/// A counter that began anew.
package struct CounterBaseline: Hashable, Sendable {
    package var series: SeriesIdentity
    package var metric: Metric
    package var count: Int
    /// The label of the first tick that had less than the one before.
    package var first: Timestamp
}

extension SeriesIdentity {
    /// For people: project, service and number.
    package var text: String { instance.isEmpty ? "\(service)" : "\(service) \(instance)" }
}

extension SampleStore {
    /// Decodes everything there is, and checks every checksum and everything that must agree.
    /// - Throws: `busy`, `notAccessible`; what is damaged is part of the result.
    package func verify() throws(StoreError) -> Verification {
        try database.snapshot(while: "verifying") { () throws(StoreError) in
            let inspector = StoreInspector(self)
            try inspector.run { _ in }
            return inspector.verification
        }
    }
}
