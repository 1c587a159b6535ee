import Measures

/// The whole host over the whole time, one tick after the other. The same seed, days and step give the
/// same ticks, bit by bit.
struct Simulation {
    let seed: UInt64
    let days: Int64
    let stepSeconds: Int64

    /// Lived before the first tick, so that counters, caches and leaks are under way by then.
    private static let settlingDays: Int64 = 3

    /// Calls `emit` for every tick, in order.
    func run<Failure: Error>(
        _ emit: (Tick, [SimulatedContainer]) throws(Failure) -> Void
    ) throws(Failure) {
        let step = stepSeconds * 1000
        let count = days * Moment.millisecondsPerDay / step
        let first = Estate.end.advanced(byMilliseconds: -count * step)
        let settling = Self.settlingDays * Moment.millisecondsPerDay / step
        var random = RandomSource(seed: seed, name: "host")
        var boot = Boot(
            at: first.advanced(byMilliseconds: -settling * step - 95_000), random: &random)
        var containers = Estate.services.flatMap { plan in
            plan.replicaShares.indices.map { replica in
                SimulatedContainer(
                    plan: plan, instance: replica + 1, seed: seed, startedAt: boot.time)
            }
        }
        boot.startAll(&containers)

        let outage = (
            from: Estate.moment(hoursBeforeEnd: Estate.outage.from),
            until: Estate.moment(hoursBeforeEnd: Estate.outage.until)
        )
        for number in (1 - settling)...count {
            let time = first.advanced(byMilliseconds: number * step)
            if time > outage.from, time < outage.until { continue }
            let isFirstAfterOutage =
                time >= outage.until && time.advanced(byMilliseconds: -step) < outage.until
            if isFirstAfterOutage {
                boot = Boot(at: outage.until.advanced(byMilliseconds: -150_000), random: &random)
                boot.startAll(&containers)
            }
            let moment = Moment(time: time)
            for index in containers.indices {
                containers[index].advance(to: moment, seconds: Double(stepSeconds))
            }
            guard number >= 0 else { continue }
            // Cron starts on the second; a sampler that it starts takes some milliseconds to begin.
            let delay = number == count ? 0 : Int64(random.uniform(4...28))
            try emit(
                Tick(
                    time: time.advanced(byMilliseconds: delay), boot: boot.id,
                    uptimeMilliseconds: time.milliseconds - boot.time.milliseconds + delay,
                    host: Estate.host, samples: containers.compactMap { $0.sample(at: moment) }),
                containers)
        }
    }
}

/// One boot of the host.
private struct Boot {
    var id: BootID
    var time: Timestamp

    init(at time: Timestamp, random: inout RandomSource) {
        id = BootID(rawValue: random.uuid())
        self.time = time
    }

    /// The engine is up after 22 seconds and starts what it had, one after the other.
    func startAll(_ containers: inout [SimulatedContainer]) {
        for index in containers.indices {
            containers[index].reboot(
                startedAt: time.advanced(byMilliseconds: 22_000 + Int64(index) * 640))
        }
    }
}
