import Measures

/// The example estate, one entry a service, in the order of `data/estate/docker-compose.yml`. Names,
/// limits and replicas are those of that file.
///
/// | tier   | CPUs | memory |
/// |--------|------|--------|
/// | small  | 0.5  | 512M   |
/// | medium | 1.0  | 1G     |
/// | large  | 2.0  | 2G     |
enum Estate {
    static let project = "sutazai"
    /// What the host has: a tenth of the CPUs and a third of the memory are used on an ordinary day.
    static let host = HostCapacity(cpus: Cores(16), memory: .gibibytes(64))
    /// The wall time of the last sample: a Monday morning.
    static let end = Timestamp(rfc3339: "2026-11-23T09:00:00Z")!
    /// Power fails on a Wednesday night: no samples between these two, then another boot. In hours
    /// before the end.
    static let outage = (from: 128.0, until: 125.0)

    static let services = databases + application + monitoring + agents

    static let small = ResourceTier.standard[0]
    static let medium = ResourceTier.standard[1]
    static let large = ResourceTier.standard[2]
}

extension Estate {
    static let databases = [
        ServicePlan(
            name: "postgres", image: "postgres:16.3-alpine3.20", limit: large,
            story: "busy in office hours, backup at 02:00; shared buffers and a full page cache",
            expected: .keep,
            workload: Workload(
                cpu: [
                    .steady(0.05), .office(peak: 0.75, weekend: 0.3),
                    .bursts(
                        Surge(
                            perHour: 1, minutes: 3...12, size: 0.1...0.3, officeHoursOnly: true)),
                    .recurring(Recurrence(hour: 2, minutes: 25), cores: 0.7),
                ],
                memory: [.resident(180), .perCore(150)],
                files: FileUse(
                    readIdle: 0.02, readPerCore: 6, writeIdle: 0.03, writePerCore: 2, total: 9000,
                    hot: 340),
                shmem: 540, threads: 8, steadiness: 0.7, wakefulness: 0.3, pids: 24, pidsPerCore: 20
            )),
        ServicePlan(
            name: "redis", image: "redis:7.2.5-alpine", limit: large,
            story: "one thread that is hardly used; a snapshot at 03:00 copies some pages",
            expected: .lower(to: "small"),
            workload: Workload(
                cpu: [.steady(0.03), .office(peak: 0.06, weekend: 0.4)],
                memory: [
                    .resident(190), .perCore(40),
                    .recurring(Recurrence(hour: 3, minutes: 10), mebibytes: 40),
                ],
                files: FileUse(writeIdle: 0.01, writePerCore: 0.2, total: 160, hot: 4),
                threads: 1, wakefulness: 1, pids: 6)),
        ServicePlan(
            name: "neo4j", image: "neo4j:5.20-community", limit: medium,
            story: "a heap, a page cache and what lies beside them fill 90 % of the limit",
            expected: .raise(to: "large"),
            workload: Workload(
                cpu: [
                    .steady(0.05), .office(peak: 0.3, weekend: 0.3),
                    .startUp(seconds: 60, cores: 1.5),
                ],
                memory: [.resident(600), .warmUp(295, halfAfterHours: 9), .perCore(60)],
                files: FileUse(
                    readIdle: 0.01, readPerCore: 8, writePerCore: 0.5, total: 3000, hot: 120),
                wakefulness: 0.6, pids: 62, pidsPerCore: 8)),
        ServicePlan(
            name: "ollama", image: "ollama/ollama:0.3.13",
            limit: ResourceTier(name: "4.0/8G", cpuLimit: Cores(4), memoryLimit: .gibibytes(8)),
            story: "answers on up to 3.6 cores, holds a model of 3.7 GiB in the page cache",
            expected: .noTierFits,
            workload: Workload(
                cpu: [
                    .steady(0.01),
                    .bursts(
                        Surge(perHour: 4, minutes: 5...25, size: 1.8...3.4, officeHoursOnly: true)),
                    .bursts(Surge(perHour: 0.1, minutes: 5...15, size: 1.5...2.5)),
                ],
                memory: [.resident(620), .perCore(350)],
                files: FileUse(readIdle: 0.05, readPerCore: 40, total: 4100, hot: 3700),
                threads: 8, steadiness: 0.9, pids: 28, pidsPerCore: 3)),
        ServicePlan(
            name: "chromadb", image: "chromadb/chroma:0.5.0", limit: medium,
            story: "a few searches a minute", expected: .lower(to: "small"),
            workload: Workload(
                cpu: [
                    .steady(0.008), .office(peak: 0.11, weekend: 0.3),
                    .bursts(
                        Surge(
                            perHour: 0.4, minutes: 3...8, size: 0.05...0.15, officeHoursOnly: true)),
                ],
                memory: [.resident(210), .perCore(80)],
                files: FileUse(readPerCore: 3, writePerCore: 0.2, total: 700, hot: 30),
                pids: 19)),
        ServicePlan(
            name: "qdrant", image: "qdrant/qdrant:v1.9.7", limit: large,
            story: "half of the tier would do: .6 cores at the most, 600 MiB with the hot segments",
            expected: .lower(to: "medium"),
            workload: Workload(
                cpu: [
                    .steady(0.03), .office(peak: 0.33, weekend: 0.4),
                    .bursts(
                        Surge(perHour: 1, minutes: 2...10, size: 0.08...0.2, officeHoursOnly: true)),
                ],
                memory: [.resident(330), .perCore(60)],
                files: FileUse(
                    readIdle: 0.02, readPerCore: 10, writePerCore: 1, total: 3500, hot: 180),
                threads: 8, wakefulness: 0.2, pids: 41)),
        ServicePlan(
            name: "faiss", image: "sutazaiapp-faiss:v1.0.0", limit: medium,
            story: "fails at once: there is no index; tried again by the morning's deployment",
            expected: .tooLittleData, health: .unhealthy,
            events: [.failsAtStart(retried: Recurrence(hour: 6.25, minutes: 10, weekday: nil))],
            workload: Workload(cpu: [.steady(0.3)], memory: [.resident(40)])),
    ]

