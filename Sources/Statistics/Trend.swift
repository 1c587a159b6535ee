/// The straight line through a series that outliers do not bend: Theil and Sen's.
///
/// | what | formula | source |
/// |---|---|---|
/// | slope | median of (yⱼ − yᵢ) / (tⱼ − tᵢ) over all pairs with tᵢ < tⱼ | Theil (1950), Sen, JASA 63 (1968) |
/// | intercept | median of y − slope · t | Siegel, Biometrika 69 (1982) |
/// | interval | slopes of ranks (N ∓ z·σ) / 2 of N | Sen (1968), by Kendall's S |
/// | σ² | (n(n − 1)(2n + 5) − Σ over ties k(k − 1)(2k + 5)) / 18 | Kendall, of both t and y |
///
/// The interval takes the distances from the line for independent. Those of neighbouring samples are not:
/// give it the maxima or means of hours or days.
package struct Trend: Equatable, Sendable {
    /// In units of the values a unit of time.
    package var slope: Double
    /// The value of the line at time 0.
    package var intercept: Double
    /// The ends of the slope's interval.
    package var lower: Double
    package var upper: Double
    package var confidence: Double

    /// - Parameters:
    ///   - values: in any order.
    ///   - times: one for each value, in any unit.
    ///   - confidence: of the slope's interval, above 0 and below 1.
    /// - Throws: `StatisticsError.emptyInput`, `.lengthMismatch`, `.invalidConfidence`; `.notFinite` for a
    ///   value or time; `.noTimeSpan` if all times are equal.
    package init(
        of values: [Double], at times: [Double], confidence: Double = 0.95
    ) throws(StatisticsError) {
        guard values.count == times.count else {
            throw .lengthMismatch(values: values.count, others: times.count)
        }
        guard confidence > 0, confidence < 1 else { throw .invalidConfidence(confidence) }
        for series in [values, times] {
            if let index = series.firstIndex(where: { !$0.isFinite }) {
                throw .notFinite(series[index], index: index)
            }
        }
        let median = try Quantiles([0.5])
        let middleValue = try median.of(values)[0]
        let middleTime = try median.of(times)[0]

        // About their middles the products s · t lose the fewest digits.
        let order = times.indices.sorted {
            times[$0] < times[$1] || (times[$0] == times[$1] && values[$0] < values[$1])
        }
        var slopes = PairwiseSlopes(
            times: order.map { times[$0] - middleTime },
            values: order.map { values[$0] - middleValue })
        let pairCount = slopes.pairCount
        guard pairCount > 0 else { throw .noTimeSpan }

        let low = slopes.slope(atRank: (pairCount - 1) / 2)
        let high =
            pairCount % 2 == 1 ? low : slopes.slope(atRank: pairCount / 2)
        slope = low + (high - low) / 2
        // About the middle time, where a rounding of the slope is felt least.
        let heights = zip(values, times).map { [slope] in $0 - slope * ($1 - middleTime) }
        intercept = try median.of(heights)[0] - slope * middleTime
        self.confidence = confidence

        let deviation = Self.kendallVariance(values, times).squareRoot()
        let reach = Normal.halfWidth(confidence: confidence) * deviation
        let lowerRank = ((Double(pairCount) - reach) / 2).rounded(.toNearestOrEven) - 1
        let upperRank = ((Double(pairCount) + reach) / 2).rounded(.toNearestOrEven)
        lower = slopes.slope(atRank: max(0, Int(lowerRank)))
        upper = slopes.slope(atRank: min(pairCount - 1, Int(upperRank)))
    }

    /// The value of the line at a time.
    package func value(at time: Double) -> Double { intercept + slope * time }

    /// The variance of Kendall's S if there is no trend.
    private static func kendallVariance(_ values: [Double], _ times: [Double]) -> Double {
        func term(_ count: Int) -> Double {
            let count = Double(count)
            return count * (count - 1) * (2 * count + 5)
        }
        func ties(_ series: [Double]) -> Double {
            let sorted = series.sorted()
            var sum = 0.0
            var start = 0
            while start < sorted.count {
                var end = start + 1
                while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
                sum += term(end - start)
                start = end
            }
            return sum
        }
        return max(0, term(values.count) - ties(values) - ties(times)) / 18
    }
}
