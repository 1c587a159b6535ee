internal import Measures

extension ModelReader {
    mutating func readServices() {
        for entry in resolver.entries(of: servicesNode) { services.append(readService(entry)) }
    }

    private mutating func readService(_ entry: MergeResolver.Entry) -> ComposeService {
        var service = ComposeService(name: entry.name, line: line(of: entry.key), entry: entry)
        guard let node = tree.mapping(entry.value) else {
            warn(at: entry.key, "service \(entry.name) is no mapping; Compose refuses the file")
            return service
        }
        if let name = resolver.find(.containerName, in: node), let text = tree.scalar(name.value) {
            service.containerName = tree.text(of: text)
        }
        service.resources = resources(of: node, entry.name)
        if let deploy = resolver.find(.deploy, in: node) {
            service.tier = tierNames[deploy.owner]
        }
        service.replicas = replicas(of: node, entry.name)
        service.ignore = ignoreLabel(of: node)
        return service
    }

    // MARK: Resources

    private mutating func resources(of service: NodeID, _ name: String) -> ComposeResources {
        var values = ComposeResources()
        let place = "service \(name)"
        let deploy = resolver.find(.deploy, .resources, in: service)
            .flatMap { tree.mapping($0.value) }
        if let deploy { values = deployResources(deploy, under: place) }
        var older = ComposeResources()
        older.memoryLimit = memory(resolver.find(.memoryLimit, in: service), .service, place)
        older.memoryReservation = memory(
            resolver.find(.memoryReservation, in: service), .service, place)
        older.cpuLimit = olderCPULimit(of: service, place)
        warnOfTwoFamilies(service, name, deploy: values, older: older)
        if values.memoryLimit.isAbsent { values.memoryLimit = older.memoryLimit }
        if values.memoryReservation.isAbsent { values.memoryReservation = older.memoryReservation }
        if values.cpuLimit.isAbsent { values.cpuLimit = older.cpuLimit }
        if let extends = resolver.find(.extends, in: service) {
            warn(at: extends.key, "service \(name): what it inherits by `extends` is not read")
            Self.markInherited(&values)
        }
        return values
    }

    /// `cpus`, else the quota of the scheduler's period (100 ms where none is written).
    private mutating func olderCPULimit(
        of service: NodeID, _ place: String
    ) -> ComposeValue<Cores> {
        let cpus = cpus(resolver.find(.cpus, in: service), place)
        guard cpus.isAbsent else { return cpus }
        let quota = self.cpus(resolver.find(.cpuQuota, in: service), place)
        let period = self.cpus(resolver.find(.cpuPeriod, in: service), place)
        switch (quota, period) {
        case (.known(let quota), .known(let period)) where period > Cores(0):
            return .known(Cores(quota.rawValue / period.rawValue))
        case (.known(let quota), .absent), (.known(let quota), .known):
            return .known(Cores(quota.rawValue / 100_000))
        case (.known, .unknown(let text)): return .unknown(text)
        case (.unknown(let text), _): return .unknown(text)
        case (.absent, _), (.inherited, _), (_, .inherited): return quota
        }
    }

    private mutating func warnOfTwoFamilies(
        _ service: NodeID, _ name: String, deploy: ComposeResources, older: ComposeResources
    ) {
        var disagreeing: [String] = []
        if !older.memoryLimit.isAbsent, older.memoryLimit != deploy.memoryLimit {
            disagreeing.append("mem_limit and deploy.resources.limits.memory")
        }
        if !older.cpuLimit.isAbsent, older.cpuLimit != deploy.cpuLimit {
            disagreeing.append("cpus and deploy.resources.limits.cpus")
        }
        guard !disagreeing.isEmpty,
            let resources = resolver.find(.deploy, .resources, in: service),
            let limits = resolver.find(.deploy, .resources, .limits, in: service),
            tree.mapping(limits.value) != nil
        else { return }
        warn(
            at: resources.key,
            "service \(name): \(disagreeing.joined(separator: ", and ")) differ; Compose 2 refuses "
                + "that, so keep one of the two families")
    }

    /// What the service does not say itself may come from the service that it extends.
    private static func markInherited(_ values: inout ComposeResources) {
        if values.cpuLimit.isAbsent { values.cpuLimit = .inherited }
        if values.memoryLimit.isAbsent { values.memoryLimit = .inherited }
        if values.cpuReservation.isAbsent { values.cpuReservation = .inherited }
        if values.memoryReservation.isAbsent { values.memoryReservation = .inherited }
    }

    // MARK: Replicas and labels

    private mutating func replicas(of service: NodeID, _ name: String) -> Int? {
        let found =
            resolver.find(.deploy, .replicas, in: service) ?? resolver.find(.scale, in: service)
        guard let found else { return 1 }
        switch scalar(found.value) {
        case .null: return 1
        case .integer(let count) where count >= 0: return Int(count)
        case .text(let text):
            if let count = Int(text), count >= 0 { return count }
        default: break
        }
        warn(at: found.value, "service \(name): the number of replicas is not known here")
        return nil
    }

    private mutating func ignoreLabel(of service: NodeID) -> ComposeService.Ignore? {
        guard let labels = resolver.find(.labels, in: service) else { return nil }
        let label = "rightsize.ignore"
        if let mapping = tree.mapping(labels.value) {
            guard let entry = resolver.entries(of: mapping).first(where: { $0.name == label })
            else { return nil }
            let text = tree.scalar(entry.value).map(tree.text(of:)) ?? ""
            return Self.ignore(value: text, line: line(of: entry.key))
        }
        guard let list = tree.sequence(labels.value) else { return nil }
        for item in tree.children(of: list) {
            guard let text = tree.keyText(item) else { continue }
            if text == label { return Self.ignore(value: "", line: line(of: item)) }
            guard text.hasPrefix(label + "=") else { continue }
            return Self.ignore(
                value: String(text.dropFirst(label.count + 1)), line: line(of: item))
        }
        return nil
    }

    private static func ignore(value: String, line: Int) -> ComposeService.Ignore? {
        switch value.lowercased() {
        case "false", "no", "off", "0": nil
        case "", "true", "yes", "on", "1", "~", "null": ComposeService.Ignore(line: line)
        default: ComposeService.Ignore(reason: value, line: line)
        }
    }
}
