import Measures
import Testing

@testable import Sizing

/// What each rule asks for, over all replicas of a service.
@Suite struct NeedsTests {
    private func needs(_ evidence: ServiceEvidence, hasMargin: Bool = false) -> Needs {
        Needs(
            evidence, evidence.limits,
            NeedEstimator(policy: SizingPolicy(), hasMargin: hasMargin))
    }

    /// Each replica gets the same limits, so that the one that needs the most of a resource counts.
    @Test func theWorstReplicaCounts() {
        let need = needs(
            service([
                replica(cpu: [0.7, 0.1], memory: [70, 70]),
                replica(cpu: [0.1, 0.14], memory: [700, 10], instance: "2"),
            ]))
        #expect(need.total.cpu == Cores(1))
        // In whole bytes, rounded up.
        #expect(need.total.memory == Bytes(1_048_576_001))
        // Two replicas are no more evidence than one.
        let margin = needs(
            service([
                replica(cpu: [0.7], memory: [70]), replica(cpu: [0.7], memory: [70], instance: "2"),
            ]), hasMargin: true)
        #expect(abs(margin.total.cpu.rawValue - 3) < 1e-12)
    }

    @Test func aBurstBetweenSamples() {
        let need = needs(
            service([replica(cpu: [0.1], memory: [100], memoryBurstMax: 400)]), hasMargin: true)
        // 1.15 · 400 over (1 + ¾) · 100 / 0.7.
        #expect(need.total.memory == .mebibytes(460))
        #expect(need.memory.map(\.constraint) == [.memoryMean, .memoryPeak])
        #expect(need.memory[1].because == "largest working set 400 MiB")
    }

    /// A day that is hardly covered says nothing of means, but what it held, it held.
    @Test func thePeakOfADayHardlyCovered() {
        var replica = replica(cpu: [0.1, 0.1], memory: [100, 100])
        replica.memory[1].seconds = 3600
        replica.memory[1].peak = mebibytes(400)
        #expect(needs(service([replica])).total.memory == .mebibytes(400))
        replica.memory[1].age = 14
        #expect(needs(service([replica])).total.memory < .mebibytes(143))
    }

    @Test(
        arguments: [
            // Known of a replica: its limit, whatever the others'.
            ([512, nil], 1024, 1, 768), ([nil, 256], 1024, 1, 384), ([512, 256], 1024, 2, 768),
            // Of none: the limit that the service runs with.
            ([nil, nil], 1024, 1, 1536),
            ([nil, nil], nil, 1, nil), ([nil, nil], 1024, 0, nil),
        ] as [([Int64?], Int64?, Int, Int64?)])
    func kills(at limits: [Int64?], running: Int64?, kills: Int, mebibytes: Int64?) {
        var evidence = service(
            limits.enumerated().map { index, limit in
                replica(cpu: [0.1], memory: [100], killedAt: limit, instance: "\(index)")
            }, oomKills: kills)
        evidence.limits.memory = running.map { .bounded(.mebibytes($0)) } ?? .unlimited
        let asked = needs(evidence).memory.filter { $0.constraint == .oomKilled }
        #expect(asked.map(\.bytes).max() == mebibytes.map { Double($0 << 20) })
    }

    @Test func whatIsMeasured() {
        var evidence = steadyService(cpu: 0.1, memory: 100, oomKills: 1, killedAt: 512)
        #expect(needs(evidence).isComplete)
        evidence.replicas[0].memory = []
        // A kill alone is no reading of memory.
        #expect(!needs(evidence).isComplete)
        #expect(!needs(service([])).isComplete)
    }

    /// The same need by the same rule, from both sides of where the alert begins to ask for more.
    @Test(
        arguments: [
            (0.55, 0.5, Constraint.cpuMean, "mean CPU of the worst day 0.5"),
            (0.57, 0.5, .cpuMean, "mean CPU of the worst day 0.5"),
            (0.58, 0.5, .cpuSustained, "10-minute CPU of the worst day 0.58"),
        ] as [(Double, Double, Constraint, String)])
    func meanOrAlert(sustained: Double, mean: Double, constraint: Constraint, because: String) {
        var replica = replica(cpu: [], memory: [100])
        replica.cpu = alike(1, sustained: sustained, mean: mean)
        let need = needs(service([replica]))
        #expect(need.cpu.map(\.constraint) == [constraint])
        #expect(need.cpu.map(\.because) == [because])
    }

    @Test func runsAreCalledRuns() {
        let evidence = service(
            [replica(cpu: [0.5], memory: [100])], workload: .batch(runs: 4))
        #expect(needs(evidence).cpu.map(\.because) == ["mean CPU of the worst run 0.5"])
    }
}
