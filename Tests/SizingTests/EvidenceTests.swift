import Measures
import Testing

@testable import Sizing

@Suite struct EvidenceTests {
    @Test func theNumbersOfOneReplica() throws {
        var sketch = ObservationSketch(
            limits: ResourceLimits(cpu: .bounded(Cores(1)), memory: .unlimited))
        sketch.begin()
        for (cores, memory) in [(0.1, 100.0), (0.2, 200), (0.3, 400), (0.4, nil), (0.5, nil)] {
            sketch.step(cores, seconds: 60, memory: memory)
        }
        let evidence = try ServiceEvidence(of: [sketch.observations], policy: SizingPolicy())
        let cpu = try #require(evidence.cpu)
        #expect(abs(cpu.mean.rawValue - 0.3) < 1e-12)
        #expect(cpu.p50 == Cores(0.3))
        #expect(abs(cpu.p95.rawValue - 0.48) < 1e-12)
        #expect(cpu.max == Cores(0.5))
        #expect(cpu.throttledShare == nil)
        #expect(cpu.censoredShare == 0)
        #expect(cpu.demandP95 == cpu.p95)
        #expect(cpu.demandMedian == nil)
        #expect(cpu.startUpMax == nil)
        let memory = try #require(evidence.memory)
        #expect(memory.mean == Bytes(233))
        #expect(memory.p50 == Bytes(200))
        #expect(memory.max == Bytes(400))
        #expect(memory.censoredShare == 0)
        #expect(
            evidence.coverage
                == Coverage(
                    first: Timestamp(seconds: 0), last: Timestamp(seconds: 300), samples: 6,
                    seconds: 300, stepSeconds: 60, gaps: 0, incarnations: 1))
        #expect(
            evidence.limits == ResourceLimits(cpu: .bounded(Cores(1)), memory: .unlimited))
        #expect(evidence.workload == .steady)
        #expect(evidence.limitChanges.isEmpty)
    }

    /// The worst replica for each resource; kills, restarts and incarnations of all; the limits of the one
    /// seen last.
    @Test func unequalReplicas() throws {
        var busy = observe([0.9, 0.9], memory: 10, limits: limits(1, 1024))
        busy.oomKills = 1
        busy.restarts = 2
        var fat = observe(
            [0.1, 0.1, 0.1], memory: 999, limits: limits(2, 1024), instance: "2", start: 60_000)
        fat.oomKills = 2
        let evidence = try ServiceEvidence(of: [fat, busy], policy: SizingPolicy())
        #expect(evidence.replicas.map(\.instance) == ["1", "2"])
        #expect(evidence.replicas[0].cpu == alike(1, sustained: 0.9, mean: 0.9, seconds: 600))
        #expect(evidence.replicas[1].cpu == alike(1, sustained: 0.1, mean: 0.1, seconds: 900))
        #expect(evidence.replicas.map(\.killedAt) == [.mebibytes(1024), .mebibytes(1024)])
        #expect(evidence.cpu?.p95 == Cores(0.9))
        #expect(evidence.memory?.max == Bytes(999))
        #expect(evidence.oomKills == 3)
        #expect(evidence.restarts == 2)
        #expect(evidence.coverage.seconds == 900)
        #expect(evidence.coverage.incarnations == 2)
        #expect(evidence.limits.cpu == .bounded(Cores(2)))
    }

    @Test func aGapIsLeftOutAndCounted() throws {
        var sketch = ObservationSketch()
        sketch.begin(memory: 100)
        for _ in 0..<4 { sketch.step(0.1, seconds: 60, memory: 100) }
        sketch.step(0.9, seconds: 3600, memory: 100)
        let evidence = try ServiceEvidence(of: [sketch.observations], policy: SizingPolicy())
        #expect(evidence.cpu?.max == Cores(0.1))
        #expect(evidence.replicas[0].cpu == alike(1, sustained: 0.1, mean: 0.1, seconds: 240))
        // The first sample and the one after the gap hold for the usual time.
        #expect(evidence.replicas[0].memory == alike(1, sustained: 100, mean: 100, seconds: 360))
        #expect(evidence.coverage.gaps == 1)
        #expect(evidence.coverage.seconds == 240)
    }

    /// What a burst saw inside a run counts for the maxima, not for the percentiles.
    @Test func burstsRaiseTheMaxima() throws {
        var bursty = observe([0.1, 0.1], memory: 100)
        bursty.cpuBurstMax = Cores(0.9)
        bursty.memoryBurstMax = Bytes(300)
        let evidence = try ServiceEvidence(of: [bursty], policy: SizingPolicy())
        #expect(evidence.cpu?.max == Cores(0.9))
        #expect(evidence.cpu?.p99 == Cores(0.1))
        #expect(evidence.memory?.max == Bytes(300))
        #expect(evidence.memory?.p99 == Bytes(100))
        #expect(evidence.replicas[0].memoryBurstMax == Bytes(300))
        bursty.cpuBurstMax = Cores(0.05)
        #expect(
            try ServiceEvidence(of: [bursty], policy: SizingPolicy()).cpu?.max == Cores(0.1))
    }

    @Test func aReplicaThatNeverRan() throws {
        var stopped = ReplicaObservations(instance: "1")
        stopped.sampleTimes.append([5000])
        stopped.oomKills = 1
        let evidence = try ServiceEvidence(of: [stopped], policy: SizingPolicy())
        #expect(evidence.replicas == [ReplicaEvidence(instance: "1", cpu: [], memory: [])])
        #expect(evidence.cpu == nil)
        #expect(evidence.memory == nil)
        #expect(evidence.oomKills == 1)
        #expect(evidence.coverage.samples == 1)
        #expect(evidence.coverage.stepSeconds == nil)
        #expect(evidence.limits == ResourceLimits(cpu: nil, memory: nil))
    }

    /// What a container needs to start is told on its own, and is part of what limits must hold.
    @Test func startUpIsToldApart() throws {
        var sketch = ObservationSketch()
        sketch.begin(memory: 100)
        sketch.step(0.9, memory: 500)
        for _ in 0..<10 { sketch.step(0.1, memory: 100) }
        sketch.observations.startUp = StartUpUse(cpu: Cores(0.9), memory: Bytes(500))
        let evidence = try ServiceEvidence(of: [sketch.observations], policy: SizingPolicy())
        #expect(evidence.cpu?.startUpMax == Cores(0.9))
        #expect(evidence.memory?.startUpMax == Bytes(500))
        // Five minutes are not sustained, but a working set is held at once.
        #expect(evidence.replicas[0].cpu.map(\.sustained) == [0.1])
        #expect(evidence.replicas[0].memory.map(\.peak) == [500])
    }

    @Test func partsOfMemoryAreHandedOn() throws {
        var replica = observe([0.1, 0.1], memory: 400)
        replica.memoryPeak = Bytes(900)
        replica.memory.samplesAtLimit = 1
        replica.memory.parts.unreclaimableMax = Bytes(300)
        replica.memory.parts.activeCacheMax = Bytes(100)
        replica.memory.parts.refaults = 7
        replica.memory.parts.stalledSeconds = 1.5
        let memory = try #require(
            try ServiceEvidence(of: [replica], policy: SizingPolicy()).memory)
        #expect(memory.peak == Bytes(900))
        #expect(memory.parts == replica.memory.parts)
        // One of three samples.
        #expect(memory.censoredShare == 1.0 / 3)
    }
}

extension EvidenceTests {
    /// Nine days that end with Wednesday 1970-01-14 hold one Saturday and one Sunday; the day of an hour is none.
    @Test func weekendsAreCounted() throws {
        var replica = ReplicaObservations(instance: "1")
        let hour: Int64 = 3_600_000
        let end = 14 * 24 * hour
        var times: [Int64] = []
        for index in 0..<(9 * 24 + 1) {
            let time = end - Int64(9 * 24 - index) * hour
            times.append(time)
            replica.cpu.append(
                cores: 0.1, seconds: 3600, end: time, throttledShare: nil, limit: nil)
            replica.memory.append(100, time: time)
        }
        replica.sampleTimes.append(times[...])
        let coverage = try ServiceEvidence(of: [replica], policy: SizingPolicy()).coverage
        #expect(coverage.days == 9)
        #expect(coverage.weekendDays == 2)
    }
}
