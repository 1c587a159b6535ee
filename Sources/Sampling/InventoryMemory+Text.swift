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
        for known in containers {
            let id = known.container
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
        var text = text
        guard let memory = text.withUTF8({ Self.read($0, listedAt) }) else { return nil }
        self = memory
    }

    private static func read(
        _ text: UnsafeBufferPointer<UInt8>, _ listedAt: ClockReading
    ) -> InventoryMemory? {
        var lines = TextFields(text, separator: .lineEnd)
        guard let head = lines.next() else { return nil }
        var fields = TextFields(head, separator: .tab)
        guard let title = fields.next(), title.elementsEqual(Self.title.utf8),
            let boot = fields.next(), fields.next() == nil
        else { return nil }
        var memory = InventoryMemory(
            boot: BootID(rawValue: String(decoding: boot, as: UTF8.self)), listedAt: listedAt)
        while let line = lines.next() {
            if line.isEmpty { continue }
            guard let known = container(line) else { return nil }
            memory.remember(known)
        }
        return memory
    }

    private static func container(
        _ line: UnsafeBufferPointer<UInt8>
    ) -> Known? {
        var fields = TextFields(line, separator: .tab)
        guard let id = fields.next(), !id.isEmpty,
            let started = fields.next().flatMap(TextFields.integer)
        else { return nil }
        var values = MetricValues()
        for metric in metrics {
            guard let field = fields.next() else { return nil }
            if field.isEmpty { continue }
            guard let value = TextFields.integer(field) else { return nil }
            values[metric] = value
        }
        guard let group = fields.next(), fields.next() == nil else { return nil }
        return Known(
            container: ContainerID(rawValue: String(decoding: id, as: UTF8.self)),
            startedAt: Timestamp(milliseconds: started), engineValues: values,
            group: group.isEmpty ? nil : String(decoding: group, as: UTF8.self))
    }
}
