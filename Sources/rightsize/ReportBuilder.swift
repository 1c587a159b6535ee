import Compose
import Measures
import Reporting
import Sampling
import Sizing
import Statistics
import Storing

/// From a store and perhaps a Compose file to a finished report.
struct ReportBuilder {
    var store: SampleStore
    var policy: SizingPolicy
    /// How far to look back from the last sample.
    var sinceSeconds: Double
    var compose: ComposeModel?
    var tiers = TierChoice()
    var project: String?
    /// Replays the history under the tiers and under the limits that hold now.
    var replays = false

    struct Result {
        var report: Report
        /// What a person should know beside the report, a line each.
        var notes: [String]
    }

    func build() throws -> Result {
        guard let extent = try store.extent() else {
            throw Failure("the store \(store.path) holds no samples yet: run 'rightsize sample'")
        }
        let from = max(
            extent.first, extent.last.advanced(byMilliseconds: -Int64(sinceSeconds * 1000)))
        let chosen = try chosenProject()
        let project = chosen?.project
        let sizer = Sizer(policy: policy, tiers: tiers.tiers)
        let isWanted: (SeriesIdentity) -> Bool = {
            $0.kind == .host
                || $0.kind != .oneOff && (project == nil || $0.service.project == project)
        }
        let inFile = compose?.servicesByName().mapValues(Self.limits) ?? [:]
        let observed = try ServiceObservations(
            store: store, window: from...extent.last, policy: policy, ticks: extent.ticks
        ).map(where: isWanted) { [replays, tiers = sizer.tiers] gatherer, key, replicas, window in
            let replayed =
                replays ? Self.replayed(tiers, inFile[key.id.service], replicas) : []
            return (key, try gatherer.evidence(of: replicas, replaying: replayed), window)
        }
        let seen = observed.last?.2
        var evidence = Dictionary(uniqueKeysWithValues: observed.map { ($0.0, $0.1) })
        let earlier = try EarlierUse.ofServices(
            in: store, from: extent.last.advanced(byMilliseconds: -Int64(sinceSeconds * 1000)),
            before: extent.first, where: isWanted)
        for (key, use) in earlier { evidence[key]?.earlier = use }
        let host = evidence.removeValue(forKey: ServiceKey(.host))
        let report = Report(
            version: Rightsize.version, generatedAt: ClockReading.now().time, source: store.path,
            window: Report.Window(
                from: seen?.first ?? from, to: extent.last, ticks: seen?.ticks ?? 0),
            host: seen?.host ?? HostCapacity(cpus: nil, memory: nil),
            hostEvidence: host, policy: policy,
            tiers: sizer.tiers, tiersSource: tiers.path,
            services: serviceReports(evidence, sizer, project).sorted(by: Self.order))
        let notes = [chosen?.note].compactMap(\.self) + notes(evidence, extent.last)
        return Result(report: report, notes: notes)
    }

    // MARK: Services

    /// The limits that hold now, unless they are a tier's, and the tiers.
    private static func replayed(
        _ tiers: [ResourceTier], _ inFile: ResourceLimits?, _ replicas: [ReplicaObservations]
    ) -> [ResourceLimits] {
        let newest = replicas.max { $0.sampleTimes.last! < $1.sampleTimes.last! }
        let running = newest?.limits ?? ResourceLimits(cpu: nil, memory: nil)
        let now = ResourceLimits(
            cpu: inFile?.cpu ?? running.cpu, memory: inFile?.memory ?? running.memory)
        let ladder = tiers.map(\.limits)
        let hasLimit = now.cpu?.bound != nil || now.memory?.bound != nil
        return (hasLimit && !ladder.contains(now) ? [now] : []) + ladder
    }

    private static func limits(_ service: ComposeService) -> ResourceLimits {
        ResourceLimits(cpu: service.cpuLimit, memory: service.memoryLimit)
    }

    private func serviceReports(
        _ observed: [ServiceKey: ServiceEvidence], _ sizer: Sizer, _ project: String?
    ) -> [ServiceReport] {
        guard let compose else {
            return observed.map { key, evidence in
                report(key, evidence, evidence.limits, nil, nil, sizer)
            }
        }
        return compose.services.map { service in
            let key = ServiceKey(
                kind: .service, id: ServiceID(project: project, service: service.name))
            let evidence = observed[key]
            let limits = ResourceLimits(
                cpu: service.cpuLimit ?? evidence?.limits.cpu,
                memory: service.memoryLimit ?? evidence?.limits.memory)
            var report = report(
                key, evidence ?? .none, limits, tiers.present(of: service, in: compose),
                service.ignore.map { $0.reason ?? "" }, sizer)
            report.reservations = ResourceLimits(
                cpu: service.resources.cpuReservation.known.map { .bounded($0) },
                memory: service.resources.memoryReservation.known.map { .bounded($0) })
            return report
        }
    }

