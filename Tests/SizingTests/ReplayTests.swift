import Measures
import TestSupport
import Testing

@testable import Sizing

/// What a history would have done under other limits.
@Suite struct ReplayTests {
    private func replay(
        _ replicas: [ReplicaObservations], _ limits: ResourceLimits
    ) throws -> Replay {
        let end = replicas.compactMap(\.sampleTimes.last).max()!
        let gatherer = try EvidenceGatherer(policy: SizingPolicy(), end: end)
        return try #require(try gatherer.evidence(of: replicas, replaying: [limits]).replays.first)
    }

    private func sketch(_ cores: [Double], memory: [Double] = []) -> ReplicaObservations {
        var sketch = ObservationSketch()
        sketch.begin(memory: mebibytes(1))
        for (index, cores) in cores.enumerated() {
            sketch.step(cores, memory: mebibytes(index < memory.count ? memory[index] : 1))
        }
        return sketch.observations
    }

    /// Two alerts of three and four samples, one stretch too short for one; what was wanted above the limit.
    @Test func byHand() throws {
        let replay = try replay(
            [
                sketch(
                    [0.9, 0.9, 1.2, 0.1, 0.9, 0.9, 0.1, 1.1, 1.3, 0.9, 0.9],
                    memory: [500, 600, 90, 90, 513])
            ], limits(1, 512))
        #expect(replay.limits == limits(1, 512))
        #expect(replay.cpu.alerts == 2)
        // Fifteen and twenty minutes, ten of each until it fires.
        #expect(replay.cpu.alertSeconds == 300 + 600)
        #expect(replay.cpu.timesOverLimit == 2)
        #expect(replay.cpu.secondsOverLimit == 900)
        #expect(replay.cpu.periods == 1)
        // 9.2 / 11.
        #expect(replay.cpu.periodsAboveTarget == 1)
        #expect(!replay.cpu.isClean)
        #expect(replay.memory.timesOverLimit == 2)
        #expect(replay.memory.alerts == 0)
        #expect(replay.memory.periodsAboveTarget == 0)
    }

    @Test func replicasAddUp() throws {
        let busy = sketch(Array(repeating: 0.9, count: 6))
        var other = sketch(Array(repeating: 0.9, count: 6))
        other.instance = "2"
        let replay = try replay([busy, other], limits(1, 512))
        #expect(replay.cpu.alerts == 2)
        #expect(replay.cpu.periods == 2)
        #expect(replay.memory.isClean)
    }

    @Test func withoutLimitsNothingHappens() throws {
        let replay = try replay(
            [sketch([9, 9, 9, 9])], ResourceLimits(cpu: .unlimited, memory: nil))
        #expect(replay.cpu == Replay.Outcome() && replay.memory == Replay.Outcome())
    }

    /// What the rule asks for without a margin is exactly what has neither an alert nor a mean too high.
    @Test func theBareNeedIsTheCleanLimit() throws {
        for seed in UInt64(0)..<40 {
            var random = SeededGenerator(seed: seed)
            let scale = 0.05 + random.unit()
            let observations = sketch(
                (0..<(288 + Int(random.unit() * 600))).map { _ in
                    random.unit() < 0.1 ? scale * 3 * random.unit() : scale * random.unit()
                }, memory: [])
            let evidence = try ServiceEvidence(of: [observations], policy: SizingPolicy())
            let need = NeedEstimator(policy: SizingPolicy(), hasMargin: false).cpu(
                evidence.replicas[0].cpu)
            func outcome(_ cores: Double) throws -> Replay.Outcome {
                try replay(
                    [observations],
                    ResourceLimits(cpu: .bounded(Cores(cores)), memory: .unlimited)
                ).cpu
            }
            let enough = try outcome(need * 1.0001)
            try #require(
                enough.alerts == 0 && enough.periodsAboveTarget == 0, "seed \(seed)")
            let less = try outcome(need * 0.9999)
            try #require(less.alerts > 0 || less.periodsAboveTarget > 0, "seed \(seed)")
        }
    }
}
