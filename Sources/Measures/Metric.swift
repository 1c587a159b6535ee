/// One measured quantity of a container. Raw values are wire numbers: they are written to disk and
/// never change or get reused.
package enum Metric: UInt8, CaseIterable, Hashable, Sendable {
    case cpuUsage = 1
    case cpuPeriods = 2
    case cpuThrottledPeriods = 3
    case cpuThrottledTime = 4
    case cpuLimit = 5
    case memoryCurrent = 6
    case memoryInactiveFile = 7
    case memoryActiveFile = 8
    case memoryAnon = 9
    case memoryShmem = 10
    case memorySlabReclaimable = 11
    case memoryPeak = 12
    case memoryOOMKills = 13
    case memoryRefaults = 14
    case memorySwap = 15
    case memoryLimit = 16
    case cpuPressureSome = 17
    case cpuPressureFull = 18
    case memoryPressureSome = 19
    case memoryPressureFull = 20
    case ioPressureSome = 21
    case ioPressureFull = 22
    case ioRead = 23
    case ioWrite = 24
    case pids = 25
    case restarts = 26
    case health = 27
    case oomKilled = 28
    case state = 29
    case exitCode = 30
    case cpuThrottledTimeLocal = 31
    case memorySwapPeak = 32
    case cpuBurstMean = 33
    case cpuBurstMax = 34
    case memoryBurstMean = 35
    case memoryBurstMax = 36
    case deaths = 37
    case oomEvents = 38
    case cpuCores = 39
    case memoryWorkingSet = 40
    /// Only of imports: no advice needs it, and it would be a quarter of a store.
    case cpuSystem = 41

    /// How consecutive values are to be read.
    package enum Kind: Sendable {
        /// Grows since the container started; a decrease is a new baseline.
        case counter
        /// A quantity at the moment of reading.
        case gauge
        /// A limit in force; see `Limit.wireValue`.
        case limit
        /// A number that stands for a word; see `ContainerState` and `ContainerHealth`.
        case state
        /// How often something happened since the tick before.
        case occurrences
        /// A quantity with a fraction: the stored integer is a bit pattern; see `Double.init(storedReal:)`.
        case real
    }

    package var kind: Kind {
        switch self {
        case .cpuUsage, .cpuPeriods, .cpuThrottledPeriods, .cpuThrottledTime, .memoryOOMKills,
            .memoryRefaults, .cpuPressureSome, .cpuPressureFull, .memoryPressureSome,
            .memoryPressureFull, .ioPressureSome, .ioPressureFull, .ioRead, .ioWrite, .restarts,
            .cpuThrottledTimeLocal, .cpuSystem:
            .counter
        case .memoryCurrent, .memoryInactiveFile, .memoryActiveFile, .memoryAnon, .memoryShmem,
            .memorySlabReclaimable, .memoryPeak, .memorySwap, .pids, .memorySwapPeak,
            .cpuBurstMean, .cpuBurstMax, .memoryBurstMean, .memoryBurstMax, .memoryWorkingSet:
            .gauge
        case .cpuLimit, .memoryLimit: .limit
        case .health, .oomKilled, .state, .exitCode: .state
        case .deaths, .oomEvents: .occurrences
        case .cpuCores: .real
        }
    }

    /// The name in exports and imports, unit last.
    package var name: String {
        switch self {
        case .cpuUsage: "cpu_usage_usec"
        case .cpuPeriods: "cpu_nr_periods"
        case .cpuThrottledPeriods: "cpu_nr_throttled"
        case .cpuThrottledTime: "cpu_throttled_usec"
        case .cpuLimit: "cpu_limit_millicores"
        case .memoryCurrent: "memory_current_bytes"
        case .memoryInactiveFile: "memory_inactive_file_bytes"
        case .memoryActiveFile: "memory_active_file_bytes"
        case .memoryAnon: "memory_anon_bytes"
        case .memoryShmem: "memory_shmem_bytes"
        case .memorySlabReclaimable: "memory_slab_reclaimable_bytes"
        case .memoryPeak: "memory_peak_bytes"
        case .memoryOOMKills: "memory_oom_kills"
        case .memoryRefaults: "memory_refaults"
        case .memorySwap: "memory_swap_bytes"
        case .memoryLimit: "memory_limit_bytes"
        case .cpuPressureSome: "cpu_pressure_some_usec"
        case .cpuPressureFull: "cpu_pressure_full_usec"
        case .memoryPressureSome: "memory_pressure_some_usec"
        case .memoryPressureFull: "memory_pressure_full_usec"
        case .ioPressureSome: "io_pressure_some_usec"
        case .ioPressureFull: "io_pressure_full_usec"
        case .ioRead: "io_read_bytes"
        case .ioWrite: "io_write_bytes"
        case .pids: "pids"
        case .restarts: "restarts"
        case .health: "health"
        case .oomKilled: "oom_killed"
        case .state: "state"
        case .exitCode: "exit_code"
        case .cpuThrottledTimeLocal: "cpu_throttled_local_usec"
        case .memorySwapPeak: "memory_swap_peak_bytes"
        case .cpuBurstMean: "cpu_burst_mean_millicores"
        case .cpuBurstMax: "cpu_burst_max_millicores"
        case .memoryBurstMean: "memory_burst_mean_bytes"
        case .memoryBurstMax: "memory_burst_max_bytes"
        case .deaths: "deaths"
        case .oomEvents: "oom_events"
        case .cpuCores: "cpu_cores"
        case .memoryWorkingSet: "memory_working_set_bytes"
        case .cpuSystem: "cpu_system_usec"
        }
    }
}

extension Double {
    /// - Parameter stored: a value of a metric of kind `real`.
    package init(storedReal stored: Int64) { self.init(bitPattern: UInt64(bitPattern: stored)) }

    /// As a value of a metric of kind `real`.
    package var storedReal: Int64 { Int64(bitPattern: bitPattern) }
}

/// The engine's word for a container's state, as stored under `Metric.state`.
package enum ContainerState: Int64, CaseIterable, Sendable {
    case created = 1
    case running = 2
    case paused = 3
    case restarting = 4
    case removing = 5
    case exited = 6
    case dead = 7

    /// - Parameter engineName: `State.Status` of the engine's inspect; Podman also says `stopped`,
    ///   `configured`, `initialized` and `stopping`.
    package init?(engineName: some StringProtocol) {
        switch engineName.lowercased() {
        case "created", "configured", "initialized": self = .created
        case "running": self = .running
        case "paused": self = .paused
        case "restarting": self = .restarting
        case "removing", "stopping": self = .removing
        case "exited", "stopped": self = .exited
        case "dead": self = .dead
        default: return nil
        }
    }
}

/// The engine's word for a health check's result, as stored under `Metric.health`.
package enum ContainerHealth: Int64, CaseIterable, Sendable {
    case none = 0
    case starting = 1
    case healthy = 2
    case unhealthy = 3

    package init?(engineName: some StringProtocol) {
        switch engineName.lowercased() {
        case "none", "": self = .none
        case "starting": self = .starting
        case "healthy": self = .healthy
        case "unhealthy": self = .unhealthy
        default: return nil
        }
    }
}
