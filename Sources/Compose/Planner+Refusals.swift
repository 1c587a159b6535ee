internal import Measures

/// The reasons not to touch a service, in the order in which they are asked. Each names what to do.
extension Planner {
    func refuseUnknownTier(_ name: String) -> Outcome {
        if let reason = file.unusableTiers[name] {
            return .refused(.unknownTier, at: nil, "tier \(name) cannot be used: \(reason)")
        }
        let known = file.tiers.map(\.name).joined(separator: ", ")
        let choice = known.isEmpty ? "it has none" : "it has \(known)"
        return .refused(
            .unknownTier, at: nil,
            "\(file.path) defines no tier \(name) (\(choice)); add an anchor "
                + "&resources-\(name) with deploy.resources.limits to it")
    }

    /// The service's text stands elsewhere, and maybe for several services.
    func refuseIndirectService(_ service: ComposeService, _ node: NodeID) -> Outcome? {
        let entry = service.entry
        if let merge = entry.merge {
            return .refused(
                .serviceIsMerged, at: entry.key,
                "the service is merged into `services:` by \(spelling(merge)) on line "
                    + "\(line(of: merge)); edit its text here by hand, for all who merge it")
        }
        if tree[entry.value].kind == .alias {
            return .refused(
                .serviceIsAlias, at: entry.value,
                "the service is \(spelling(entry.value)), one text with "
                    + "\(others(of: node, than: service.name) ?? "its anchor"); give it a text of its own, such as "
                    + "`<<: [*TIER, \(spelling(entry.value))]`")
        }
        if let found = servicesAlias {
            return .refused(
                .serviceIsMerged, at: entry.key,
                "`services:` is an alias (line \(line(of: found))); edit the anchor by hand")
        }
        return nil
    }

    mutating func refuseExtends(_ service: ComposeService, _ node: NodeID) -> Outcome? {
        if let extends = resolver.find(.extends, in: node) {
            return .refused(
                .extends, at: extends.key,
                "the service extends another, and what it inherits is not read; edit it by hand")
        }
        guard let heir = extended[service.name] else { return nil }
        return .refused(
            .extends, at: service.entry.key,
            "service \(heir) extends it and would change too; edit both by hand")
    }

    mutating func refuseOlderFamily(_ node: NodeID, _ wanted: ComposeTier) -> Outcome? {
        let older: [ComposeKey] = [
            .memoryLimit, .cpus, .memoryReservation, .memorySwapLimit, .cpuQuota, .cpuPeriod,
        ]
        for key in older {
            guard let found = resolver.find(key, in: node) else { continue }
            let text = tree.scalar(found.value).map(tree.text(of:)) ?? ""
            if text.contains("$") {
                return .refused(
                    .interpolated, at: found.key,
                    "`\(key.rawValue): \(text)` is interpolated; change the variable where it is "
                        + "set, or its default here: tier \(wanted.name) is \(values(wanted))")
            }
            return .refused(
                .olderFamily, at: found.key,
                "`\(key.rawValue):` is of the older family, which Compose refuses beside a tier; "
                    + "write the values of tier \(wanted.name) by hand: \(values(wanted))")
        }
        return nil
    }

    mutating func refuseOwnDeploy(
        _ node: NodeID, _ deploy: Found, _ wanted: ComposeTier
    ) -> Outcome {
        let hidden = tree.mergeSourcesByPrecedence(of: node).first { source in
            tree.mapping(source).map { resolver.find(.deploy, in: $0) != nil } ?? false
        }
        let hides = hidden.map { " and hides \(spelling($0)) on line \(line(of: $0))" } ?? ""
        if tree.isNull(deploy.value) {
            return .refused(
                .explicitDeploy, at: deploy.key,
                "`deploy:` is empty here\(hides); remove it"
                    + (hidden == nil ? " and add `<<: *\(wanted.anchor)`" : ""))
        }
        if tree[deploy.value].kind == .alias {
            return .refused(
                .deployIsAlias, at: deploy.value,
                "`deploy: \(spelling(deploy.value))` is written here\(hides); edit the anchor (line "
                    + "\(line(of: tree.resolved(deploy.value)))) or name another by hand")
        }
        if let text = interpolatedText(in: deploy) {
            return .refused(
                .interpolated, at: deploy.key,
                "its own `deploy:` has the interpolated value \(text)\(hides); change the variable "
                    + "or its default by hand: tier \(wanted.name) is \(values(wanted))")
        }
        return .refused(
            .explicitDeploy, at: deploy.key,
            "its own `deploy:` is written here\(hides); put the values of tier \(wanted.name) into "
                + "it by hand: \(values(wanted))")
    }

    private mutating func interpolatedText(in deploy: Found) -> String? {
        guard let mapping = tree.mapping(deploy.value) else { return nil }
        let paths: [(ComposeKey, ComposeKey)] = [
            (.limits, .memory), (.limits, .cpus), (.reservations, .memory), (.reservations, .cpus),
        ]
        for (family, key) in paths {
            guard let found = resolver.find(.resources, family, key, in: mapping),
                let scalar = tree.scalar(found.value)
            else { continue }
            let text = tree.text(of: scalar)
            if text.contains("$") { return text }
        }
        return nil
    }

    // MARK: Words

    func spelling(_ source: NodeID) -> String {
        tree[source].kind == .alias ? "*\(tree.text(of: source))" : "a mapping"
    }

    /// The other services that get their `deploy` from a mapping; nil for none.
    ///
    /// - Parameter service: one of them that is not named; nil to name all.
    func others(of mapping: NodeID, than service: String?) -> String? {
        guard let known = dependents[mapping] else { return nil }
        let count = known.count - (service == nil ? 0 : 1)
        let shown = known.names.filter { $0 != service }.prefix(5)
        guard !shown.isEmpty else { return nil }
        let names = shown.joined(separator: ", ")
        return count > shown.count ? "\(names) and \(count - shown.count) more" : names
    }

    /// A tier's limits as one would write them.
    func values(_ tier: ComposeTier) -> String {
        let mebibytes = Double(tier.tier.memoryLimit.rawValue) / Double(1 << 20)
        let memory =
            mebibytes == mebibytes.rounded()
            ? "\(Int(mebibytes))M" : "\(tier.tier.memoryLimit.rawValue)b"
        return "cpus '\(tier.tier.cpuLimit.rawValue)', memory \(memory)"
    }
}
