import Measures
import Sizing

extension Report {
    /// Everything known of each service, a block each: for `--service`.
    package func details(_ style: TableStyle) -> String {
        printable.services.map { detail($0, style) }.joined(separator: "\n")
    }

    private func detail(_ service: ServiceReport, _ style: TableStyle) -> String {
        let count = service.evidence.replicas.count
        let replicas = count > 1 ? " \(style.times)\(count)" : ""
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
            add("needs", "\(need.cpu.text) CPU, \(need.memory.text)" + exactText(service))
        }
        add(
            "reserve",
            service.recommendation.reservation.map {
                "\($0.cpu.text) CPU, \($0.memory.text): what it steadily uses"
            })
        add("room", roomText(service))
        add("confidence", confidenceText(service))
        add("split", splitText(service))
        for warning in service.recommendation.warnings { add("note", warning) }
        add("CPU", cpuText(service))
        add(
            "throttled",
            service.evidence.cpu?.throttledShare.map {
                fixedText($0 * 100, decimals: 1) + " % of periods"
            })
        add("hidden", hiddenText(service))
        add("working set", memoryText(service))
        add("made of", partsText(service))
        add("start-up", startUpText(service))
        add("replicas", spreadText(service))
        add("OOM kills", "\(service.evidence.oomKills); restarts \(service.evidence.restarts)")
        add("evidence", coverageText(service.evidence.coverage))
        add("earlier", service.evidence.earlier.map(earlierText))
        for effect in service.evidence.limitChanges { add("changed", effectText(effect)) }
        let replays = service.replayLines(tiers, policy, style)
        if !replays.isEmpty {
            lines.append("  What this history would have done on other limits (replayed):")
            lines += replays.map { "    \($0)" }
        }
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

    /// What came of a change of limits.
    private func effectText(_ effect: LimitEffect) -> String {
        func side(_ span: LimitEffect.Span) -> String {
            var parts: [String] = []
            if let share = span.throttledShare { parts.append("throttled \(percentText(share))") }
            if let cpu = span.cpuMax { parts.append("CPU up to \(cpu.text)") }
            if let memory = span.memoryMax { parts.append("memory up to \(memory.text)") }
            parts.append("\(span.oomKills) OOM kill\(span.oomKills == 1 ? "" : "s")")
            return parts.joined(separator: ", ")
        }
        return "\(effect.at.minuteText) from \(effect.from.text) to \(effect.to.text); before: "
            + "\(side(effect.before)); after: \(side(effect.after))"
    }

    private func exactText(_ service: ServiceReport) -> String {
        guard let exact = service.recommendation.exact else { return "" }
        return "; round: \(exact.cpu.text) CPU, \(exact.memory.text)"
    }

    private func confidenceText(_ service: ServiceReport) -> String? {
        guard let share = service.recommendation.confidence,
            let tier = service.recommendation.tier
        else { return nil }
        return "\(tier.name) in \(percentText(share)) of the histories drawn anew from the same "
            + "\(service.evidence.workload.period)s"
    }

    private func splitText(_ service: ServiceReport) -> String? {
        guard let split = service.recommendation.split else { return nil }
        let cpu = split.cpu?.name ?? "more than any tier"
        let memory = split.memory?.name ?? "more than any tier"
        var text = "CPU alone wants \(cpu), memory alone \(memory)"
        guard let tier = service.recommendation.tier, let exact = service.recommendation.exact
        else { return text }
        text += ": a tier of its own (\(exact.cpu.text) CPU, \(exact.memory.text)) would save "
        let freed = (
            cpu: max(Cores(0), tier.cpuLimit - exact.cpu),
            memory: max(Bytes(0), tier.memoryLimit - exact.memory)
        )
        return text + "\(freed.cpu.text) CPU, \(freed.memory.text) a container"
    }

