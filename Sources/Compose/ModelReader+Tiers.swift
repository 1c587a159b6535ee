internal import Measures

extension ModelReader {
    mutating func readTiers() {
        for entry in resolver.entries(of: root) where entry.name.hasPrefix("x-") {
            guard tree[entry.value].kind == .mapping, let anchor = tree.anchorNames[entry.value]
            else { continue }
            readTier(entry, anchor: anchor)
        }
        tiers.sort { Self.size(of: $0) < Self.size(of: $1) }
    }

    private mutating func readTier(_ entry: MergeResolver.Entry, anchor: String) {
        // An anchor that merges a tier is a use of it, not another tier.
        guard let deploy = resolver.find(.deploy, in: entry.value), deploy.merges.isEmpty,
            let resources = resolver.find(.deploy, .resources, in: entry.value)
                .flatMap({ tree.mapping($0.value) }),
            resolver.find(.limits, .cpus, in: resources) != nil,
            resolver.find(.limits, .memory, in: resources) != nil
        else { return }
        let name = ComposeTier.name(ofAnchor: anchor)
        if let earlier = tierLines[name] {
            warn(
                at: entry.key,
                "\(entry.name) would be a second tier \(name) (the first is on line "
                    + "\(earlier)) and is not used; give its anchor &\(anchor) another name")
            return
        }
        let values = deployResources(resources, under: entry.name)
        guard let tier = Self.tier(named: name, values) else {
            let reason =
                "\(entry.name) (line \(line(of: entry.key))) has a value that is interpolated, "
                + "unreadable or 0"
            unusableTiers[name] = reason
            warn(at: entry.key, "\(reason), so it is no tier; write plain values to use it")
            return
        }
        tierNames[entry.value] = name
        tierLines[name] = line(of: entry.value)
        tiers.append(
            ComposeTier(
                tier: tier, anchor: anchor, span: tree[entry.value].span,
                line: line(of: entry.value), node: entry.value))
    }

    private static func tier(named name: String, _ values: ComposeResources) -> ResourceTier? {
        guard let cpuLimit = values.cpuLimit.known, let memoryLimit = values.memoryLimit.known,
            cpuLimit > Cores(0), memoryLimit > Bytes(0),
            values.cpuReservation.known != nil || values.cpuReservation.isAbsent,
            values.memoryReservation.known != nil || values.memoryReservation.isAbsent
        else { return nil }
        return ResourceTier(
            name: name, cpuLimit: cpuLimit, memoryLimit: memoryLimit,
            cpuReservation: values.cpuReservation.known,
            memoryReservation: values.memoryReservation.known)
    }

    /// By memory, then CPUs: memory is what a container dies of.
    private static func size(of tier: ComposeTier) -> (Bytes, Cores, String) {
        (tier.tier.memoryLimit, tier.tier.cpuLimit, tier.name)
    }
}
