@testable import Sizing

/// A track that owns its arrays, and the slow and plain way to say what `Track` says of them.
struct TrackReference: CustomStringConvertible {
    var values: [Double] = []
    /// By the clock that nobody sets.
    var seconds: [Double] = []
    /// By the wall clock, in milliseconds.
    var ends: [Int64] = []
    var gap: Int64 = 2_500_000

    /// - Parameter label: how far the wall clock went, in seconds.
    mutating func append(_ value: Double, seconds: Double, label: Double? = nil) {
        values.append(value)
        self.seconds.append(seconds)
        ends.append((ends.last ?? 0) + Int64((label ?? seconds) * 1000))
    }

    var description: String { "values \(values) seconds \(seconds) ends \(ends) gap \(gap)" }

    func with<Result>(_ body: (Track) -> Result) -> Result {
        values.withUnsafeBufferPointer { values in
            seconds.withUnsafeBufferPointer { seconds in
                ends.withUnsafeBufferPointer { ends in
                    body(Track(values: values, seconds: seconds, ends: ends, gap: gap))
                }
            }
        }
    }

    /// Of all stretches that end at `last`, begin no earlier than `first` and take longer than
    /// `longerThan`, the largest of their smallest values; nil without one.
    func sustained(endingAt last: Int, from first: Int, longerThan: Double) -> Double? {
        var best: Double?
        var (least, covered) = (Double.infinity, 0.0)
        for index in stride(from: last, through: first, by: -1) {
            least = min(least, values[index])
            covered += seconds[index]
            if covered > longerThan { best = max(best ?? least, least) }
            guard index > 0 else { break }
            let step = ends[index] - ends[index - 1]
            if step <= 0 || step > gap { break }
        }
        return best
    }

    func sustained(
        in range: ClosedRange<Int>, longerThan: Double, above floor: Double, from first: Int
    ) -> Double {
        range.reduce(floor) {
            max($0, sustained(endingAt: $1, from: first, longerThan: longerThan) ?? floor)
        }
    }

    /// - Parameter groups: the indices of each period, and where a stretch of it may begin.
    private func summaries(
        _ groups: [(age: Int, indices: [Int], first: Int)], longerThan: Double
    ) -> [PeriodSummary] {
        groups.map { age, indices, first in
            let peak = indices.map { values[$0] }.max()!
            let sustained = indices.compactMap {
                self.sustained(endingAt: $0, from: first, longerThan: longerThan)
            }.max()
            let total = indices.reduce(0) { $0 + seconds[$1] }
            let sum = indices.reduce(0) { $0 + values[$1] * seconds[$1] }
            return PeriodSummary(
                age: age, sustained: sustained ?? peak, mean: total > 0 ? sum / total : peak,
                peak: peak, seconds: total)
        }.sorted { $0.age < $1.age }
    }

    /// By spans of 24 hours that end at `end`.
    func summaries(end: Int64, longerThan: Double) -> [PeriodSummary] {
        let ages = Dictionary(grouping: ends.indices) { max(0, (end - ends[$0]) / 86_400_000) }
        return summaries(
            ages.map { (age: Int($0), indices: $1, first: 0) }, longerThan: longerThan)
    }

    func summaries(runs: [Int], longerThan: Double) -> [PeriodSummary] {
        let slices = runs.enumerated().map { index, start in
            start..<(index + 1 < runs.count ? runs[index + 1] : values.count)
        }.filter { !$0.isEmpty }
        return summaries(
            slices.enumerated().map {
                (age: slices.count - 1 - $0, indices: Array($1), first: $1.lowerBound)
            }, longerThan: longerThan)
    }
}