    /// How much of the tier is needed: the distance to the next.
    private func roomText(_ service: ServiceReport) -> String? {
        guard let tier = service.recommendation.tier, let need = service.recommendation.need
        else { return nil }
        return "\(percentText(need.cpu.rawValue / tier.cpuLimit.rawValue)) of the CPU and "
            + percentText(Double(need.memory.rawValue) / Double(tier.memoryLimit.rawValue))
            + " of the memory of \(tier.name) are needed, margin included"
    }

    private func hiddenText(_ service: ServiceReport) -> String? {
        guard let cpu = service.evidence.cpu, cpu.censoredShare > 0 else { return nil }
        var text = "demand known only from below in \(percentText(cpu.censoredShare)) of the time"
        if let median = cpu.demandMedian {
            text += "; median \(median.value.text) cores (Kaplan-Meier"
            if let low = median.low { text += ", \(low.text) to \(median.high?.text ?? "?")" }
            text += ")"
        }
        return text
    }

    private func partsText(_ service: ServiceReport) -> String? {
        guard let memory = service.evidence.memory, let kept = memory.parts.unreclaimableMax
        else { return nil }
        var text = "\(kept.text) that cannot be dropped"
        if let cache = memory.parts.activeCacheMax { text += ", \(cache.text) cache in use" }
        if let refaults = memory.parts.refaults, refaults > 0 {
            text += "; \(refaults) cache pages were read again"
        }
        if let stalled = memory.parts.stalledSeconds, stalled >= 1 {
            text += "; stalled for memory \(spanText(seconds: stalled))"
        }
        return text
    }

    private func startUpText(_ service: ServiceReport) -> String? {
        let cpu = service.evidence.cpu?.startUpMax
        let memory = service.evidence.memory?.startUpMax
        guard let cpu, let memory, memory.rawValue > 0 else { return nil }
        return "up to \(cpu.text) cores and \(memory.text) in the first minutes"
    }

    /// How far the replicas' worst days lie apart.
    private func spreadText(_ service: ServiceReport) -> String? {
        guard service.evidence.replicas.count > 1 else { return nil }
        let cpu = service.evidence.replicas.compactMap { $0.cpu.map(\.sustained).max() }
        let memory = service.evidence.replicas.compactMap { $0.memory.map(\.peak).max() }
        guard let least = cpu.min(), let most = cpu.max(), let small = memory.min(),
            let large = memory.max()
        else { return nil }
        return
            "worst 10 minutes \(Cores(least).text) to \(Cores(most).text) cores, largest working "
            + "set \(Bytes(wholeBytes(small)).text) to \(Bytes(wholeBytes(large)).text); sized by the worst"
    }

    private func earlierText(_ use: EarlierUse) -> String {
        func span(_ what: String, _ usually: String?, _ most: String?) -> String? {
            most.map { "\(what) p99 \(usually ?? "?") max \($0)" }
        }
        let parts = [
            span("CPU", use.cpuP99?.text, use.cpuMax.map { "\($0.text) cores" }),
            span("working set", use.memoryP99?.text, use.memoryMax?.text),
            "\(use.oomKills) OOM kill\(use.oomKills == 1 ? "" : "s")",
        ]
        return parts.compactMap(\.self).joined(separator: "; ")
            + ": rollups of \(use.days) day\(use.days == 1 ? "" : "s"), \(use.first.dayText) to "
            + use.last.dayText
    }

    private func coverageText(_ coverage: Coverage) -> String {
        let step = coverage.stepSeconds.map { " every \(spanText(seconds: $0))" } ?? ""
        let gaps = coverage.gaps > 0 ? ", \(coverage.gaps) gap\(coverage.gaps == 1 ? "" : "s")" : ""
        return
            "\(coverage.samples) samples\(step)\(gaps): \(spanText(seconds: coverage.seconds)) seen, "
            + "\(coverage.first.minuteText) to \(coverage.last.minuteText)"
            + (coverage.days > 0
                ? "; \(coverage.days) days, \(coverage.weekendDays) of weekends" : "")
    }
}
