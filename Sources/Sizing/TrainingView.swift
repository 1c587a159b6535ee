import Measures

/// What a rule may see of one replica: its history up to the moment of the advice, as raw as other tools see
/// it.
struct TrainingView {
    /// CPU use in cores, throttling and all, oldest first, and the age of each in days.
    var cpu: [Double]
    var cpuAges: [Double]
    /// Working sets in bytes, and their ages; nil where memory was never read.
    var memory: [Double]?
    var memoryAges: [Double]
    /// The largest working set of each day, oldest first, and whether the kernel killed in it.
    var dailyPeaks: [(peak: Double, isKilled: Bool)]
    /// Days, whether or not they were seen.
    var days: Int
    /// The memory limit in force, in bytes; 0 without one.
    var memoryLimit: Double

    var isKilled: Bool { dailyPeaks.contains { $0.isKilled } }
}

extension ReplicaHistory {
    /// The days of these ages, counted from the end of the window.
    /// - Parameter end: of the window, in milliseconds since 1970.
    func trainingView(
        _ ages: Range<Int>, end: Int64, memoryPeriods: [PeriodSummary]
    ) -> TrainingView {
        let day = Periods.dayMilliseconds
        let last = end - Int64(ages.lowerBound) * day
        let range = (last - Int64(ages.count) * day + 1)...last
        let step = (spacing.usualSeconds ?? 0) * 1000
        // The newest sample is a step old: it tells of the time before it.
        func age(_ time: Int64) -> Double { (Double(last - time) + step) / Double(day) }
        var view = TrainingView(
            cpu: [], cpuAges: [], memory: nil, memoryAges: [], dailyPeaks: [], days: ages.count,
            memoryLimit: 0)
        for (index, time) in cpu.ends.enumerated() where range.contains(time) {
            view.cpu.append(cpu.cores[index])
            view.cpuAges.append(age(time))
        }
        let memory = observations.memory
        if !memory.isEmpty {
            var values: [Double] = []
            for (index, time) in held.times.enumerated() where range.contains(time) {
                values.append(memory.workingSet[index])
                view.memoryAges.append(age(time))
            }
            view.memory = values
        }
        let killDays = Set(
            observations.oomKillTimes.filter { range.contains($0) }.map {
                Periods.age(of: $0, end: end)
            })
        for period in memoryPeriods.reversed() where ages.contains(period.age) {
            view.dailyPeaks.append((period.peak, killDays.contains(period.age)))
        }
        let limits = observations.limitHistory.last { $0.since.milliseconds <= last }?.limits
        view.memoryLimit = (limits?.memory?.bound).map { Double($0.rawValue) } ?? 0
        return view
    }
}
