/// What the owner asks for, as numbers. Each is written once, here, and shown beside every recommendation.
package struct SizingPolicy: Hashable, Sendable {
    /// The owner's target: a day's mean utilisation stays below this share of the limit ("< 70 %").
    package var targetUtilisation = 0.70

    /// The owner's alert: utilisation above this share of the limit …
    package var alertUtilisation = 0.80
    /// … for more than this long.
    package var alertSeconds = 600.0

    /// Cron's minutes jitter by milliseconds: ten samples a minute apart are ten minutes, not more.
    package var alertTolerance = 1.01

    /// How much room for days worse than any seen; the numbers below follow from it.
    package var caution = Caution.standard

    /// A new day breaks the record of n days with probability 1/(n + 1), so the margin on the worst day
    /// shrinks as evidence grows: 1 + k/n. CPU use has the heavier tail.
    package var cpuMargin: Double { caution.cpuMargin }
    package var memoryMargin: Double { caution.memoryMargin }

    /// The worst day counts nine parts and the second worst one: a single freak day of two weeks raises
    /// violations as seldom, but costs slack. (In the rolling backtest .90 is free; .80 is not.)
    package var worstDayShare = 0.90

    /// Headroom over the largest working set, where that is the same each day: a limit below it kills.
    package var peakHeadroom: Double { caution.peakHeadroom }
    /// … and how much more for each unit of the standard deviation of the logarithm of the daily peaks:
    /// a peak that varies by half from day to day is not the last.
    package var peakSpreadHeadroom = 0.5

    /// After an OOM kill the true need is unknown but above the limit: assume half as much again. With
    /// this factor no container of the closed-loop trials was killed on two days; with 1.2, 6–7 % were.
    package var oomGrowth = 1.5
    /// Headroom over that assumed need, whatever the caution: the alert line, 1 / 0.80.
    package var oomHeadroom = 1.25

    /// Throttled CPU use is divided by the share of periods that were not throttled, but by no less than
    /// this: beyond, the observation says little about the demand.
    package var unthrottledShareMin = 1.0 / 3

    /// Where more than this share of an interval's periods was throttled, the demand was at least
    /// `throttledGrowth` times the limit, and is unknown above: the sample is right-censored.
    package var throttledShareCertain = 0.25
    package var throttledGrowth = 1.25

    /// A working set this close to its limit is a lower bound of what was wanted.
    package var memoryAtLimitShare = 0.98

    /// Page cache is spare where the kernel hardly ever has to read a page again that it dropped, in pages
    /// a second …
    package var spareRefaultsMax = 1.0
    /// … and tasks stall for memory less than this share of the time (PSI).
    package var spareStallShareMax = 0.001

    /// The worst days of this many are looked at. Older ones say little of tomorrow.
    package var daysMax = 14
    /// A day less covered than this is no day.
    package var dayCoverageMin = 0.25

    /// Fewer seconds covered by samples than this: keep what is. A day holds every hour once.
    package var evidenceSecondsMin = 86_400.0
    /// … unless a kill or an alert shows that a limit is too small: that needs an hour.
    package var riskEvidenceSecondsMin = 3600.0
    /// Nothing is lowered on less than a week: it holds every weekday and a weekend.
    package var lowerEvidenceSecondsMin = 7 * 86_400.0
    /// Samplers miss runs: a week with some gaps is still a week.
    package var coverageTolerance = 0.9

    /// A service is lowered only where it needs no more than this share of the smaller tier, so that the
    /// next day does not raise it again.
    package var lowerClearance = 0.95

    /// An interval this many times as long as the usual one is a gap: what happened inside is unknown.
    package var gapFactor = 2.5
    /// … and so is a longer one than this, however usual: an alert of ten minutes is lost in it.
    package var gapSecondsMax = 2 * 3600.0

    /// How long after its start a container is starting up. What it needs then counts for limits as
    /// any other use does; it is shown apart.
    package var startUpSeconds = 600.0

    /// A batch job is seen less than this share of the time …
    package var batchCoverageMax = 0.5
    /// … in at least this many runs; it is sized by run instead of by day.
    package var batchRunsMin = 3

    /// Resampled histories for the confidence in a tier: enough for steps of half a per cent.
    package var bootstrapRounds = 200

    /// Docker refuses a memory limit below this.
    package var memoryLimitMin: Int64 = 6 << 20
    /// … and grants CPU in thousandths of a core; less than a hundredth is a container that barely starts.
    package var cpuLimitMin = 0.01

    package init() {}

    /// - Parameter usual: the usual interval, in seconds.
    func gapSeconds(usual: Double) -> Double { min(gapFactor * usual, gapSecondsMax) }
}

/// How much room for days worse than any seen.
package enum Caution: String, CaseIterable, Hashable, Sendable {
    /// Least slack; some four days of a hundred violate more than with `standard`.
    case eco
    case standard
    /// Most room: for what must not alert.
    case safe

    var cpuMargin: Double {
        switch self {
        case .eco: 1
        case .standard: 2
        case .safe: 4
        }
    }

    var memoryMargin: Double {
        switch self {
        case .eco: 0.5
        case .standard: 0.75
        case .safe: 2
        }
    }

    var peakHeadroom: Double {
        switch self {
        case .eco: 1.10
        case .standard: 1.15
        case .safe: 1.30
        }
    }
}
