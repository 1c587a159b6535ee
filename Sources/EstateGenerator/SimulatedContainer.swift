import Measures

/// One container of the estate: a workload under limits, living through its events.
struct SimulatedContainer {
    let plan: ServicePlan
    /// The container number, from 1.
    let instance: Int

    private(set) var status = Status.absent
    private(set) var container: ContainerID
    private(set) var image: String
    private(set) var startedAt: Timestamp
    private(set) var restarts: Int64 = 0
    /// The engine keeps saying so after a restart that followed an OOM kill (`State.OOMKilled`).
    private(set) var oomKilled = false
    private(set) var exitCode: Int64 = 0
    private(set) var counters = KernelCounters()
    private(set) var memory: MemoryCharge
    /// OOM kills in all of its life, which no single counter knows.
    private(set) var oomKillsEver = 0

    private var demand: Demand
    private var random: RandomSource

    enum Status { case absent, running, restarting, exited }

    init(plan: ServicePlan, instance: Int, seed: UInt64, startedAt: Timestamp) {
        self.plan = plan
        self.instance = instance
        self.startedAt = startedAt
        image = plan.image
        random = RandomSource(seed: seed, name: "\(plan.name)-\(instance)")
        container = ContainerID(rawValue: random.hexadecimal(64))
        memory = MemoryCharge(limitBytes: plan.limit.memoryLimit.rawValue)
        demand = Demand(workload: plan.workload, share: plan.replicaShares[instance - 1])
        status = .running
        for event in plan.events {
            switch event {
            case .appears: status = .absent
            case .failsAtStart: giveUp()
            default: break
            }
        }
    }

    /// Lives through the `seconds` before `moment`.
    mutating func advance(to moment: Moment, seconds: Double) {
        for event in plan.events where live(through: event, to: moment, seconds: seconds) { return }
        guard status == .running else { return }
        run(to: moment, seconds: seconds)
    }

    /// The engine starts the container after its host came up again, and forgets how often it
    /// restarted it before.
    mutating func reboot(startedAt time: Timestamp) {
        guard status == .running || status == .restarting else { return }
        start(at: time)
        restarts = 0
        oomKilled = false
    }

    /// - Returns: whether the event was all that happened in the step.
    private mutating func live(
        through event: LifeEvent, to moment: Moment, seconds: Double
    ) -> Bool {
        let before = moment.time.advanced(byMilliseconds: -Int64(seconds * 1000))
        func happens(_ hoursBeforeEnd: Double) -> Bool {
            let time = Estate.moment(hoursBeforeEnd: hoursBeforeEnd)
            return before < time && time <= moment.time
        }
        switch event {
        case .appears(let hours):
            if status == .absent, happens(hours) { startWithin(seconds, of: moment) }
        case .recreated(let hours, let image):
            guard happens(hours) else { break }
            container = ContainerID(rawValue: random.hexadecimal(64))
            self.image = image
            startWithin(seconds, of: moment)
            forgetRestarts()
        case .restarted(let recurrence):
            guard recurrence.begins(endingAt: moment, stepSeconds: seconds) else { break }
            startWithin(seconds, of: moment)
            forgetRestarts()
        case .crashLoop(let from, let until):
            let isInside =
                moment.time > Estate.moment(hoursBeforeEnd: from)
                && moment.time <= Estate.moment(hoursBeforeEnd: until)
            if isInside {
                crash(until: moment, seconds: seconds)
                return true
            }
            if status == .restarting { startWithin(seconds, of: moment) }
        case .failsAtStart(let recurrence):
            if recurrence.begins(endingAt: moment, stepSeconds: seconds) {
                startWithin(seconds, of: moment)
                giveUp()
            }
        case .workerKilled(let hours, let instance):
            if instance == self.instance, happens(hours) { killWorker() }
        }
        return false
    }

    // MARK: starting and ending

    private mutating func start(at time: Timestamp) {
        status = .running
        startedAt = time
        exitCode = 0
        counters = KernelCounters()
        memory.reset()
        demand.restart()
    }

    private mutating func startWithin(_ seconds: Double, of moment: Moment) {
        let age = random.uniform(min(20, seconds * 0.2)...(seconds * 0.9))
        start(at: moment.time.advanced(byMilliseconds: -Int64(age * 1000)))
    }

    private mutating func forgetRestarts() {
        restarts = 0
        oomKilled = false
    }

    /// Five restarts within half a minute, then the engine leaves it alone.
    private mutating func giveUp() {
        status = .exited
        restarts = 5
        exitCode = 1
    }

    /// Lives a few seconds at a time, a minute apart: seldom seen running.
    private mutating func crash(until moment: Moment, seconds: Double) {
        restarts += Int64((seconds / 63 + random.uniform(-0.5...0.5)).rounded())
        let age = random.uniform(1...4)
        start(at: moment.time.advanced(byMilliseconds: -Int64(age * 1000)))
        if random.chance(0.1) {
            run(to: moment, seconds: age)
        } else {
            startedAt = startedAt.advanced(byMilliseconds: -Int64(random.uniform(0...55) * 1000))
            status = .restarting
            exitCode = 1
        }
    }

    private mutating func killWorker() {
        counters.oomKills += 1
        oomKillsEver += 1
        memory.killWorker(pages: 180 * pagesPerMebibyte)
        counters.memoryPressureSome += 1_840_217
        counters.memoryPressureFull += 1_202_566
    }

    // MARK: running

    private mutating func run(to moment: Moment, seconds: Double) {
        let age = Double(moment.time.milliseconds - startedAt.milliseconds) / 1000
        let lived = min(seconds, age)
        let workload = plan.workload
        let wanted = demand.cores(to: moment, seconds: lived, age: age, random: &random)
        let bandwidth = CPUBandwidth(
            limit: plan.limit.cpuLimit.rawValue, threads: workload.threads,
            steadiness: workload.steadiness, wakefulness: workload.wakefulness)
        let use = bandwidth.run(demand: wanted, seconds: lived, random: &random)
        counters.add(use, of: bandwidth, seconds: lived, random: &random)
        counters.pids = workload.pids + Int64((workload.pidsPerCore * use.cores).rounded())

        let anon = demand.anonPages(
            at: moment, seconds: lived, age: age, cores: use.cores, random: &random)
        let files = workload.files
        // The first thing that a process reads is itself.
        let startUpRead = age <= seconds ? files.hot + min(8, files.total - files.hot) : 0
        let activity = random.uniform(0.7...1.3) * lived
        let read = startUpRead + (files.readIdle + files.readPerCore * use.cores) * activity
        let written = (files.writeIdle + files.writePerCore * use.cores) * activity
        let outcome = memory.charge(
            anonPages: anon,
            shmemPages: workload.shmem * pagesPerMebibyte * min(1, age / 7200),
            filePages: (read + written) * pagesPerMebibyte, files: files, pids: counters.pids,
            random: &random)
        counters.add(outcome, writtenPages: (written * pagesPerMebibyte).rounded(), seconds: lived)
        if outcome.oom { runOutOfMemory(at: moment, seconds: lived) }
    }

    private mutating func runOutOfMemory(at moment: Moment, seconds: Double) {
        switch plan.workload.victim {
        case .worker:
            killWorker()
        case .mainProcess:
            oomKillsEver += 1
            restarts += 1
            startWithin(seconds, of: moment)
            oomKilled = true
            run(to: moment, seconds: seconds)
        }
    }
}

extension Estate {
    static func moment(hoursBeforeEnd hours: Double) -> Timestamp {
        end.advanced(byMilliseconds: -Int64((hours * 3_600_000).rounded()))
    }
}
