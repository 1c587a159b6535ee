import Measures

/// The memory between two processes, one line a container:
///
///     rightsize.inventory/1 ⇥ boot
///     id ⇥ started, ms ⇥ state ⇥ health ⇥ restarts ⇥ oom_killed ⇥ exit_code ⇥ group
///
/// Absent values are empty. When the listing was made stands apart: it changes with every sample, the
/// rest hardly ever.
extension InventoryMemory {
    private static let title = "rightsize.inventory/1"
    private static let metrics: [Metric] = [.state, .health, .restarts, .oomKilled, .exitCode]

    package var text: String {
        var text = "\(Self.title)\t\(boot.rawValue)\n"
        for (id, known) in containers.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let group = known.group ?? ""
            // A name with a tab or a line end in it is not worth remembering.
            guard !(id.rawValue + group).utf8.contains(where: { $0 < 0x20 }) else { continue }
            text += "\(id.rawValue)\t\(known.startedAt.rawValue)\t"
            for metric in Self.metrics {
                if let value = known.engineValues[metric] { text += String(value) }
                text += "\t"
            }
            text += group + "\n"
        }
        return text
    }

    /// - Returns: nil for what no version like this one wrote; then everything is asked for anew.
    package init?(text: String, listedAt: ClockReading) {
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"))[...]
        guard let head = lines.popFirst()?.split(separator: UInt8(ascii: "\t")), head.count == 2,
            head[0].elementsEqual(Self.title.utf8)
        else { return nil }
        self.init(boot: BootID(rawValue: String(Substring(head[1]))), listedAt: listedAt)
        for line in lines {
            let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            guard fields.count == Self.metrics.count + 3, !fields[0].isEmpty,
                let started = Int64(Substring(fields[1]))
            else { return nil }
            var values = MetricValues()
            for (metric, field) in zip(Self.metrics, fields[2...]) where !field.isEmpty {
                guard let value = Int64(Substring(field)) else { return nil }
                values[metric] = value
            }
            let group = fields[fields.count - 1]
            containers[ContainerID(rawValue: String(Substring(fields[0])))] = Known(
                startedAt: Timestamp(milliseconds: started), engineValues: values,
                group: group.isEmpty ? nil : String(Substring(group)))
        }
    }
}
