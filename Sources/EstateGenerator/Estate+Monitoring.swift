import Measures

extension Estate {
    static let monitoring = [
        ServicePlan(
            name: "prometheus", image: "prom/prometheus:v2.53.0", limit: large,
            story: "keeps two hours of samples in memory, then writes them out",
            expected: .keep,
            workload: Workload(
                cpu: [
                    .steady(0.22), .bursts(Surge(perHour: 0.5, minutes: 2...4, size: 0.3...0.5)),
                    .startUp(seconds: 40, cores: 1.6),
                ],
                memory: [
                    .resident(560), .warmUp(240, halfAfterHours: 5), .sawtooth(150, minutes: 120),
                ],
                files: FileUse(
                    readIdle: 0.05, readPerCore: 0.5, writeIdle: 0.1, total: 6000, hot: 60),
                wakefulness: 0.8, noise: 0.05, pids: 17)),
        ServicePlan(
            name: "grafana", image: "grafana/grafana:11.0.0", limit: medium,
            story: "somebody looks at a dashboard now and then; upgraded in the second week",
            expected: .lower(to: "small"),
            events: [.recreated(hoursBeforeEnd: 150.3, image: "grafana/grafana:11.1.0")],
            workload: Workload(
                cpu: [
                    .steady(0.006), .office(peak: 0.06, weekend: 0.2),
                    .startUp(seconds: 12, cores: 0.9),
                ],
                memory: [.resident(95), .perCore(150)],
                files: FileUse(writeIdle: 0.001, total: 60, hot: 10), wakefulness: 0.4, pids: 18)),
        ServicePlan(
            name: "loki", image: "grafana/loki:2.9.8", limit: medium,
            story: "fine, until a query over a week of logs wants 600 MiB more: OOM-killed",
            expected: .raise(to: "large"),
            workload: Workload(
                cpu: [
                    .steady(0.08), .office(peak: 0.1, weekend: 0.5),
                    .bursts(
                        Surge(
                            perHour: 0.3, minutes: 5...15, size: 0.15...0.35, officeHoursOnly: true)
                    ),
                    .startUp(seconds: 30, cores: 0.9),
                ],
                memory: [
                    .resident(330), .sawtooth(110, minutes: 60),
                    .surges(
                        Surge(perHour: 0.1, minutes: 6...16, size: 280...820, officeHoursOnly: true)
                    ),
                ],
                files: FileUse(
                    readIdle: 0.02, readPerCore: 2, writeIdle: 0.08, total: 2500, hot: 30),
                wakefulness: 0.7, pids: 19)),
        ServicePlan(
            name: "promtail", image: "grafana/promtail:2.9.8", limit: small,
            story: "reads every log line; the page cache fills the limit, the working set does not",
            expected: .keep, health: nil,
            workload: Workload(
                cpu: [.steady(0.045), .office(peak: 0.06, weekend: 0.5)],
                memory: [.resident(62), .perCore(50)],
                files: FileUse(readIdle: 0.03, readPerCore: 0.6, total: 900, hot: 8),
                wakefulness: 0.9, pids: 15)),
        ServicePlan(
            name: "alertmanager", image: "prom/alertmanager:v0.27.0", limit: medium,
            story: "idle", expected: .lower(to: "small"),
            workload: Workload(
                cpu: [.steady(0.003)], memory: [.resident(22)],
                files: FileUse(total: 20, hot: 6), wakefulness: 0.2, noise: 0.02, pids: 13)),
        ServicePlan(
            name: "node-exporter", image: "prom/node-exporter:v1.8.1", limit: small,
            story: "idle, on the smallest tier already", expected: .keep, health: nil,
            workload: Workload(
                cpu: [.steady(0.006)], memory: [.resident(14)],
                files: FileUse(total: 12, hot: 5), noise: 0.02, pids: 8)),
        ServicePlan(
            name: "cadvisor", image: "gcr.io/cadvisor/cadvisor:v0.49.1", limit: small,
            story: "walks all containers every few seconds, and is throttled day and night",
            expected: .raise(to: "medium"), health: nil,
            workload: Workload(
                cpu: [.steady(0.37), .startUp(seconds: 20, cores: 0.4)],
                memory: [.resident(95), .sawtooth(22, minutes: 95)],
                files: FileUse(total: 40, hot: 18),
                threads: 4, steadiness: 0.5, wakefulness: 0.6, noise: 0.04, pids: 21)),
        ServicePlan(
            name: "blackbox-exporter", image: "prom/blackbox-exporter:v0.25.0", limit: medium,
            story: "idle", expected: .lower(to: "small"), health: nil,
            workload: Workload(
                cpu: [.steady(0.004)], memory: [.resident(16)],
                files: FileUse(total: 12, hot: 5), noise: 0.02, pids: 11)),
        ServicePlan(
            name: "redis-exporter", image: "oliver006/redis_exporter:v1.61.0", limit: small,
            story: "has no password, so its health check fails; otherwise idle",
            expected: .keep, health: .unhealthy,
            workload: Workload(
                cpu: [.steady(0.002)], memory: [.resident(11)],
                files: FileUse(total: 9, hot: 4), noise: 0.02, pids: 9)),
        ServicePlan(
            name: "postgres-exporter", image: "prometheuscommunity/postgres-exporter:v0.15.0",
            limit: medium, story: "idle", expected: .lower(to: "small"), health: nil,
            workload: Workload(
                cpu: [.steady(0.011)], memory: [.resident(24)],
                files: FileUse(total: 14, hot: 5), noise: 0.03, pids: 10)),
        ServicePlan(
            name: "jaeger", image: "jaegertracing/all-in-one:1.58", limit: large,
            story: "keeps every trace in memory; restarted on Sundays, when it holds 1.3 GiB",
            expected: .keep, health: nil,
            events: [.restarted(Recurrence(hour: 4, minutes: 1, weekday: 6))],
            workload: Workload(
                cpu: [.steady(0.03), .office(peak: 0.15, weekend: 0.4)],
                memory: [.resident(140), .leak(perHour: 6.6), .perCore(60)],
                files: FileUse(total: 40, hot: 18), wakefulness: 0.4, pids: 17)),
    ]
}