    static let application = [
        ServicePlan(
            name: "kong", image: "kong:3.6-ubuntu", limit: medium,
            story: "four workers with a cache each; rightly sized", expected: .keep,
            workload: Workload(
                cpu: [
                    .steady(0.04), .office(peak: 0.44, weekend: 0.35),
                    .bursts(
                        Surge(perHour: 2, minutes: 2...6, size: 0.04...0.1, officeHoursOnly: true)),
                ],
                memory: [.resident(385), .perCore(110)],
                files: FileUse(writePerCore: 0.3, total: 60, hot: 12),
                steadiness: 0.7, wakefulness: 0.5, pids: 6)),
        ServicePlan(
            name: "consul", image: "hashicorp/consul:1.18", limit: medium,
            story: "gossips with itself", expected: .lower(to: "small"),
            workload: Workload(
                cpu: [.steady(0.022)], memory: [.resident(62)],
                files: FileUse(writeIdle: 0.003, total: 90, hot: 6),
                wakefulness: 0.7, noise: 0.03, pids: 14)),
        ServicePlan(
            name: "rabbitmq", image: "rabbitmq:3.13-management-alpine", limit: large,
            story: "batches of messages; the queues that pile up are small",
            expected: .lower(to: "medium"),
            workload: Workload(
                cpu: [
                    .steady(0.05), .office(peak: 0.2, weekend: 0.5),
                    .bursts(Surge(perHour: 1.2, minutes: 5...20, size: 0.1...0.28)),
                ],
                memory: [
                    .resident(150), .perCore(60),
                    .surges(Surge(perHour: 0.2, minutes: 20...60, size: 60...140)),
                ],
                files: FileUse(writeIdle: 0.01, writePerCore: 1.5, total: 220, hot: 8),
                wakefulness: 0.8, pids: 38)),
        ServicePlan(
            name: "backend", image: "sutazaiapp-backend:v1.4.2", limit: medium,
            story: "throttled whenever the office is open; one upload cost replica 2 a worker",
            expected: .raise(to: "large"), replicaShares: [1, 0.82, 0.76],
            events: [.workerKilled(hoursBeforeEnd: 66.2, instance: 2)],
            workload: Workload(
                cpu: [
                    .steady(0.03), .office(peak: 0.70, weekend: 0.3),
                    .bursts(
                        Surge(perHour: 2, minutes: 4...10, size: 0.03...0.1, officeHoursOnly: true)),
                    .startUp(seconds: 25, cores: 1),
                ],
                memory: [
                    .resident(300), .perCore(190), .leak(perHour: 0.25),
                    .surges(
                        Surge(
                            perHour: 0.3, minutes: 5...10, size: 40...110, officeHoursOnly: true)),
                ],
                files: FileUse(readPerCore: 0.5, writePerCore: 0.2, total: 180, hot: 24),
                threads: 6, steadiness: 0.5, wakefulness: 0.2, noise: 0.05, pids: 22,
                pidsPerCore: 6,
                victim: .worker)),
        ServicePlan(
            name: "frontend", image: "sutazaiapp-frontend:v1.4.2", limit: medium,
            story: "hands out pages, asks the backend for the rest", expected: .lower(to: "small"),
            workload: Workload(
                cpu: [
                    .steady(0.015), .office(peak: 0.12, weekend: 0.4),
                    .startUp(seconds: 15, cores: 0.8),
                ],
                memory: [.resident(125), .perCore(100)],
                files: FileUse(total: 90, hot: 16), pids: 9)),
    ]
}
