import Measures
import TestSupport
import Testing

@testable import Storing

@Suite struct SharedReadingTests {
    private struct Receiver: PieceReceiver {
        var lines: [String] = []
        var seen: Set<SeriesIdentity> = []
        private var spans = 0

        mutating func add(_ ticks: TickTable) {
            spans += 1
            lines.append("span \(spans): \(ticks.count) ticks from \(ticks.times.first ?? 0)")
        }

        mutating func add(_ piece: Piece) {
            seen.insert(piece.incarnation.series)
            let values = [Metric.cpuUsage, .memoryCurrent, .memoryAnon].map {
                piece[$0].map { column in column.values.indices.map { column[$0] } }
            }
            lines.append("\(spans) \(piece.id) \(piece.rows) \(values)")
        }
    }

    /// A block large enough for several threads, a second one, and rows; some containers come and go.
    private func store(_ directory: String) throws -> SampleStore {
        let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
        var random = SeededGenerator(seed: 11)
        for (number, var tick) in evenTicks(1300, everySeconds: 60, containers: 63).enumerated() {
            for index in tick.samples.indices {
                let anon = Int64.random(in: 0...5000, using: &random) * 4096
                tick.samples[index].values[.memoryAnon] = anon
                tick.samples[index].values[.memoryCurrent] = anon + 8192
            }
            tick.samples = tick.samples.enumerated().filter { index, _ in
                number % (900 + index) > 20
            }.map(\.element)
            try store.append(tick)
            if number == 1200 { try store.compact(keeping: 0) }
        }
        return store
    }

    /// Whatever their number, each gets whole series and together they get all, once and in order.
    @Test func receiversShareTheSeries() throws {
        try withTemporaryDirectory { directory in
            let store = try store(directory)
            let metrics: Set<Metric> = [.cpuUsage, .memoryCurrent, .memoryAnon]
            func received(_ count: Int) throws -> [Receiver] {
                var receivers = [Receiver](repeating: Receiver(), count: count)
                try store.forEachPiece(
                    of: metrics, in: allTime, where: { $0.service.service != "s7" },
                    sharedAmong: &receivers)
                return receivers
            }
            var alone = Receiver()
            let (ticks, pieces) = (
                { (ticks: TickTable) in alone.add(ticks) }, { (piece: Piece) in alone.add(piece) }
            )
            try store.forEachPiece(
                of: metrics, in: allTime, where: { $0.service.service != "s7" }, ticks: ticks,
                piece: pieces)
            #expect(try received(1).map(\.lines) == [alone.lines])
            for count in 2...5 {
                let receivers = try received(count)
                #expect(receivers.reduce(0) { $0 + $1.seen.count } == alone.seen.count)
                #expect(Set(receivers.flatMap(\.seen)) == alone.seen)
                #expect(receivers.allSatisfy { $0.seen.count >= alone.seen.count / count })
                // Told apart by their first words, the lines of each are those of the one, in order.
                for receiver in receivers {
                    let own = Set(receiver.lines)
                    #expect(receiver.lines == alone.lines.filter(own.contains))
                }
                #expect(Set(receivers.flatMap(\.lines)) == Set(alone.lines))
            }
        }
    }

    /// One thread's damage is everybody's error.
    @Test func damageEndsTheReading() throws {
        try withTemporaryDirectory { directory in
            let store = try store(directory)
            let path = store.path
            // The last bytes of what the working sets are read from.
            try execute(
                """
                UPDATE block SET data = CAST(substr(data, 1, length(data) / 2) || zeroblob(64)
                    || substr(data, length(data) / 2 + 65) AS BLOB)
                """, path)
            var receivers = [Receiver](repeating: Receiver(), count: 2)
            #expect(throws: StoreError.self) {
                try store.forEachPiece(
                    of: [.cpuUsage, .memoryCurrent, .memoryAnon], in: allTime, where: { _ in true },
                    sharedAmong: &receivers)
            }
        }
    }
}
