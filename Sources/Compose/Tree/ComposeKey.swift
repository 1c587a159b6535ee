/// The keys of a Compose file that decide about resources. Mappings remember which of them they have, so
/// that asking for one that is not there costs nothing.
enum ComposeKey: UInt8, CaseIterable, Sendable {
    case services, name, include, path, profiles, pids
    case command, entrypoint, environment
    case deploy, resources, limits, reservations, cpus, memory
    case memoryLimit, memoryReservation, memorySwapLimit, cpuQuota, cpuPeriod
    case replicas, scale, labels, extends, service, file
    case pidsLimit, projectDirectory, envFile, containerName

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
        default: "\(self)"
        }
    }

    /// The key that a text spells.
    static func spelled(_ text: ArraySlice<UInt8>) -> ComposeKey? {
        guard text.count < byLength.count else { return nil }
        return byLength[text.count].first { $0.bytes.elementsEqual(text) }?.key
    }

    private static let byLength: [[(bytes: [UInt8], key: ComposeKey)]] = {
        var table = [[(bytes: [UInt8], key: ComposeKey)]](repeating: [], count: 20)
        for key in allCases {
            table[key.bytes.count].append((key.bytes, key))
        }
        return table
    }()
}

/// A set of keys, a bit each.
struct ComposeKeys: OptionSet, Sendable {
    var rawValue: UInt32 = 0

    init(rawValue: UInt32) { self.rawValue = rawValue }
    init(_ key: ComposeKey) { rawValue = 1 << UInt32(key.rawValue) }

    func contains(_ key: ComposeKey) -> Bool { rawValue >> UInt32(key.rawValue) & 1 == 1 }
}
