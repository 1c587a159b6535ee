import Statistics

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The rules of other tools, as they publish them, to be shown beside ours.
///
/// | rule | CPU | memory |
/// |---|---|---|
/// | VPA target | decayed p90 (24 h) in buckets × 1.15 | decayed daily peaks p90, OOM max(+100 MiB, × 1.2), × 1.15 |
/// | VPA upper | decayed p95 × 1.15 × (1 + 1/days) | the same at p95 |
/// | KRR | p95 | max × 1.15; OOM: 1.25 × limit |
/// | Autopilot p95/p98 | load-weighted decayed (12 h) p95 × 1.15 | decayed (48 h) load-weighted p98 × 1.15 |
/// | Autopilot p98/max | the same at p98 | max × 1.15 |
/// | Compute Optimizer | p99.5 / 0.8 | max / 0.8 |
/// | DockPulse | p95 × 1.2 | p95 × 1.2 |
/// | Kruize | p98 | max × 1.2 |
/// | peak | max / 0.8 | max / 0.8 |
///
/// Sources: kubernetes/autoscaler, vertical-pod-autoscaler/pkg/recommender; robusta-dev/krr, strategies/simple;
/// Rzadca et al., "Autopilot", EuroSys 2020; AWS Compute Optimizer's user guide; DockPulse on PyPI; Kruize
/// autotune's performance profile.
enum Baseline: String, CaseIterable {
    case vpaTarget = "VPA target"
    case vpaUpper = "VPA upper"
    case krr = "KRR simple"
    case autopilotP95 = "Autopilot p95/p98"
    case autopilotMax = "Autopilot p98/max"
    case computeOptimizer = "AWS CO"
    case dockPulse = "DockPulse"
    case kruize = "Kruize perf"
    case peak = "peak/0.8"

    /// - Parameter view: with at least one reading of CPU use.
    /// - Returns: cores and bytes; no bytes where memory was never read.
    func limits(_ view: TrainingView) throws(StatisticsError) -> (cpu: Double, memory: Double?) {
        let memory = view.memory.flatMap { $0.isEmpty ? nil : $0 }
        let held = memory?.max()
        switch self {
        case .vpaTarget: return Self.vpa(view, 0.9, factor: 1)
        case .vpaUpper: return Self.vpa(view, 0.95, factor: 1 + 1 / Double(view.days))
        case .krr:
            var bytes = held.map { 1.15 * $0 }
            if let known = bytes, view.isKilled { bytes = max(known, 1.25 * view.memoryLimit) }
            return (try Self.percentile(view.cpu, 95), bytes)
        case .autopilotP95:
            return (
                1.15 * Self.decayed(view.cpu, view.cpuAges, halfLife: 0.5, 0.95, isByLoad: true),
                memory.map {
                    1.15 * Self.decayed($0, view.memoryAges, halfLife: 2, 0.98, isByLoad: true)
                }
            )
        case .autopilotMax:
            return (
                1.15 * Self.decayed(view.cpu, view.cpuAges, halfLife: 0.5, 0.98, isByLoad: true),
                held.map { 1.15 * $0 }
            )
        case .computeOptimizer:
            return (try Self.percentile(view.cpu, 99.5) / 0.8, held.map { $0 / 0.8 })
        case .dockPulse:
            var bytes: Double?
            if let memory { bytes = 1.2 * (try Self.percentile(memory, 95)) }
            return (1.2 * (try Self.percentile(view.cpu, 95)), bytes)
        case .kruize: return (try Self.percentile(view.cpu, 98), held.map { 1.2 * $0 })
        case .peak: return ((view.cpu.max() ?? 0) / 0.8, held.map { $0 / 0.8 })
        }
    }

    private static func percentile(
        _ values: [Double], _ percent: Double
    ) throws(StatisticsError) -> Double {
        try Quantiles([percent / 100]).of(values)[0]
    }

    private static func vpa(
        _ view: TrainingView, _ probability: Double, factor: Double
    ) -> (cpu: Double, memory: Double?) {
        let cpu = decayed(view.cpu, view.cpuAges, halfLife: 1, probability, isByLoad: false)
        var memory: Double?
        if view.memory != nil, !view.dailyPeaks.isEmpty {
            let peaks = view.dailyPeaks.suffix(8).map { day in
                let bumped = max(view.memoryLimit + 104_857_600, 1.2 * view.memoryLimit)
                return day.isKilled ? max(day.peak, bumped) : day.peak
            }
            let ages = peaks.indices.map { Double(peaks.count - 1 - $0) }
            let wanted = decayed(peaks, ages, halfLife: 1, probability, isByLoad: false)
            memory = 1.15 * bucket(wanted, first: 1e7) * factor
        }
        return (1.15 * bucket(cpu, first: 0.01) * factor, memory)
    }

    /// The upper end of the bucket that holds `value`, of buckets that grow by 5 %.
    private static func bucket(_ value: Double, first: Double) -> Double {
        let ratio = 1.05
        let index = value < first ? 0 : floor(log(value * (ratio - 1) / first + 1) / log(ratio))
        return first * (pow(ratio, index + 1) - 1) / (ratio - 1)
    }

    /// The smallest value that the share `probability` of all weight lies at or below; weights halve
    /// every `halfLife` days.
    private static func decayed(
        _ values: [Double], _ ages: [Double], halfLife: Double, _ probability: Double,
        isByLoad: Bool
    ) -> Double {
        var weighted = zip(values, ages).map { value, age in
            (value: value, weight: exp2(-age / halfLife) * (isByLoad ? value : 1))
        }
        weighted.sort { $0.value < $1.value }
        let wanted = probability * weighted.reduce(0) { $0 + $1.weight }
        var sum = 0.0
        for (value, weight) in weighted {
            sum += weight
            if sum >= wanted { return value }
        }
        return weighted.last?.value ?? 0
    }
}
