package import Measures
package import Storing

/// Writes what a store knows as text, a piece at a time.
package struct Export {
    package enum Format: Sendable {
        /// A row for each value.
        case csv
        /// A row for each series and tick, a column for each metric.
        case wide
        case openMetrics
    }

    /// What of the store is meant.
    package struct Scope {
        package var window: ClosedRange<Timestamp>
        package var isWanted: (SeriesIdentity) -> Bool
        package var metrics: Set<Metric>

        package init(
            window: ClosedRange<Timestamp>, metrics: Set<Metric>,
            where isWanted: @escaping (SeriesIdentity) -> Bool
        ) {
            self.window = window
            self.metrics = metrics
            self.isWanted = isWanted
        }
    }

    let store: SampleStore
    let scope: Scope
    let output: ByteOutput

    package init(_ scope: Scope, of store: SampleStore, to output: ByteOutput) {
        self.scope = scope
        self.store = store
        self.output = output
    }

    /// - Throws: `store`; `system` where the output cannot be written. A file is left as it was then.
    package func write(_ format: Format) throws(ExchangeError) {
        do throws(StoreError) {
            switch format {
            case .csv: try writeCSV()
            case .wide: try writeWide()
            case .openMetrics: try writeOpenMetrics()
            }
        } catch {
            throw .store(error)
        }
        try output.finish()
    }

    /// Hands out what the store has, each piece with the text of its ticks' times, until writing fails.
    func forEachPiece(
        of metrics: Set<Metric>, timeText: (UnsafeMutablePointer<UInt8>, Int64) -> Int,
        piece body: (Piece, TimeTexts) -> Void
    ) throws(StoreError) {
        var times: TimeTexts?
        try store.forEachPiece(
            of: metrics, in: scope.window, where: scope.isWanted, ticks: { _ in times = nil },
            piece: { piece in
                guard output.failure == nil else { return }
                let texts = times ?? TimeTexts(piece.ticks.times, timeText)
                times = texts
                body(piece, texts)
            })
    }

    /// How series are told apart: by their kind where some are no services, and by their container where
    /// one had several.
    func labels() throws(StoreError) -> SeriesLabels {
        SeriesLabels(try store.incarnations(where: scope.isWanted))
    }
}

/// What stands for a series in every row.
struct SeriesLabels {
    let hasKind: Bool
    let hasContainer: Bool
    private let containers: [Incarnation: String]

    init(_ incarnations: [Incarnation]) {
        hasKind = incarnations.contains { $0.series.kind != .service }
        let bySeries = Dictionary(grouping: incarnations, by: \.series)
        hasContainer = bySeries.values.contains { $0.count > 1 }
        var containers: [Incarnation: String] = [:]
        for runs in bySeries.values {
            let ids = Dictionary(grouping: runs, by: \.container)
            for run in runs {
                // A container that was started again is another run, whose counters began anew.
                let isAmbiguous = (ids[run.container]?.count ?? 0) > 1
                let suffix = isAmbiguous ? "@\(run.startedAt.map { "\($0.rawValue)" } ?? "")" : ""
                containers[run] = run.container.rawValue + suffix
            }
        }
        self.containers = containers
    }

    var names: [String] {
        ["project", "service", "instance"] + (hasKind ? ["kind"] : [])
            + (hasContainer ? ["container"] : [])
    }

    /// In the order of `names`.
    func values(of incarnation: Incarnation) -> [String] {
        let series = incarnation.series
        return [series.service.project ?? "", series.service.service, series.instance]
            + (hasKind ? [series.kind.name] : [])
            + (hasContainer ? [containers[incarnation] ?? incarnation.container.rawValue] : [])
    }
}

/// The text of some ticks' times.
struct TimeTexts {
    private var bytes: [UInt8] = []
    private var ends: [Int] = [0]

    init(_ times: [Int64], _ write: (UnsafeMutablePointer<UInt8>, Int64) -> Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { room in
            guard let base = room.baseAddress else { return }
            for time in times {
                let count = write(base, time)
                bytes.append(contentsOf: room[..<count])
                ends.append(bytes.count)
            }
        }
    }

    /// - Returns: how many bytes that were: at most 64.
    @inline(__always)
    func write(_ row: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let (start, end) = (ends[row], ends[row &+ 1])
        bytes.withUnsafeBufferPointer {
            if let base = $0.baseAddress { target.update(from: base + start, count: end &- start) }
        }
        return end &- start
    }
}
