internal import CIntrinsics
internal import Synchronization
internal import Threading

/// Summaries of many series at once, on all cores.
///
/// Threads take the series a handful at a time, each with a workspace of its own, and while one series is
/// read the next is brought into the cache. The results do not depend on the number of threads.
package struct Batch: Sendable {
    package let quantiles: Quantiles
    /// The calling thread among them.
    package let threadCount: Int

    /// - Parameters:
    ///   - quantiles: what is wanted of each series.
    ///   - threadCount: at least 1; nil for as many as there are CPUs that this process may use.
    package init(_ quantiles: Quantiles, threadCount: Int? = nil) {
        precondition(threadCount.map { $0 >= 1 } ?? true)
        self.quantiles = quantiles
        self.threadCount = threadCount ?? Threads.usableCPUCount
    }

    /// The summaries in the order of the series.
    ///
    /// - Parameters:
    ///   - series: of any lengths.
    ///   - threshold: values strictly above it are counted; nil or NaN for none.
    /// - Throws: `StatisticsError.emptyInput` if a series is empty.
    package func summaries(
        of series: [[Double]], threshold: Double? = nil
    ) throws(StatisticsError) -> BatchSummaries {
        if series.contains(where: \.isEmpty) { throw .emptyInput }
        return summaries(seriesCount: series.count, threshold: threshold) { number, body in
            // Only the address of the next one is used, and only to ask for what lies there.
            let next =
                number + 1 < series.count
                ? series[number + 1].withUnsafeBufferPointer(\.baseAddress) : nil
            series[number].withUnsafeBufferPointer { body($0, next) }
        }
    }

    /// The summaries of series that lie one behind the other.
    ///
    /// - Parameters:
    ///   - values: all series.
    ///   - ends: for each series the place behind its last value; the first starts at 0.
    ///   - threshold: values strictly above it are counted; nil or NaN for none.
    /// - Throws: `StatisticsError.emptyInput` if a series is empty.
    package func summaries(
        of values: UnsafeBufferPointer<Double>, ends: [Int], threshold: Double? = nil
    ) throws(StatisticsError) -> BatchSummaries {
        precondition(ends.last ?? 0 <= values.count)
        var start = 0
        for end in ends {
            precondition(end >= start)
            if end == start { throw .emptyInput }
            start = end
        }
        nonisolated(unsafe) let values = values
        return summaries(seriesCount: ends.count, threshold: threshold) { number, body in
            let start = number > 0 ? ends[number - 1] : 0
            let series = UnsafeBufferPointer(rebasing: values[start..<ends[number]])
            body(series, values.baseAddress.map { $0 + ends[number] })
        }
    }

    /// - Parameter withSeries: passes the series of a number on, and the address of the one behind it.
    private func summaries(
        seriesCount: Int, threshold: Double?,
        _ withSeries:
            @Sendable (
                _ number: Int, _ body: (UnsafeBufferPointer<Double>, UnsafePointer<Double>?) -> Void
            ) -> Void
    ) -> BatchSummaries {
        let quantileCount = quantiles.probabilities.count
        var found = BatchSummaries(
            quantileCount: quantileCount, countsAbove: threshold.map { !$0.isNaN } ?? false)
        // The threads write straight into the arrays' memory.
        found.quantiles = Array(unsafeUninitializedCapacity: seriesCount * quantileCount) {
            quantileSpace, quantilesWritten in
            found.rows = Array(unsafeUninitializedCapacity: seriesCount) { rowSpace, rowsWritten in
                let job = BatchJob(
                    quantiles, seriesCount: seriesCount, threshold: threshold ?? .nan,
                    rows: rowSpace, quantileSpace: quantileSpace)
                Threads.run(threadCount) { job.work(withSeries) }
                rowsWritten = seriesCount
            }
            quantilesWritten = seriesCount * quantileCount
        }
        return found
    }
}

/// The summaries of a batch, in two blocks of memory.
package struct BatchSummaries: RandomAccessCollection, Sendable {
    fileprivate struct Row {
        var count: Int
        var totals: Kernels.Totals
    }

    fileprivate var rows: [Row] = []
    /// Those of the first series, then those of the second …
    package fileprivate(set) var quantiles: [Double] = []
    private let quantileCount: Int
    private let countsAbove: Bool

    fileprivate init(quantileCount: Int, countsAbove: Bool) {
        self.quantileCount = quantileCount
        self.countsAbove = countsAbove
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { rows.count }

    /// What does not depend on the quantiles, without the memory that a `Summary` takes for these.
    package func totals(
        of position: Int
    ) -> (count: Int, minimum: Double, maximum: Double, mean: Double, variance: Double) {
        let row = rows[position]
        return (
            row.count, row.totals.minimum, row.totals.maximum, row.totals.mean,
            row.totals.variance
        )
    }

    package subscript(position: Int) -> Summary {
        let start = position * quantileCount
        return Summary(
            count: rows[position].count, rows[position].totals,
            quantiles: Array(quantiles[start..<(start + quantileCount)]),
            countsAbove: countsAbove)
    }
}

/// A batch that is being worked on.
private final class BatchJob: Sendable {
    private let quantiles: Quantiles
    private let threshold: Double
    private let seriesCount: Int
    /// Series that a thread takes at a time.
    private let handful: Int
    private let next = Atomic<Int>(0)
    /// The thread that has a series writes at the places of that series, and no other does.
    private nonisolated(unsafe) let rows: UnsafeMutableBufferPointer<BatchSummaries.Row>
    private nonisolated(unsafe) let quantileSpace: UnsafeMutableBufferPointer<Double>

    /// - Parameter threshold: NaN for none.
    init(
        _ quantiles: Quantiles, seriesCount: Int, threshold: Double,
        rows: UnsafeMutableBufferPointer<BatchSummaries.Row>,
        quantileSpace: UnsafeMutableBufferPointer<Double>
    ) {
        self.quantiles = quantiles
        self.threshold = threshold
        self.seriesCount = seriesCount
        self.rows = rows
        self.quantileSpace = quantileSpace
        handful = Swift.max(1, Swift.min(32, seriesCount / 64))
    }

    /// Takes series until none is left.
    func work(
        _ withSeries: (
            _ number: Int, _ body: (UnsafeBufferPointer<Double>, UnsafePointer<Double>?) -> Void
        ) -> Void
    ) {
        var workspace = Workspace()
        let quantileCount = quantiles.probabilities.count
        withUnsafeTemporaryAllocation(of: Double.self, capacity: quantileCount + 1) { found in
            guard let space = found.baseAddress else { return }
            while true {
                let first = next.add(handful, ordering: .relaxed).oldValue
                guard first < seriesCount else { return }
                for number in first..<Swift.min(first + handful, seriesCount) {
                    withSeries(number) { series, next in
                        guard let base = series.baseAddress else { return }
                        let totals = quantiles.summarize(
                            base, count: series.count, threshold: threshold, next: next,
                            workspace: &workspace, into: space)
                        rows.initializeElement(
                            at: number,
                            to: BatchSummaries.Row(count: series.count, totals: totals))
                        for index in 0..<quantileCount {
                            quantileSpace.initializeElement(
                                at: number * quantileCount + index, to: space[index])
                        }
                    }
                }
            }
        }
    }
}
