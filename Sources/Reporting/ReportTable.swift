import Measures
import Sizing

extension Report {
    /// The report for a terminal: the verdict first, then the services in groups, what is at risk first.
    package func table(_ style: TableStyle) -> String {
        ReportTable(report: printable, style: style).text
    }
}

private struct ReportTable {
    let report: Report
    let style: TableStyle
    let columns: [Column]
    let width: Int

    init(report: Report, style: TableStyle) {
        self.report = report
        self.style = style
        let names = TierNames(report, style)
        columns = Column.fitting(report, names, style)
        width = columns.reduce(3) { $0 + $1.width + 1 } - 1
    }

    var text: String {
        var lines = [title]
        if let host { lines.append(host) }
        lines += ["", headline, "", header]
        for group in Group.all {
            let services = report.services.filter {
                group.verdicts.contains($0.recommendation.verdict)
            }
            guard !services.isEmpty else { continue }
            lines.append(heading(group, services.count))
            lines += services.map { row($0, group) }
        }
        lines.append(style.paint(String(repeating: style.rule, count: width), .dim))
        lines += footer
        return lines.map(\.withoutTrailingBlanks).joined(separator: "\n") + "\n"
    }

    private var title: String {
        let projects = Set(report.services.compactMap(\.id.project)).sorted()
        let window = report.window
        let seconds = Double(window.to.milliseconds - window.from.milliseconds) / 1000
        var parts = ["rightsize \(report.version)"]
        if !projects.isEmpty {
            parts.append(projects.count == 1 ? projects[0] : "\(projects.count) projects")
        }
        parts.append(count(report.services.count, "service"))
        parts.append("\(spanText(seconds: seconds)) to \(window.to.minuteText)")
        return parts.joined(separator: style.separator)
    }

    /// What the machine used of what it has.
    private var host: String? {
        guard let evidence = report.hostEvidence, let cpu = evidence.cpu,
            let memory = evidence.memory, let cpus = report.host.cpus,
            let total = report.host.memory
        else { return nil }
        return "host: CPU p50 \(cpu.p50.text), p95 \(cpu.p95.text) of \(cpus.text) cores"
            + style.separator
            + "memory p95 \(memory.p95.text), max \(memory.max.text) of \(total.text)"
    }

    private var headline: String {
        var parts: [String] = []
        let risky = report.services.count {
            [.raise, .noTierFits].contains($0.recommendation.verdict)
        }
        if risky > 0 { parts.append("\(count(risky, "service")) at risk") }
        let idle = report.limitChange(of: .lower)
        if idle.services > 0 {
            parts.append(
                "\(idle.services) \(idle.services == 1 ? "holds" : "hold") \((Cores(0) - idle.cpu).text)"
                    + " CPU and \((Bytes(0) - idle.memory).text) without use")
        }
        let text = parts.isEmpty ? "Nothing to change" : parts.joined(separator: "; ")
        return style.paint(text + ".", .bold)
    }

    private var header: String {
        "   " + columns.map { $0.header.fitted($0.width, ellipsis: "") }.joined(separator: " ")
    }

    private func heading(_ group: Group, _ number: Int) -> String {
        let text = String(repeating: style.rule, count: 2) + " \(group.title) (\(number)) "
        let rest = String(repeating: style.rule, count: max(0, width - text.count))
        return style.paint(text + rest, group.colour)
    }

    private func row(_ service: ServiceReport, _ group: Group) -> String {
        let glyph = style.paint(style.unicode ? group.glyph : group.asciiGlyph, group.colour)
        return " \(glyph) " + columns.map { $0.cell(service) }.joined(separator: " ")
    }

    private var footer: [String] {
        let target = percentText(report.policy.targetUtilisation)
        var lines = [
            " Bars: share of the limit now (CPU p95, largest working set); the tick is \(target)."
        ]
        let raise = report.limitChange(of: .raise)
        if raise.services > 0 {
            lines.append(
                " Raising \(count(raise.services, "service")) takes \(raise.cpu.text) CPU and "
                    + "\(raise.memory.text) more.")
        }
        if let budget = report.budget {
            lines += budget.lines(style.arrow, width: max(80, style.width) - 1).map { " \($0)" }
        }
        lines.append(" Next: rightsize patch COMPOSE-FILE   or   rightsize explain SERVICE")
        return lines
    }

    private func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

/// A heading, and the verdicts below it. Glyph and heading carry the meaning, colour repeats it.
struct Group {
    var title: String
    var verdicts: [Verdict]
    var glyph: String
    var asciiGlyph: String
    var colour: TableStyle.Colour

    static let all = [
        Group(
            title: "Raise: at risk now", verdicts: [.raise], glyph: "▲", asciiGlyph: "^",
            colour: .red),
        Group(
            title: "No tier fits: needs a person", verdicts: [.noTierFits], glyph: "✖",
            asciiGlyph: "X", colour: .red),
        Group(
            title: "Set a limit: runs without one", verdicts: [.assign], glyph: "◆",
            asciiGlyph: "+", colour: .yellow),
        Group(
            title: "Lower: pays for idle limits", verdicts: [.lower], glyph: "▼", asciiGlyph: "v",
            colour: .cyan),
        Group(
            title: "Wait: not enough evidence", verdicts: [.wait], glyph: "◌", asciiGlyph: "?",
            colour: .dim),
        Group(
            title: "Keep: right size", verdicts: [.keep], glyph: "●", asciiGlyph: "=",
            colour: .green),
        Group(
            title: "Left alone", verdicts: [.ignore], glyph: "○", asciiGlyph: "o", colour: .dim),
    ]
}

extension String {
    fileprivate var withoutTrailingBlanks: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
