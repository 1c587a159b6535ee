import Measures
import Testing

@testable import Sizing

/// What comes, works and goes is told from what is there all the time.
@Suite struct WorkloadTests {
    /// A job of half an hour, so many times, each run another container; sampled only while it runs.
    private func jobs(
        _ runs: Int, every hours: Double = 24, lasting minutes: Int = 30, cores: Double = 0.2
    ) -> ReplicaObservations {
        var sketch = ObservationSketch(limits: limits(1, 1024))
        for run in 0..<runs {
            if run > 0 {
                sketch.beginRun()
                sketch.step(nil, seconds: hours * 3600 - Double(minutes) * 60, memory: 1)
            } else {
                sketch.begin(memory: 1)
            }
            for _ in 0..<(minutes / 5) {
                sketch.step(cores * Double(run + 1), memory: mebibytes(100))
            }
        }
        return sketch.observations
    }

    @Test(
        arguments: [
            (8, 24.0, 30, Workload.batch(runs: 8)), (3, 24, 30, .batch(runs: 3)),
            // Too few to tell.
            (2, 24, 30, .steady), (1, 24, 30, .steady),
            // There for more than half of the time: a service that restarts.
            (8, 1, 40, .steady), (8, 1, 25, .batch(runs: 8)),
        ] as [(Int, Double, Int, Workload)])
    func jobOrService(runs: Int, hours: Double, minutes: Int, workload: Workload) throws {
        let evidence = try ServiceEvidence(
            of: [jobs(runs, every: hours, lasting: minutes)], policy: SizingPolicy())
        #expect(evidence.workload == workload)
    }

    /// Gaps of the sampler are no ends of jobs.
    @Test func aServiceThatIsRarelySampled() throws {
        var sketch = ObservationSketch()
        sketch.begin(memory: 1)
        for day in 0..<10 {
            if day % 3 == 1 { sketch.beginRun() }
            for _ in 0..<6 { sketch.step(0.1, memory: 1) }
            sketch.step(nil, seconds: 20 * 3600, memory: 1)
        }
        let evidence = try ServiceEvidence(of: [sketch.observations], policy: SizingPolicy())
        #expect(evidence.workload == .steady)
        #expect(evidence.coverage.gaps == 10)
    }

    /// Each run is a period, the newest first, with no day's end in it.
    @Test func jobsAreSizedByRun() throws {
        let evidence = try ServiceEvidence(of: [jobs(8)], policy: SizingPolicy())
        let runs = evidence.replicas[0].cpu
        #expect(runs.map(\.age) == Array(0..<8))
        #expect(runs.allSatisfy { $0.seconds == 1800 })
        #expect(zip(runs, 0...).allSatisfy { abs($0.mean - 0.2 * Double(8 - $1)) < 1e-12 })
        #expect(
            evidence.replicas[0].memory.map(\.peak) == Array(repeating: mebibytes(100), count: 8))
        let sizer = Sizer(policy: SizingPolicy(), tiers: ResourceTier.standard)
        let advice = sizer.recommend(evidence, limits: evidence.limits)
        // (1 + 2/8) · (0.9 · 1.6 + 0.1 · 1.4) / 0.7.
        #expect(abs((advice.need?.cpu.rawValue ?? 0) - 1.25 * 1.58 / 0.7) < 1e-9)
        #expect(advice.verdict == .noTierFits)
    }
}
