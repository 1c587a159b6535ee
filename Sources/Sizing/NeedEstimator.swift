import Measures

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What a service needs, from the periods that were seen: days, or the runs of a job.
///
///     need_d = max(sustained / 0.80, mean / 0.70)     the smallest limit without an alert that day
///     cpu    = (1 + 2/n)   · (0.9 · worst need_d + 0.1 · second worst)       of the demand
///     memory = (1 + ¾/n)   · worst need_d                                    of the working set
///            ≥ (1.15 + ½σ) · largest working set     σ: of the logarithms of the periods' peaks
///            ≥ 1.25 · 1.5  · limit                   after an OOM kill
///
/// with the margins of the standard policy, over the last n ≤ 14 periods; the replica that needs the most
/// counts.
struct NeedEstimator {
    let policy: SizingPolicy
    /// Whether to leave room for worse periods than those seen. Without, the need is what was seen to be
    /// needed.
    var hasMargin = true

    /// The periods that count: the newest ones that are covered well enough, or all if none is.
    func counted(_ periods: [PeriodSummary], _ workload: Workload) -> [PeriodSummary] {
        guard workload == .steady else { return Array(periods.prefix(policy.daysMax)) }
        let newest = periods.filter { $0.age < policy.daysMax }
        let enough = newest.filter { $0.seconds >= policy.dayCoverageMin * 86_400 }
        return enough.isEmpty ? newest : enough
    }

    /// - Parameter periods: counted ones; at least one.
    /// - Returns: cores.
    func cpu(_ periods: [PeriodSummary]) -> Double {
        var (worst, second) = (0.0, 0.0)
        for period in periods {
            let need = period.need(policy)
            if need > worst { (worst, second) = (need, worst) } else { second = max(second, need) }
        }
        guard hasMargin else { return worst }
        if periods.count == 1 { second = worst }
        let base = policy.worstDayShare * worst + (1 - policy.worstDayShare) * second
        return base * (1 + policy.cpuMargin / Double(periods.count))
    }

    /// What the days' alerts and means ask for.
    /// - Returns: bytes.
    func memoryByDay(_ periods: [PeriodSummary]) -> Double {
        let worst = periods.reduce(0) { max($0, $1.need(policy)) }
        return hasMargin ? worst * (1 + policy.memoryMargin / Double(periods.count)) : worst
    }

    /// What the largest working set asks for.
    /// - Parameter largest: of all periods, those not counted for their little coverage too.
    func memoryByPeak(_ periods: [PeriodSummary], largest: Double) -> Double {
        let peak = periods.reduce(largest) { max($0, $1.peak) }
        guard hasMargin else { return peak }
        return peak * (policy.peakHeadroom + policy.peakSpreadHeadroom * Self.spread(periods))
    }

    /// What a kill at `limit` asks for.
    func memoryAfterKill(at limit: Bytes) -> Double {
        Double(limit.rawValue) * policy.oomGrowth * (hasMargin ? policy.oomHeadroom : 1)
    }

    /// The standard deviation of the logarithms of the periods' peaks, at most 1.
    private static func spread(_ periods: [PeriodSummary]) -> Double {
        var (sum, squares) = (0.0, 0.0)
        for period in periods {
            let logarithm = log(max(period.peak, 1))
            sum += logarithm
            squares += logarithm * logarithm
        }
        let count = Double(periods.count)
        return min(1, max(0, squares / count - sum / count * (sum / count)).squareRoot())
    }
}
