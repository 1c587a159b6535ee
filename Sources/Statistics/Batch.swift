internal import CIntrinsics
internal import Synchronization

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
        let job = BatchJob(quantiles, seriesCount: series.count, threshold: threshold)
        Threads.run(threadCount) {
            job.work { number, body in
                // Only the address of the next one is used, and only to ask for what lies there.
                let next =
                    number + 1 < series.count
                    ? series[number + 1].withUnsafeBufferPointer(\.baseAddress) : nil
                series[number].withUnsafeBufferPointer { body($0, next) }
            }
        }
        return job.takeSummaries()
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
        let job = BatchJob(quantiles, seriesCount: ends.count, threshold: threshold)
        nonisolated(unsafe) let values = values
        Threads.run(threadCount) {
            job.work { number, body in
                let start = number > 0 ? ends[number - 1] : 0
                let series = UnsafeBufferPointer(rebasing: values[start..<ends[number]])
                body(series, values.baseAddress.map { $0 + ends[number] })
            }
        }
        return job.takeSummaries()
    }
}

/// The summaries of a batch, in a few large blocks of memory.
package struct BatchSummaries: RandomAccessCollection, Sendable {
    fileprivate var counts: [Int]
    fileprivate var totals: [Kernels.Totals]
    /// Those of the first series, then those of the second …
    package fileprivate(set) var quantiles: [Double]
    private let quantileCount: Int
    private let countsAbove: Bool

    fileprivate init(seriesCount: Int, quantileCount: Int, countsAbove: Bool) {
        counts = [Int](repeating: 0, count: seriesCount)
        totals = [Kernels.Totals](repeating: Kernels.Totals(), count: seriesCount)
        quantiles = [Double](repeating: .nan, count: seriesCount * quantileCount)
        self.quantileCount = quantileCount
        self.countsAbove = countsAbove
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { counts.count }

    /// What does not depend on the quantiles, without the memory that a `Summary` takes for these.
    package func totals(
        of position: Int
    ) -> (count: Int, minimum: Double, maximum: Double, mean: Double, variance: Double) {
        let found = totals[position]
        return (counts[position], found.minimum, found.maximum, found.mean, found.variance)
    }

    package subscript(position: Int) -> Summary {
        let start = position * quantileCount
        return Summary(
            count: counts[position], totals[position],
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
    /// Each series' thread writes at the places of that series, and nobody else does.
    private nonisolated(unsafe) var summaries: BatchSummaries
    private nonisolated(unsafe) let counts: UnsafeMutablePointer<Int>
    private nonisolated(unsafe) let totals: UnsafeMutablePointer<Kernels.Totals>
    private nonisolated(unsafe) let found: UnsafeMutablePointer<Double>

    init(_ quantiles: Quantiles, seriesCount: Int, threshold: Double?) {
        self.quantiles = quantiles
        self.threshold = threshold ?? .nan
        self.seriesCount = seriesCount
        handful = Swift.max(1, Swift.min(32, seriesCount / 64))
        let quantileCount = quantiles.probabilities.count
        summaries = BatchSummaries(
            seriesCount: seriesCount, quantileCount: quantileCount,
            countsAbove: !self.threshold.isNaN)
        counts = .allocate(capacity: seriesCount)
        totals = .allocate(capacity: seriesCount)
        found = .allocate(capacity: seriesCount * quantileCount)
    }

    deinit {
        counts.deallocate()
        totals.deallocate()
        found.deallocate()
    }

    /// Takes series until none is left.
    ///
    /// - Parameter withSeries: passes the series of a number on, and the address of the one behind it.
    func work(
        _ withSeries: (
            _ number: Int,
            _ body: (UnsafeBufferPointer<Double>, UnsafePointer<Double>?) -> Void
        ) -> Void
    ) {
        var workspace = Workspace()
        let quantileCount = quantiles.probabilities.count
        while true {
            let first = next.add(handful, ordering: .relaxed).oldValue
            guard first < seriesCount else { return }
            for number in first..<Swift.min(first + handful, seriesCount) {
                withSeries(number) { series, next in
                    guard let base = series.baseAddress else { return }
                    counts[number] = series.count
                    let result = quantiles.summarize(
                        base, count: series.count, threshold: threshold, next: next,
                        workspace: &workspace, into: found + number * quantileCount)
                    (totals + number).initialize(to: result)
                }
            }
        }
    }

    /// The results, when all threads have returned.
    func takeSummaries() -> BatchSummaries {
        summaries.counts = Array(UnsafeBufferPointer(start: counts, count: seriesCount))
        summaries.totals = Array(UnsafeBufferPointer(start: totals, count: seriesCount))
        let quantileCount = quantiles.probabilities.count
        summaries.quantiles = Array(
            UnsafeBufferPointer(start: found, count: seriesCount * quantileCount))
        return summaries
    }
}
