import Compose
import Measures
import Reporting

/// The resources in effect as a table: a line for each service, and one for each value's origin below it.
struct ResourcesTable {
    let text: String

    init(_ model: ComposeModel, _ tiers: TierChoice) {
        var rows: [[String]] = [
            [
                "SERVICE", "TIER", "CPUS", "MEMORY", "CPUS RESERVED", "MEMORY RESERVED", "PIDS",
                "FROM",
            ]
        ]
        for service in model.services {
            let values = service.resources
            let name = service.replicas.map { $0 == 1 ? "" : " ×\($0)" } ?? " ×?"
            rows.append([
                service.name.printable + name,
                tiers.present(of: service, in: model)?.printable ?? "-",
                Self.text(values.cpuLimit) { "\($0.rawValue)" },
                Self.text(values.memoryLimit, Self.size),
                Self.text(values.cpuReservation) { "\($0.rawValue)" },
                Self.text(values.memoryReservation, Self.size),
                Self.text(values.pidsLimit) { "\($0)" }, Self.origins(model, service),
            ])
        }
        text = Self.aligned(rows)
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

    private static func size(_ bytes: Bytes) -> String { ComposeSpelling.memory(bytes) }

    /// The places with what leads there; lines that the same leads to stand together.
    private static func origins(_ model: ComposeModel, _ service: ComposeService) -> String {
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
            let lines = group.lines.map(String.init).joined(separator: ",")
            return (["\(group.path):\(lines)"] + group.chain).joined(separator: " ").printable
        }.joined(separator: "; ")
    }

    private static func aligned(_ rows: [[String]]) -> String {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line +=
                    column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 2)
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
