import Measures
import Storing

extension Export {
    /// OpenMetrics 1.0 text. Families may not interleave there, nor series in a family, so the store is
    /// read once for each metric and for each group of series that fits into memory.
    func writeOpenMetrics() throws(StoreError) {
        let labels = try labels()
        let metrics = try store.metrics(in: scope.window, where: scope.isWanted).filter {
            scope.metrics.contains($0)
        }
        let series = try store.series().filter(scope.isWanted)
        let ticks = max(1, try store.extent()?.ticks ?? 1)
        let groupSize = min(1024, max(1, Self.groupValuesMax / ticks))
        for metric in metrics where output.failure == nil {
            let family = OpenMetricsNames.family(metric)
            output.append("# TYPE \(family) \(OpenMetricsNames.type(metric))\n")
            if let unit = OpenMetricsNames.unit(metric) {
                output.append("# UNIT \(family) \(unit)\n")
            }
            output.append("# HELP \(family) \(OpenMetricsNames.help(metric))\n")
            for start in stride(from: 0, to: series.count, by: groupSize) {
                let group = Set(series[start..<min(series.count, start + groupSize)])
                let history = try store.history(
                    of: [metric], in: scope.window, where: group.contains)
                for run in history.incarnations {
                    write(run, metric, history.ticks.times, labels)
                }
            }
        }
        output.append("# EOF\n")
    }

    /// The most values that are read at once: 32 MB.
    private static let groupValuesMax = 1 << 22

    private func write(
        _ run: IncarnationHistory, _ metric: Metric, _ times: [Int64], _ labels: SeriesLabels
    ) {
        guard let column = run.columns[metric] else { return }
        var points: [(time: Int64, value: Int64)] = []
        for (index, row) in run.rows.enumerated() {
            if let value = column[index] { points.append((times[row], value)) }
        }
        // A clock that was set back: points must be in the order of their times.
        if !zip(points, points.dropFirst()).allSatisfy({ $0.time <= $1.time }) {
            points.sort { $0.time < $1.time }
        }
        let pairs = zip(labels.names, labels.values(of: run.incarnation)).filter { !$1.isEmpty }
            .map { "\($0)=\"\(Self.escaped($1))\"" }
        let start = Array(
            "\(OpenMetricsNames.sample(metric)){\(pairs.joined(separator: ","))} ".utf8)
        for point in points {
            output.write(upTo: start.count + 100) { target in
                var count = target.write(start)
                count &+= (target + count).write(point.value, of: metric)
                target[count] = 0x20
                count &+= 1
                count &+= (target + count).write(secondsOf: point.time)
                target[count] = 0x0a
                return count &+ 1
            }
        }
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
