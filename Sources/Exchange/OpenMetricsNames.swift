import Measures

/// What our metrics are called in OpenMetrics text.
enum OpenMetricsNames {
    static let prefix = "rightsize_"

    static func family(_ metric: Metric) -> String { prefix + metric.name }

    /// Of a sample: counters end in `_total`.
    static func sample(_ metric: Metric) -> String {
        family(metric) + (metric.kind == .counter ? "_total" : "")
    }

    static func type(_ metric: Metric) -> String {
        metric.kind == .counter ? "counter" : "gauge"
    }

    /// Which every family's name must end in; nil for those that have none.
    static func unit(_ metric: Metric) -> String? {
        let last = metric.name.split(separator: "_").last.map(String.init)
        return last.flatMap {
            ["usec", "bytes", "millicores", "cores"].contains($0) ? $0 : nil
        }
    }

    static func help(_ metric: Metric) -> String {
        let words = metric.name.split(separator: "_").joined(separator: " ")
        return switch metric.kind {
        case .counter: "\(words), since the container started."
        case .gauge: "\(words), at the moment of reading."
        case .limit: "\(words); 9223372036854775807 is no limit."
        case .state: "\(words), a number for a word."
        case .occurrences: "\(words), since the sample before."
        case .real: "\(words), since the sample before."
        }
    }

    static let bySample = Dictionary(
        uniqueKeysWithValues: Metric.allCases.map { (sample($0), $0) })
    static let byFamily = Dictionary(
        uniqueKeysWithValues: Metric.allCases.map { (family($0), $0) })
}
