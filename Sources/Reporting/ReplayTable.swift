import Measures
import Sizing

extension ServiceReport {
    /// What the history would have done under each limits that it was replayed under: the lines of a table;
    /// empty where none was.
    func replayLines(
        _ tiers: [ResourceTier], _ policy: SizingPolicy, _ style: TableStyle
    ) -> [String] {
        guard !evidence.replays.isEmpty else { return [] }
        let period = evidence.workload.period
        let target =
            "\(period)s \(style.unicode ? "≥" : ">=") \(percentText(policy.targetUtilisation))"
        var lines = [row("on", ["alerts", "alert time", "throttled", target, "OOM"])]
        for replay in evidence.replays {
            let name =
                tiers.first { $0.limits == replay.limits }?.name
                ?? (replay.limits == limits ? "as it is" : replay.limits.text)
            lines.append(row(name, cells(replay)))
        }
        return lines
    }

    private func cells(_ replay: Replay) -> [String] {
        let (cpu, memory) = (replay.cpu, replay.memory)
        func time(_ seconds: Double) -> String { seconds > 0 ? spanText(seconds: seconds) : "-" }
        func count(_ number: Int) -> String { number > 0 ? "\(number)" : "-" }
        return [
            count(cpu.alerts + memory.alerts), time(cpu.alertSeconds + memory.alertSeconds),
            time(cpu.secondsOverLimit),
            "\(max(cpu.periodsAboveTarget, memory.periodsAboveTarget)) of "
                + "\(max(cpu.periods, memory.periods))",
            count(memory.timesOverLimit),
        ]
    }

    private func row(_ name: String, _ cells: [String]) -> String {
        let widths = [7, 12, 12, 13, 6]
        return name.fitted(14, ellipsis: "")
            + zip(cells, widths).map { $0.rightAligned($1) }.joined()
    }
}
