import Measures
import Sizing

/// One column of the table: how wide, and what it says of a service.
struct Column {
    var header: String
    var width: Int
    var cell: (ServiceReport) -> String

    private static let barWidth = 8

    /// The columns that fit, the most important first: what needs more room than there is falls away.
    static func fitting(_ report: Report, _ names: TierNames, _ style: TableStyle) -> [Column] {
        let required = [
            tierColumn(report, names, style), cpuBar(report, style), memoryBar(report, style),
            throttled, oomKills,
        ]
        let showsProject = Set(report.services.map(\.id.project)).count > 1
        // What is left after the glyph and the required columns, one blank before each.
        var room = max(80, style.width) - 3 - required.reduce(0) { $0 + $1.width + 1 } - 1
        let services = report.services.map { serviceText($0, showsProject, style).count }.max() ?? 0
        let reasons = report.services.map { bindingText($0).count }.max() ?? 0
        var serviceWidth = min(max(7, services), min(22, room / 2))
        var reasonWidth = min(max(8, reasons), min(16, room - serviceWidth))
        room -= serviceWidth + reasonWidth
        var shown: [String: Column] = [:]
        for (key, column) in [("cpu", cpuValues), ("memory", memoryValues), ("evidence", evidence)]
        where room >= column.width + 1 {
            shown[key] = column
            room -= column.width + 1
        }
        // What is left makes names whole, then reasons.
        let widen = min(room, services - serviceWidth)
        serviceWidth += max(0, widen)
        reasonWidth += min(room - max(0, widen), max(0, reasons - reasonWidth))
        let service = Column(header: "SERVICE", width: serviceWidth) {
            serviceText($0, showsProject, style).fitted(serviceWidth, ellipsis: style.ellipsis)
        }
        let binding = Column(header: "BOUND BY", width: reasonWidth) {
            bindingText($0).fitted(reasonWidth, ellipsis: style.ellipsis)
        }
        return [
            service, required[0], required[1], shown["cpu"], required[2], shown["memory"],
            required[3], required[4], shown["evidence"], binding,
        ].compactMap(\.self)
    }

    private static func serviceText(
        _ service: ServiceReport, _ showsProject: Bool, _ style: TableStyle
    ) -> String {
        let name = showsProject ? service.id.description : service.id.service
        let replicas = service.evidence.replicas.count
        return replicas > 1 ? "\(name) \(style.times)\(replicas)" : name
    }

    private static func tierColumn(
        _ report: Report, _ names: TierNames, _ style: TableStyle
    ) -> Column {
        let width = max(4, report.services.map { names.change($0).count }.max() ?? 0)
        return Column(header: "TIER", width: width) {
            names.change($0).fitted(width, ellipsis: style.ellipsis)
        }
    }

    private static func cpuBar(_ report: Report, _ style: TableStyle) -> Column {
        bar("CPU P95", report, style) { ($0.cpuUtilisation, $0.evidence.cpu?.p95.text) }
    }

    private static func memoryBar(_ report: Report, _ style: TableStyle) -> Column {
        bar("MEM MAX", report, style) { ($0.memoryUtilisation, $0.evidence.memory?.max.text) }
    }

    /// A bar and a percentage where there is a limit, else the value alone.
    private static func bar(
        _ header: String, _ report: Report, _ style: TableStyle,
        _ content: @escaping (ServiceReport) -> (share: Double?, value: String?)
    ) -> Column {
        Column(header: header, width: barWidth + 5) { service in
            let (share, value) = content(service)
            guard let share else { return (value ?? "").rightAligned(barWidth + 5) }
            let bar = style.bar(
                share, target: report.policy.targetUtilisation, width: barWidth)
            let percent = fixedText(min(share, 9.99) * 100, decimals: 0) + "%"
            return bar + percent.rightAligned(5)
        }
    }

