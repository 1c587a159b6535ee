import Measures

extension Estate {
    static let agents = [
        ServicePlan(
            name: "ai-agent-orchestrator", image: "sutazaiapp-ai-agent-orchestrator:v1.0.0",
            limit: large,
            story: "leaks 7 MiB an hour and is restarted every night at 04:15",
            expected: .lower(to: "small"),
            events: [.restarted(Recurrence(hour: 4.25, minutes: 1))],
            workload: Workload(
                cpu: [
                    .steady(0.025), .office(peak: 0.15, weekend: 0.5),
                    .bursts(
                        Surge(perHour: 1, minutes: 2...6, size: 0.03...0.08, officeHoursOnly: true)),
                    .startUp(seconds: 10, cores: 0.9),
                ],
                memory: [.resident(110), .leak(perHour: 6.8), .perCore(40)],
                files: FileUse(total: 70, hot: 20), pids: 12)),
        ServicePlan(
            name: "resource-arbitration-agent",
            image: "sutazaiapp-resource-arbitration-agent:v1.0.0", limit: large,
            story: "sleeps but for 40 minutes a night on nine tenths of a core, which no p95 sees",
            expected: .keep,
            workload: Workload(
                cpu: [
                    .steady(0.002), .recurring(Recurrence(hour: 1.5, minutes: 40), cores: 0.88),
                ],
                memory: [
                    .resident(70),
                    .recurring(Recurrence(hour: 1.5, minutes: 40), mebibytes: 260),
                ],
                files: FileUse(readPerCore: 0.3, total: 120, hot: 14), threads: 1, steadiness: 0.95,
                noise: 0.02, pids: 7)),
        ServicePlan(
            name: "hardware-resource-optimizer",
            image: "sutazaiapp-hardware-resource-optimizer:v1.0.0", limit: medium,
            story: "cannot log in to redis: unhealthy, and once a crash loop of six hours",
            expected: .lower(to: "small"), health: .unhealthy,
            events: [.crashLoop(from: 201.5, until: 195.5)],
            workload: Workload(
                cpu: [.steady(0.05), .startUp(seconds: 6, cores: 0.8)],
                memory: [.resident(85)],
                files: FileUse(total: 50, hot: 15), wakefulness: 0.3, noise: 0.04, pids: 9)),
        ServicePlan(
            name: "task-assignment-coordinator",
            image: "sutazaiapp-task-assignment-coordinator:v1.0.0", limit: medium,
            story: "crashed in the first week until its image was rebuilt; bored since",
            expected: .lower(to: "small"), replicaShares: [1, 0.9],
            events: [
                .crashLoop(from: 250, until: 246.5),
                .recreated(
                    hoursBeforeEnd: 246.45, image: "sutazaiapp-task-assignment-coordinator:v1.0.1"),
            ],
            workload: Workload(
                cpu: [
                    .steady(0.01), .office(peak: 0.06, weekend: 0.4),
                    .startUp(seconds: 6, cores: 0.8),
                ],
                memory: [.resident(105), .perCore(60)],
                files: FileUse(total: 50, hot: 15), pids: 9)),
        ServicePlan(
            name: "ollama-integration", image: "sutazaiapp-ollama-integration:v1.0.0",
            limit: medium, story: "its image was missing until last night",
            expected: .tooLittleData, events: [.appears(hoursBeforeEnd: 10)],
            workload: Workload(
                cpu: [
                    .steady(0.012), .office(peak: 0.08, weekend: 0.5),
                    .startUp(seconds: 6, cores: 0.8),
                ],
                memory: [.resident(95), .perCore(60)],
                files: FileUse(total: 50, hot: 15), pids: 9)),
        ServicePlan(
            name: "ultra-frontend-ui-architect",
            image: "sutazaiapp-ultra-frontend-ui-architect:v1.0.0", limit: medium,
            story: "its image was missing until last night", expected: .tooLittleData,
            health: .unhealthy,
            events: [.appears(hoursBeforeEnd: 10)],
            workload: Workload(
                cpu: [.steady(0.02), .startUp(seconds: 45, cores: 0.9)],
                memory: [.resident(160), .perCore(60)],
                files: FileUse(total: 110, hot: 22), pids: 12)),
    ]
}
