import Measures
import Sizing

extension Report {
    /// Everything known of each service, a block each: for `--service`.
    package func details(_ style: TableStyle) -> String {
        printable.services.map { detail($0, style) }.joined(separator: "\n")
    }

    private func detail(_ service: ServiceReport, _ style: TableStyle) -> String {
        let replicas =
            service.evidence.replicas > 1 ? " \(style.times)\(service.evidence.replicas)" : ""
        var lines = [
            style.paint("\(service.id)\(replicas): \(headline(service, style))", .bold)
        ]
        func add(_ label: String, _ text: String?) {
            guard let text else { return }
            lines.append("  \(label.fitted(13, ellipsis: "")) \(text)")
        }
        add("because", service.recommendation.reason)
        add("limits now", limitsText(service))
        if let need = service.recommendation.need {
            add("needs", "\(need.cpu.text) CPU, \(need.memory.text)")
        }
        add("CPU", cpuText(service))
        add(
            "throttled",
            service.evidence.cpu?.throttledShare.map {
                fixedText($0 * 100, decimals: 1) + " % of periods"
            })
        add("working set", memoryText(service))
        add("OOM kills", "\(service.evidence.oomKills); restarts \(service.evidence.restarts)")
        add("evidence", coverageText(service.evidence.coverage))
        return lines.joined(separator: "\n") + "\n"
    }

    private func headline(_ service: ServiceReport, _ style: TableStyle) -> String {
        let now = service.tier ?? "own limits"
        let tier = service.recommendation.tier?.name ?? ""
        return switch service.recommendation.verdict {
        case .raise: "raise, \(now) \(style.arrow) \(tier)"
        case .lower: "lower, \(now) \(style.arrow) \(tier)"
        case .assign: "set a limit, none \(style.arrow) \(tier)"
        case .noTierFits: "no tier fits"
        case .wait: "wait, keep \(now)"
        case .keep: "keep \(now)"
        case .ignore: "left alone"
        }
    }

    private func limitsText(_ service: ServiceReport) -> String {
        let cpu =
            switch service.limits.cpu {
            case .bounded(let cores): "\(cores.text) CPU"
            case .unlimited: "no CPU limit"
            case nil: "CPU limit unknown"
            }
        let memory =
            switch service.limits.memory {
            case .bounded(let bytes): bytes.text
            case .unlimited: "no memory limit"
            case nil: "memory limit unknown"
            }
        return "\(cpu), \(memory)" + (service.tier.map { " (\($0))" } ?? "")
    }

    private func cpuText(_ service: ServiceReport) -> String? {
        guard let cpu = service.evidence.cpu else { return nil }
        let share = service.cpuUtilisation.map { "; p95 is \(percentText($0)) of the limit" } ?? ""
        return "mean \(cpu.mean.text)  p50 \(cpu.p50.text)  p95 \(cpu.p95.text)  "
            + "p99 \(cpu.p99.text)  max \(cpu.max.text) cores\(share)"
    }

    private func memoryText(_ service: ServiceReport) -> String? {
        guard let memory = service.evidence.memory else { return nil }
        let share =
            service.memoryUtilisation.map { "; max is \(percentText($0)) of the limit" } ?? ""
        let peak = memory.peak.map { "; peak with page cache \($0.text)" } ?? ""
        return
            "mean \(memory.mean.text)  p95 \(memory.p95.text)  max \(memory.max.text)\(share)\(peak)"
    }

    private func coverageText(_ coverage: Coverage) -> String {
        let step = coverage.stepSeconds.map { " every \(spanText(seconds: $0))" } ?? ""
        let gaps = coverage.gaps > 0 ? ", \(coverage.gaps) gap\(coverage.gaps == 1 ? "" : "s")" : ""
        return
            "\(coverage.samples) samples\(step)\(gaps): \(spanText(seconds: coverage.seconds)) seen, "
            + "\(coverage.first.minuteText) to \(coverage.last.minuteText)"
    }
}