    private static var cpuValues: Column {
        Column(header: "  P50   P95   P99   MAX LIM", width: 29) {
            let cpu = $0.evidence.cpu
            let values = [cpu?.p50, cpu?.p95, cpu?.p99, cpu?.max].map {
                ($0.map(\.shortText) ?? "").rightAligned(5)
            }
            let limit = $0.limits.cpu?.bound.map { "/" + $0.shortText } ?? ""
            return values.joined(separator: " ") + " " + limit.fitted(5, ellipsis: "")
        }
    }

    private static var memoryValues: Column {
        Column(header: "  P95   MAX LIM", width: 18) {
            let memory = $0.evidence.memory
            let values = [memory?.p95, memory?.max].map {
                ($0.map(\.shortText) ?? "").rightAligned(5)
            }
            let limit = $0.limits.memory?.bound.map { "/" + $0.shortText } ?? ""
            return values.joined(separator: " ") + " " + limit.fitted(6, ellipsis: "")
        }
    }

    private static var throttled: Column {
        Column(header: "THROT", width: 5) {
            guard let share = $0.evidence.cpu?.throttledShare, share >= 0.0005 else {
                return "     "
            }
            return (fixedText(share * 100, decimals: 1) + "%").rightAligned(5)
        }
    }

    private static var oomKills: Column {
        Column(header: "OOM", width: 3) {
            ($0.evidence.oomKills > 0 ? "\($0.evidence.oomKills)" : "").rightAligned(3)
        }
    }

    private static var evidence: Column {
        Column(header: "SEEN", width: 8) {
            spanText(seconds: $0.evidence.coverage.seconds).filter { $0 != " " }
                .fitted(8, ellipsis: "")
        }
    }

    static func bindingText(_ service: ServiceReport) -> String {
        let recommendation = service.recommendation
        switch recommendation.verdict {
        case .wait, .ignore: return recommendation.reason
        default: return recommendation.binding.map(\.text).joined(separator: " + ")
        }
    }
}

extension Constraint {
    var text: String {
        switch self {
        case .cpuMean: "CPU mean"
        case .cpuSustained: "CPU 10 min"
        case .cpuThrottled: "throttled"
        case .memoryMean: "mem mean"
        case .memorySustained: "mem 10 min"
        case .memoryPeak: "mem peak"
        case .oomKilled: "OOM kill"
        case .smallestTier: "smallest tier"
        }
    }
}

/// Tiers by one letter where their first letters differ, by name otherwise.
struct TierNames {
    private var short: [String: String] = [:]
    private let arrow: String

    init(_ report: Report, _ style: TableStyle) {
        arrow = style.arrow
        let letters = Set(report.tiers.compactMap { $0.name.first?.uppercased() })
        for tier in report.tiers {
            let letter = tier.name.first?.uppercased() ?? ""
            short[tier.name] = letters.count == report.tiers.count ? letter : tier.name
        }
    }

    /// `S → M`, or `S` where nothing changes; `–` stands for limits of no tier, `!` for no tier fits.
    func change(_ service: ServiceReport) -> String {
        let now = service.tier.map { short[$0] ?? $0 } ?? "-"
        switch service.recommendation.verdict {
        case .noTierFits: return "\(now) \(arrow) !"
        case .wait, .ignore, .keep: return now
        case .raise, .lower, .assign:
            let name = service.recommendation.tier?.name
            return "\(now) \(arrow) \(name.map { short[$0] ?? $0 } ?? "?")"
        }
    }
}

extension Cores {
    /// At most five characters: `.003`, `0.25`, `12.5`.
    var shortText: String {
        rawValue.magnitude < 0.0995 && rawValue != 0
            ? String(fixedText(rawValue, decimals: 3).drop { $0 == "0" }) : text
    }
}

extension Bytes {
    /// At most five characters: `96.5M`, `512M`, `1.25G`.
    var shortText: String {
        let parts = text.split(separator: " ")
        return "\(parts[0])\(parts[1].first!)"
    }
}
