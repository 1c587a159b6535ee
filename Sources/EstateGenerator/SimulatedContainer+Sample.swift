import Measures

extension SimulatedContainer {
    /// What the kernel (control groups version 2) and the engine show of the container, or nil before
    /// it exists. A container without processes has no group, and shows only the engine's part.
    func sample(at moment: Moment) -> ContainerSample? {
        guard status != .absent else { return nil }
        var values = MetricValues()
        if status == .running { values = kernelValues }
        values[.restarts] = restarts
        values[.health] = health(at: moment).rawValue
        values[.oomKilled] = oomKilled ? 1 : 0
        values[.state] = state.rawValue
        values[.exitCode] = exitCode
        return ContainerSample(incarnation: incarnation, values: values)
    }

    var incarnation: Incarnation {
        let isOne = plan.replicaShares.count == 1
        return Incarnation(
            series: SeriesIdentity(
                kind: .service, service: ServiceID(project: Estate.project, service: plan.name),
                instance: String(instance)),
            container: container,
            name: isOne ? "sutazai-\(plan.name)" : "sutazai-\(plan.name)-\(instance)",
            image: image, startedAt: startedAt)
    }

    private var state: ContainerState {
        switch status {
        case .running: .running
        case .restarting: .restarting
        case .exited, .absent: .exited
        }
    }

    private func health(at moment: Moment) -> ContainerHealth {
        guard let usual = plan.health else { return .none }
        let age = moment.time.milliseconds - startedAt.milliseconds
        return status == .running && age < 40_000 ? .starting : usual
    }

    private var kernelValues: MetricValues {
        func bytes(_ pages: Double) -> Int64 { Int64(pages) * 4096 }
        return [
            .cpuUsage: counters.cpuUsage,
            .cpuPeriods: counters.cpuPeriods,
            .cpuThrottledPeriods: counters.cpuThrottledPeriods,
            .cpuThrottledTime: counters.cpuThrottledTime,
            .cpuLimit: Limit<Cores>.bounded(plan.limit.cpuLimit).wireValue,
            .memoryCurrent: bytes(memory.current),
            .memoryInactiveFile: bytes(memory.inactiveFile),
            .memoryActiveFile: bytes(memory.activeFile),
            .memoryAnon: bytes(memory.anon),
            .memoryShmem: bytes(memory.shmem),
            .memorySlabReclaimable: bytes(memory.slabReclaimable),
            .memoryPeak: bytes(memory.peak),
            .memoryOOMKills: counters.oomKills,
            .memoryRefaults: counters.refaults,
            .memorySwap: 0,
            .memoryLimit: Limit<Bytes>.bounded(plan.limit.memoryLimit).wireValue,
            .cpuPressureSome: counters.cpuPressureSome,
            .cpuPressureFull: counters.cpuPressureFull,
            .memoryPressureSome: counters.memoryPressureSome,
            .memoryPressureFull: counters.memoryPressureFull,
            .ioPressureSome: counters.ioPressureSome,
            .ioPressureFull: counters.ioPressureFull,
            .ioRead: counters.ioRead,
            .ioWrite: counters.ioWrite,
            .pids: counters.pids,
        ]
    }
}
