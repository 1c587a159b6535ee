import Measures
import Storing

/// What a store holds, for people, in 80 columns.
struct StoreInfoTable {
    private let info: StoreInfo

    init(_ info: StoreInfo) { self.info = info }

    var text: String {
        var lines: [(name: String, text: String)] = [
            ("store", info.path),
            ("format", "\(info.formatVersion)"),
            ("size", size),
            ("covers", covers),
            ("series", "\(info.series) (\(info.incarnations) containers, \(info.boots) boots)"),
            ("values", values),
            ("hot tail", "\(info.rows) rows, \(info.rowBytes.text)"),
            ("hours", Self.text(info.hours)),
            ("days", Self.text(info.days)),
            ("rollups", "\(info.rollupDays) days, \(info.rollupBytes.text)"),
            ("keeps", info.settings.retention.text),
            ("CPU time", info.settings.resolution.text),
        ]
        let shown = info.metrics.prefix(6)
        for (index, metric) in shown.enumerated() {
            let perValue = Double(metric.bytes.rawValue) / Double(max(1, metric.values))
            let size = Self.padded(metric.bytes.text, 9)
            lines.append(
                (
                    index == 0 ? "largest" : "",
                    "\(size)  \(fixedText(perValue, decimals: 2)) B a value  \(metric.metric.name)"
                ))
        }
        return lines.map { line in
            let name = line.name + String(repeating: " ", count: 10 - line.name.count)
            return "\(name)\(line.text)\n"
        }.joined()
    }

    private var size: String {
        "\(info.fileBytes.text)" + " and \(info.logBytes.text) of log"
    }

    private var covers: String {
        guard let extent = info.extent else { return "nothing yet" }
        let seconds = Double(extent.last.milliseconds &- extent.first.milliseconds) / 1000
        return
            "\(extent.first.minuteText) to \(extent.last.minuteText) (\(spanText(seconds: seconds))), "
            + "\(extent.ticks) ticks"
    }

    private var values: String {
        guard let bytes = info.bytesPerValue else { return "0" }
        return "\(info.values), \(fixedText(bytes, decimals: 2)) bytes each, everything counted"
    }

    private static func text(_ level: StoreInfo.Level) -> String {
        "\(level.spans) spans, \(level.ticks) ticks, \(level.bytes.text)"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

extension StoreSettings.Resolution {
    fileprivate var text: String {
        switch self {
        case .exact: "to the microsecond, as the kernel tells it"
        case .millisecond: "floored to whole milliseconds (--resolution 1ms)"
        }
    }
}

extension Retention {
    /// For people: `ticks for 60 d, rollups for 3 y, at most 200 MiB`.
    var text: String {
        var parts = [
            "ticks " + (rawSeconds.map { "for \(spanText(seconds: Double($0)))" } ?? "for ever"),
            "rollups "
                + (rollupSeconds.map { "for \(spanText(seconds: Double($0)))" } ?? "for ever"),
        ]
        if let sizeMax { parts.append("at most \(sizeMax.text)") }
        return parts.joined(separator: ", ")
    }
}
