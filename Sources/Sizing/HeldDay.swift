/// A day of one replica that advice is judged on, with the values themselves.
struct HeldDay {
    var cpu: PeriodSummary
    var memory: PeriodSummary?
    var cpuValues: ArraySlice<Double>
    var memoryValues: ArraySlice<Double>

    /// The smallest limit that this day had not violated, in cores.
    func cpuNeed(_ policy: SizingPolicy) -> Double { cpu.need(policy) }

    /// … in bytes; nil where memory was not read.
    func memoryNeed(_ policy: SizingPolicy) -> Double? {
        memory.map { max($0.need(policy), $0.peak) }
    }

    /// The mean of what fits below `limit`, by sample.
    static func clippedMean(_ values: ArraySlice<Double>, _ limit: Double) -> Double {
        values.reduce(0) { $0 + min($1, limit) } / Double(values.count)
    }
}

extension ReplicaHistory {
    /// Those of the days of these ages that were seen well enough.
    func heldDays(
        _ ages: Range<Int>, end: Int64, _ evidence: ReplicaEvidence, _ policy: SizingPolicy,
        coverageMin: Double
    ) -> [HeldDay] {
        ages.compactMap { age in
            let last = end - Int64(age) * Periods.dayMilliseconds
            let range = (last - Periods.dayMilliseconds + 1)...last
            let enough = coverageMin * 86_400
            guard let cpu = evidence.cpu.first(where: { $0.age == age }), cpu.seconds >= enough
            else { return nil }
            let memory = evidence.memory.first { $0.age == age && $0.seconds >= enough }
            return HeldDay(
                cpu: cpu, memory: memory, cpuValues: demand[self.cpu.ends.indices(in: range)],
                memoryValues: observations.memory.workingSet[held.times.indices(in: range)])
        }
    }
}

extension SharedColumn<Int64> {
    /// From the first to the last index with a value in `range`; values ascend, but for clocks set back.
    fileprivate func indices(in range: ClosedRange<Int64>) -> Range<Int> {
        guard let first = firstIndex(where: { range.contains($0) }),
            let last = lastIndex(where: { range.contains($0) })
        else { return 0..<0 }
        return first..<(last + 1)
    }
}
