import Glibc
import Measures
import Sizing

extension Workload {
    static var sizing: [Workload] {
        [
            Workload("evidence of a month at a minute") {
                let replica = month()
                let gatherer = try EvidenceGatherer(policy: SizingPolicy(), end: end)
                return {
                    let found = try? gatherer.evidence(of: [replica], replaying: [lowered])
                    return found?.cpu?.demandP95.rawValue ?? .nan
                }
            },
            Workload("advice on a month") {
                let gatherer = try EvidenceGatherer(policy: SizingPolicy(), end: end)
                let evidence = try gatherer.evidence(of: [month()])
                let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
                return {
                    let advice = sizer.recommend(evidence, limits: evidence.limits)
                    return (advice.need?.cpu.rawValue ?? .nan) + (advice.confidence ?? 0)
                }
            },
        ]
    }

    private static let days = 30
    private static let start: Int64 = 1_790_035_200_000
    private static let end = Timestamp(milliseconds: start + Int64(days) * 86_400_000)
    private static let lowered = ResourceLimits(
        cpu: .bounded(Cores(0.5)), memory: .bounded(.mebibytes(512)))

    /// A replica with a wave a day, noise and bursts, now and then throttled, restarted each week.
    private static func month() -> ReplicaObservations {
        var noise = Noise(seed: 9)
        var observations = ReplicaObservations(instance: "1")
        let limit = 1.0
        observations.noteLimits(
            ResourceLimits(cpu: .bounded(Cores(limit)), memory: .bounded(.gibibytes(1))),
            at: Timestamp(milliseconds: start))
        var times: [Int64] = []
        var burst = 0
        for minute in 0..<(days * 1440) {
            let time = start + Int64(minute + 1) * 60_000
            if minute % (7 * 1440) == 0 {
                observations.incarnations += 1
                observations.cpu.beginRun()
                observations.memory.beginRun()
            }
            if burst == 0, noise.next() < 0.001 { burst = 5 }
            burst = max(0, burst - 1)
            let hour = Double(minute % 1440) / 60
            let wave = 1 + 0.6 * sin((hour - 9) / 12 * .pi)
            let wanted = 0.3 * wave * (0.7 + 0.6 * noise.next()) * (burst > 0 ? 4 : 1)
            observations.cpu.append(
                cores: min(wanted, limit), seconds: 60, end: time,
                throttledShare: wanted > limit ? 1 - limit / wanted : 0, limit: limit)
            observations.memory.append(3e8 + 4e7 * wave + 2e7 * noise.next(), time: time)
            times.append(time)
        }
        observations.sampleTimes.append(times[...])
        return observations
    }
}
