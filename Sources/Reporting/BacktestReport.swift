package import Measures
package import Sizing
import Statistics

/// What advice would have been worth to all services of a store.
package struct BacktestReport: Sendable {
    package var trainDays: Int
    package var holdDays: Int
    /// In the order to be shown.
    package var rules: [String]
    /// The services that were judged, with the score of each rule.
    package var services: [(id: ServiceID, scores: [String: BacktestScore])]

    package init(
        trainDays: Int, holdDays: Int, rules: [String],
        services: [(id: ServiceID, scores: [String: BacktestScore])]
    ) {
        self.trainDays = trainDays
        self.holdDays = holdDays
        self.rules = rules
        self.services = services
    }

    /// One column of the table.
    private struct Quantity {
        var header: String
        var key: String
        var isShare: Bool
        var value: (BacktestScore) -> Double?
    }

    private static var quantities: [Quantity] {
        [
            Quantity(header: "OOM", key: "oom_days", isShare: true) { $0.oom },
            Quantity(header: "ALERT", key: "alert_days", isShare: true) { $0.alert },
            Quantity(header: "MEAN", key: "mean_days", isShare: true) { $0.meanAboveTarget },
            Quantity(header: "ANY", key: "violation_days", isShare: true) { $0.violation },
            Quantity(header: "SLACK", key: "slack", isShare: true) { $0.slack },
            Quantity(header: "TIER", key: "tier_violation_days", isShare: true) {
                $0.tierViolation
            },
            Quantity(header: "REGRET", key: "tier_regret", isShare: false) { $0.regret },
            Quantity(header: "CHG/WK", key: "tier_changes_a_week", isShare: false) { $0.changes },
        ]
    }

    /// The mean over services, each counting alike, and its 95 % interval over services drawn anew.
    private func estimate(
        _ rule: String, _ quantity: Quantity
    ) -> (mean: Double, low: Double, high: Double)? {
        let values = services.compactMap { $0.scores[rule].flatMap(quantity.value) }
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        var means: [Double] = []
        DayBootstrap(dayCount: values.count, resampleCount: 400, seed: 7).forEachResample {
            means.append($0.reduce(0) { $0 + values[$1] } / Double(values.count))
        }
        means.sort()
        return (mean, means[means.count / 40], means[means.count - 1 - means.count / 40])
    }

    package func table() -> String {
        let days = services.reduce(0) { $0 + ($1.scores[rules[0]]?.days ?? 0) }
        var lines = [
            "\(services.count) services, \(days) days judged; advice from \(trainDays) days, held for "
                + "\(holdDays)",
            "",
        ]
        let width = (rules.map(\.count).max() ?? 0) + 2
        lines.append(
            "".fitted(width, ellipsis: "")
                + Self.quantities.map { $0.header.rightAligned(7) }.joined())
        for rule in rules {
            let cells = Self.quantities.map { quantity -> String in
                guard let found = estimate(rule, quantity) else { return "-".rightAligned(7) }
                let number =
                    quantity.isShare
                    ? fixedText(found.mean * 100, decimals: 1)
                    : fixedText(found.mean, decimals: 2)
                return number.rightAligned(7)
            }
            lines.append(rule.fitted(width, ellipsis: "") + cells.joined())
            guard rule == rules[0] else { continue }
            for (label, bound) in [("  95 % from", \(Double, Double, Double).1), ("  to", \.2)] {
                let cells = Self.quantities.map { quantity -> String in
                    guard let found = estimate(rule, quantity) else { return "-".rightAligned(7) }
                    let value = found[keyPath: bound]
                    return fixedText(
                        quantity.isShare ? value * 100 : value,
                        decimals: quantity.isShare ? 1 : 2
                    ).rightAligned(7)
                }
                lines.append(label.fitted(width, ellipsis: "") + cells.joined())
            }
        }
        lines += [
            "",
            "% of days, the mean of all services: OOM: a working set above the limit; ALERT: above 80 %",
            "for more than ten minutes; MEAN: 70 % or more; ANY of these; SLACK: % of the limits unused;",
            "TIER: any violation on the tier chosen; REGRET: steps from the tier that hindsight chooses,",
            "each step too low counted three times; CHG/WK: changes of the tier a week.",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Schema `rightsize.backtest/1`.
    package func json() throws -> String {
        let document = Document(
            trainDays: trainDays, holdDays: holdDays,
            rules: rules.map { rule in
                Rule(
                    rule: rule,
                    scores: Dictionary(
                        uniqueKeysWithValues: Self.quantities.compactMap { quantity in
                            estimate(rule, quantity).map {
                                (
                                    quantity.key,
                                    Interval(mean: $0.mean, low: $0.low, high: $0.high)
                                )
                            }
                        }))
            },
            services: services.map { service in
                Service(
                    project: service.id.project, service: service.id.service,
                    scores: service.scores.mapValues { score in
                        Dictionary(
                            uniqueKeysWithValues: Self.quantities.compactMap { quantity in
                                quantity.value(score).map { (quantity.key, $0) }
                            } + [("days", Double(score.days))])
                    })
            })
        return try document.jsonText()
    }

    private struct Document: Encodable {
        var schema = "rightsize.backtest/1"
        var trainDays: Int
        var holdDays: Int
        var rules: [Rule]
        var services: [Service]

        private enum CodingKeys: String, CodingKey {
            case schema, rules, services
            case trainDays = "train_days"
            case holdDays = "hold_days"
        }
    }

    private struct Rule: Encodable {
        var rule: String
        var scores: [String: Interval]
    }

    private struct Interval: Encodable {
        var mean: Double
        var low: Double
        var high: Double
    }

    private struct Service: Encodable {
        var project: String?
        var service: String
        var scores: [String: [String: Double]]
    }
}