    private func report(
        _ key: ServiceKey, _ evidence: ServiceEvidence, _ limits: ResourceLimits, _ tier: String?,
        _ ignoreReason: String?, _ sizer: Sizer
    ) -> ServiceReport {
        ServiceReport(
            id: key.id, kind: key.kind, evidence: evidence, limits: limits,
            tier: tier ?? sizer.tiers.first { $0.limits == limits }?.name,
            recommendation: sizer.recommend(
                evidence, limits: limits, ignoreReason: ignoreReason))
    }

    /// The largest first within a verdict, then by name.
    private static func order(_ left: ServiceReport, _ right: ServiceReport) -> Bool {
        func size(_ report: ServiceReport) -> Double {
            report.limits.cpu?.bound?.rawValue ?? .infinity
        }
        return size(left) == size(right) ? left.id < right.id : size(left) > size(right)
    }

    // MARK: The project

    /// The project whose samples belong to the Compose file; nil for all of them without a file.
    private func chosenProject() throws -> ProjectChoice.Chosen? {
        guard compose != nil || project != nil else { return nil }
        let services = try store.series().filter { $0.kind == .service }.map(\.service)
        let choice = ProjectChoice(
            store: store.path, services: Set(services), origins: try store.origins())
        if let project {
            return ProjectChoice.Chosen(project: try choice.project(named: project))
        }
        return try compose.map { compose in
            try choice.project(
                ofFile: compose.path, named: compose.projectName,
                services: Set(compose.services.map(\.name)))
        }
    }

    // MARK: Notes

    private func notes(
        _ observed: [ServiceKey: ServiceEvidence], _ last: Timestamp
    ) -> [String] {
        var notes: [String] = []
        let age = Double(ClockReading.now().time.milliseconds - last.milliseconds) / 1000
        if age > 3600 {
            notes.append(
                "the last sample is \(spanText(seconds: age)) old: is 'rightsize sample' still run?"
            )
        }
        let earlier = observed.values.compactMap(\.earlier)
        if let first = earlier.map(\.first).min(), let last = earlier.map(\.last).max() {
            notes.append(
                "of \(first.dayText) to \(last.dayText) only daily rollups are kept: they can keep a limit "
                    + "from being lowered, the rest rests on the samples since"
            )
        }
        guard let compose else { return notes }
        notes += Self.notes(compose)
        if let note = tiers.note { notes.append(note) }
        let names = Set(compose.services.map(\.name))
        let others = Set(observed.keys.map(\.id.service)).subtracting(names).sorted()
        if !others.isEmpty {
            notes.append(
                "in the store, but not in \(compose.path): \(others.joined(separator: ", "))")
        }
        return notes
    }

    /// A file's warnings, a line each; those of one kind, which a file tends to have in every service,
    /// in one line with the first as the example.
    static func notes(_ compose: ComposeModel) -> [String] {
        let merges = compose.warnings.filter { $0.kind == .duplicateMerge }
        var notes = compose.warnings.filter { $0.kind != .duplicateMerge || merges.count == 1 }.map
        {
            "\(compose.path):\($0.line): \($0.text)"
        }
        if merges.count > 1 {
            let lines = merges.map { String($0.line) }.joined(separator: ", ")
            notes.append(
                "\(compose.path) has `<<` more than once in \(merges.count) mappings (lines \(lines)). "
                    + "Fold each into a list, such as line \(merges[0].line): \(merges[0].text)")
        }
        return notes
    }
}

extension ServiceEvidence {
    /// A service that was never seen in the window.
    static let none = ServiceEvidence(
        replicas: [], cpu: nil, memory: nil, oomKills: 0, restarts: 0,
        limits: ResourceLimits(cpu: nil, memory: nil),
        coverage: Coverage(
            first: Timestamp(seconds: 0), last: Timestamp(seconds: 0), samples: 0, seconds: 0,
            stepSeconds: nil, gaps: 0, incarnations: 0))
}
