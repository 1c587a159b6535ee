import Compose
import Measures
import Reporting

/// The resources in effect as a table, no wider than the terminal or 80 columns: a line for each service, and below it where
/// its values are written.
struct ResourcesTable {
    let text: String

    init(_ model: ComposeModel, _ tiers: TierChoice, _ style: TableStyle) {
        var style = style
        style.width = max(80, style.width)
        let header = ["SERVICE", "TIER", "CPUS", "MEMORY", "RESERVED", "PIDS"]
        let rows = model.services.map { service in
            [
                service.name.printable + Self.replicas(service, style),
                tiers.present(of: service, in: model)?.printable ?? "-",
            ] + Self.amounts(service.resources)
        }
        let widths = Self.widths([header] + rows, style)
        var lines = [Self.line(header, widths, style)]
        for (service, row) in zip(model.services, rows) {
            lines.append(Self.line(row, widths, style))
            lines += Self.origins(model, service).flatMap { $0.wrapped(style, indent: 2) }
        }
        text = lines.map { $0 + "\n" }.joined()
    }

    private static func replicas(_ service: ComposeService, _ style: TableStyle) -> String {
        guard let count = service.replicas else { return " \(style.times)?" }
        return count == 1 ? "" : " \(style.times)\(count)"
    }

    // MARK: Columns

    private static func amounts(_ values: ComposeResources) -> [String] {
        let cpus = text(values.cpuReservation, ComposeSpelling.cpus)
        let memory = text(values.memoryReservation, ComposeSpelling.memory)
        return [
            text(values.cpuLimit, ComposeSpelling.cpus),
            text(values.memoryLimit, ComposeSpelling.memory),
            cpus == "-" && memory == "-" ? "-" : "\(cpus), \(memory)",
            text(values.pidsLimit) { "\($0)" },
        ]
    }

    private static func text<Quantity>(
        _ value: ComposeValue<Quantity>, _ format: (Quantity) -> String
    ) -> String {
        switch value {
        case .absent: "-"
        case .known(let quantity): format(quantity)
        case .unknown(let text): "? \(text.printable)"
        }
    }

    /// As wide as their text, up to a limit each; the names of services take what is left.
    private static func widths(_ rows: [[String]], _ style: TableStyle) -> [Int] {
        let limits = [Int.max, 14, 8, 12, 16, 8]
        var widths = limits.indices.map { column in
            min(limits[column], rows.map { $0[column].count }.max() ?? 0)
        }
        widths[0] = min(widths[0], style.width - widths.dropFirst().reduce(0) { $0 + $1 + 2 })
        return widths
    }

    private static func line(_ row: [String], _ widths: [Int], _ style: TableStyle) -> String {
        var line = zip(row, widths).map { $0.fitted($1, ellipsis: style.ellipsis) }
            .joined(separator: "  ")
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }

    // MARK: Origins

    /// The places with what leads there; lines that the same leads to stand together.
    private static func origins(_ model: ComposeModel, _ service: ComposeService) -> [String] {
        var groups: [(path: String, lines: [Int], chain: [String])] = []
        for source in model.provenance(of: service) {
            let line = source.position.line
            let place = groups.firstIndex { $0.path == source.path && $0.chain == source.chain }
            if let place {
                if !groups[place].lines.contains(line) { groups[place].lines.append(line) }
            } else {
                groups.append((source.path, [line], source.chain))
            }
        }
        return groups.map { group in
            let lines = group.lines.sorted().map(String.init).joined(separator: ",")
            return (["\(group.path):\(lines)"] + group.chain).joined(separator: " ").printable
        }
    }
}

extension String {
    /// In lines that are no longer than the terminal, broken at blanks; a word that is longer loses its
    /// beginning, since the end of a path tells more.
    fileprivate func wrapped(_ style: TableStyle, indent: Int) -> [String] {
        let blank = String(repeating: " ", count: indent)
        var lines = [blank]
        for word in split(separator: " ") {
            let room = style.width - indent * 2
            let word =
                word.count <= room
                ? String(word) : style.ellipsis + word.suffix(room - style.ellipsis.count)
            let last = lines.count - 1
            if lines[last].allSatisfy({ $0 == " " }) {
                lines[last] += word
            } else if lines[last].count + 1 + word.count <= style.width {
                lines[last] += " " + word
            } else {
                lines.append(blank + blank + word)
            }
        }
        return lines
    }
}
