/// What the owner asks for, as numbers. Each is written once, here, and shown beside every recommendation.
package struct SizingPolicy: Hashable, Sendable {
    /// Mean utilisation and p95 CPU stay at or below this share of the limit (the owner's "< 70 %").
    package var targetUtilisation = 0.70

    /// The largest working set stays at or below 1 / 1.25 = 80 % of the limit, the owner's alert line.
    package var memoryHeadroom = 1.25

    /// After an OOM kill the true need is unknown but above the limit: assume half as much again. With
    /// this factor no container of the closed-loop trials was killed on two days; with 1.2, 6–7 % were.
    package var oomGrowth = 1.5

    /// Throttled CPU use is divided by the share of periods that were not throttled, but by no less than
    /// this: beyond, the observation says little about the demand.
    package var unthrottledShareMin = 1.0 / 3

    /// Where more than this share of an interval's periods was throttled, the demand was at least
    /// `throttledGrowth` times the limit.
    package var throttledShareCertain = 0.25
    package var throttledGrowth = 1.25

    /// Fewer seconds covered by samples than this: keep what is. A day holds every hour once.
    package var evidenceSecondsMin = 86_400.0

    /// An interval this many times as long as the usual one is a gap: what happened inside is unknown.
    package var gapFactor = 2.5

    package init() {}
}
