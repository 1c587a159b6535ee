/// The keys of a Compose file that decide about resources. Mappings remember which of them they have, so
/// that asking for one that is not there costs nothing.
enum ComposeKey: UInt8, CaseIterable, Sendable {
    case services, name, include, path, profiles, pids
    case command, entrypoint, environment
    case deploy, resources, limits, reservations, cpus, memory
    case memoryLimit, memoryReservation, memorySwapLimit, cpuQuota, cpuPeriod
    case replicas, scale, labels, extends, service, file
    case pidsLimit, projectDirectory, envFile, containerName
    case image, build, provider
    case updateConfig, rollbackConfig, restartPolicy, placement, preferences
    case devices, genericResources, discreteResourceSpec

    /// Compose's own spelling.
    var spelling: String { Self.spellings[Int(rawValue)].text }

    /// The same as bytes.
    var bytes: [UInt8] { Self.spellings[Int(rawValue)].bytes }

    private static let spellings = allCases.map {
        (text: $0.spelled, bytes: Array($0.spelled.utf8))
    }

    private var spelled: String {
        switch self {
        case .memoryLimit: "mem_limit"
        case .memoryReservation: "mem_reservation"
        case .memorySwapLimit: "memswap_limit"
        case .cpuQuota: "cpu_quota"
        case .cpuPeriod: "cpu_period"
        case .pidsLimit: "pids_limit"
        case .projectDirectory: "project_directory"
        case .envFile: "env_file"
        case .containerName: "container_name"
        case .updateConfig: "update_config"
        case .rollbackConfig: "rollback_config"
        case .restartPolicy: "restart_policy"
        case .genericResources: "generic_resources"
        case .discreteResourceSpec: "discrete_resource_spec"
        default: "\(self)"
        }
    }
}

/// A set of keys, a bit each.
struct ComposeKeys: OptionSet, Sendable {
    var rawValue: UInt64 = 0

    /// Those that a service's resources, replicas and labels are made from.
    static let decisive: ComposeKeys = [
        ComposeKey.deploy, .cpus, .memoryLimit, .memoryReservation, .memorySwapLimit, .cpuQuota,
        .cpuPeriod, .pidsLimit, .scale, .labels, .extends, .containerName,
    ].reduce(into: []) { $0.formUnion(ComposeKeys($1)) }

    init(rawValue: UInt64) { self.rawValue = rawValue }
    init(_ key: ComposeKey) { rawValue = 1 << UInt64(key.rawValue) }

    /// A service's own keys for amounts, beside `deploy`.
    static let ofOlderFamily: ComposeKeys = [
        ComposeKey.cpus, .memoryLimit, .memoryReservation, .memorySwapLimit, .cpuQuota, .cpuPeriod,
        .pidsLimit,
    ].reduce(into: []) { $0.formUnion(ComposeKeys($1)) }

    /// Some key that must not stand in any of these places.
    init(foreignIn places: [KeyPlace]) {
        for place in places { rawValue |= 1 << UInt64(place.rawValue) }
    }

    /// Whether there may be a key that must not stand in such a place.
    func hasForeign(in place: KeyPlace) -> Bool { rawValue >> UInt64(place.rawValue) & 1 == 1 }

    init(_ meaning: KeyMeaning) {
        self = meaning.foreign
        if let key = meaning.key { insert(ComposeKeys(key)) }
    }

    func contains(_ key: ComposeKey) -> Bool { rawValue >> UInt64(key.rawValue) & 1 == 1 }
}
