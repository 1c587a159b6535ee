import Measures
import Testing

@testable import Sizing

/// Limits over time, as they were read.
@Suite struct LimitHistoryTests {
    private static func limits(_ cpu: Double?, _ memory: Int64?) -> ResourceLimits {
        ResourceLimits(
            cpu: cpu.map { .bounded(Cores($0)) }, memory: memory.map { .bounded(Bytes($0)) })
    }

    @Test(
        arguments: [
            ([(1, 2)], [(0, 1, 2)]),
            ([(1, 2), (1, 2), (1, 2)], [(0, 1, 2)]),
            ([(1, 2), (3, 2), (3, 2), (3, 4)], [(0, 1, 2), (1, 3, 2), (3, 3, 4)]),
            // Read for the first time is no change.
            ([(1, nil), (nil, 2), (1, 2)], [(0, 1, 2)]),
            ([(nil, nil), (1, nil), (1, 2)], [(0, 1, 2)]),
            // Not read is no change either.
            ([(1, 2), (nil, nil), (nil, 3)], [(0, 1, 2), (2, 1, 3)]),
            // Changed back.
            ([(1, 2), (3, 2), (1, 2)], [(0, 1, 2), (1, 3, 2), (2, 1, 2)]),
            // The other is read for the first time when this one has changed.
            ([(1, nil), (3, nil), (3, 2)], [(0, 1, nil), (1, 3, nil), (2, 3, 2)]),
        ] as [([(Double?, Int64?)], [(Int64, Double?, Int64?)])])
    func changes(read: [(Double?, Int64?)], known: [(Int64, Double?, Int64?)]) {
        var replica = ReplicaObservations(instance: "1")
        for (time, limits) in read.enumerated() {
            replica.noteLimits(
                Self.limits(limits.0, limits.1), at: Timestamp(milliseconds: Int64(time)))
        }
        #expect(
            replica.limitHistory
                == known.map {
                    LimitChange(
                        since: Timestamp(milliseconds: $0.0), limits: Self.limits($0.1, $0.2))
                })
        #expect(replica.limits == replica.limitHistory.last?.limits)
    }

    /// The largest limit that killed, whatever came between and after.
    @Test func theLimitThatKilled() throws {
        var replica = observe([0.1, 0.1])
        replica.oomKills = 1
        replica.noteKill()
        #expect(replica.killedAt == nil)
        for (limit, kills) in [(500, true), (700, true), (300, true), (900, false)] {
            replica.noteLimits(Self.limits(1, Int64(limit)), at: Timestamp(milliseconds: 0))
            if kills { replica.noteKill() }
        }
        #expect(replica.killedAt == Bytes(700))
        let evidence = try ServiceEvidence(of: [replica], policy: SizingPolicy())
        #expect(evidence.replicas.map(\.killedAt) == [Bytes(700)])
    }
}
