/// The keys of a Compose file that decide about resources, in Compose's own spelling.
enum ComposeKey: String, CaseIterable, Sendable {
    case services, name, include, path, profiles, pids
    case command, entrypoint, environment
    case deploy, resources, limits, reservations, cpus, memory
    case memoryLimit = "mem_limit"
    case memoryReservation = "mem_reservation"
    case memorySwapLimit = "memswap_limit"
    case cpuQuota = "cpu_quota"
    case cpuPeriod = "cpu_period"
    case replicas, scale, labels, extends, service, file
    case pidsLimit = "pids_limit"
    case projectDirectory = "project_directory"
    case envFile = "env_file"
    case containerName = "container_name"
}
