import Measures
import Testing

@testable import Sizing

@Suite struct EvidenceTests {
    private func replica(
        _ cores: [Double], seconds: Double = 60, throttled: Double? = nil, limit: Double? = 1,
        memory: [Double] = [100], start: Int64 = 0
    ) -> ReplicaObservations {
        var replica = ReplicaObservations(instance: "1")
        for cores in cores {
            replica.cpu.append(
                cores: cores, seconds: seconds, throttledShare: throttled, limit: limit)
        }
        replica.workingSet = memory
        replica.sampleTimes.append(
            (0...cores.count).map { 1000 * (start + Int64($0) * Int64(seconds)) }[...])
        replica.cpuLimit = .bounded(Cores(1))
        replica.memoryLimit = .unlimited
        return replica
    }

    @Test func theNumbersOfOneReplica() throws {
        let evidence = try ServiceEvidence(
            of: [replica([0.1, 0.2, 0.3, 0.4, 0.5], memory: [100, 200, 400])],
            policy: SizingPolicy())
        let cpu = try #require(evidence.cpu)
        #expect(abs(cpu.mean.rawValue - 0.3) < 1e-12)
        #expect(cpu.p50 == Cores(0.3))
        #expect(abs(cpu.p95.rawValue - 0.48) < 1e-12)
        #expect(cpu.max == Cores(0.5))
        #expect(cpu.throttledShare == nil)
        #expect(cpu.demandP95 == cpu.p95)
        let memory = try #require(evidence.memory)
        #expect(memory.mean == Bytes(233))
        #expect(memory.p50 == Bytes(200))
        #expect(memory.max == Bytes(400))
        #expect(evidence.coverage.seconds == 300)
        #expect(evidence.coverage.samples == 6)
        #expect(evidence.coverage.stepSeconds == 60)
        #expect(evidence.coverage.gaps == 0)
        #expect(
            evidence.limits == ResourceLimits(cpu: .bounded(Cores(1)), memory: .unlimited))
    }

    /// The worst replica for each resource; kills and restarts of all.
    @Test func unequalReplicas() throws {
        var busy = replica([0.9, 0.9], memory: [10])
        busy.oomKills = 1
        busy.restarts = 2
        var fat = replica([0.1, 0.1, 0.1], memory: [999], start: 60)
        fat.oomKills = 2
        fat.cpuLimit = .bounded(Cores(2))
        let evidence = try ServiceEvidence(of: [busy, fat], policy: SizingPolicy())
        #expect(evidence.replicas == 2)
        #expect(evidence.cpu?.p95 == Cores(0.9))
        #expect(evidence.memory?.max == Bytes(999))
        #expect(evidence.oomKills == 3)
        #expect(evidence.restarts == 2)
        #expect(evidence.coverage.seconds == 180)
        #expect(evidence.limits.cpu == .bounded(Cores(2)))
    }

    @Test(
        arguments: [
            (0.5, nil, 0.5, 0.5),
            (0.5, 0, 0.5, 0.5),
            (0.45, 0.1, 0.5, 0.5),
            (0.4, 0.2, 0.5, 0.5),
            // More than a quarter throttled: at least 1.25 × the limit was wanted.
            (0.3, 0.3, 0.5, 0.625),
            (0.49, 0.3, 0.5, 0.7),
            // No more than three times what was seen, however throttled.
            (0.5, 0.99, 0.5, 1.5),
            (0.5, 1.0, nil, 1.5),
        ] as [(Double, Double?, Double?, Double)])
    func demandBehindThrottling(
        cores: Double, share: Double?, limit: Double?, demand: Double
    ) {
        var use = CPUUse()
        use.append(cores: cores, seconds: 60, throttledShare: share, limit: limit)
        #expect(use.demand(SizingPolicy()).map { abs($0 - demand) < 1e-12 } == [true])
    }

    @Test func aGapIsLeftOutAndCounted() throws {
        var gappy = replica([0.1, 0.1, 0.1, 0.1])
        gappy.cpu.append(cores: 0.9, seconds: 3600, throttledShare: nil, limit: 1)
        gappy.sampleTimes.append([1000 * (240 + 3600)])
        let evidence = try ServiceEvidence(of: [gappy], policy: SizingPolicy())
        #expect(evidence.cpu?.max == Cores(0.1))
        #expect(evidence.coverage.gaps == 1)
        #expect(evidence.coverage.seconds == 240)
    }

    /// What a burst saw inside a run counts for the maxima, not for the percentiles.
    @Test func burstsRaiseTheMaxima() throws {
        var bursty = replica([0.1, 0.1], memory: [100])
        bursty.cpuBurstMax = Cores(0.9)
        bursty.memoryBurstMax = Bytes(300)
        let evidence = try ServiceEvidence(of: [bursty], policy: SizingPolicy())
        #expect(evidence.cpu?.max == Cores(0.9))
        #expect(evidence.cpu?.p99 == Cores(0.1))
        #expect(evidence.memory?.max == Bytes(300))
        #expect(evidence.memory?.p99 == Bytes(100))
        bursty.cpuBurstMax = Cores(0.05)
        #expect(
            try ServiceEvidence(of: [bursty], policy: SizingPolicy()).cpu?.max == Cores(0.1))
    }

    @Test func aReplicaThatNeverRan() throws {
        var stopped = ReplicaObservations(instance: "1")
        stopped.sampleTimes.append([5000])
        stopped.oomKills = 1
        let evidence = try ServiceEvidence(of: [stopped], policy: SizingPolicy())
        #expect(evidence.cpu == nil)
        #expect(evidence.memory == nil)
        #expect(evidence.coverage.samples == 1)
        #expect(evidence.coverage.stepSeconds == nil)
        #expect(evidence.limits == ResourceLimits(cpu: nil, memory: nil))
    }
}
