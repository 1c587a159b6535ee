import Columns
import Measures
import TestSupport
import Testing

@testable import Storing

@Suite struct VerifyTests {
    @Test(arguments: [UInt64](1...10))
    func aSoundStoreIsClean(seed: UInt64) throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: seed)
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            let ticks = host.ticks(300)
            for (number, tick) in ticks.enumerated() {
                try store.append(tick)
                if number % 90 == 80 { try store.compact(keeping: number % 3 == 0 ? 0 : 30) }
            }
            let found = try store.verify()
            #expect(found.damages == [])
            #expect(found.ticks == 300)
            #expect(
                found.values
                    == ticks.reduce(0) { $0 + $1.samples.reduce(0) { $0 + $1.values.count } })
            #expect(found.values == (try store.info().values))
            #expect(
                found.clockSteps == zip(ticks, ticks.dropFirst()).count { $0.time > $1.time })
        }
    }

    @Test func anEmptyStoreIsClean() throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            #expect(try store.verify().damages == [])
        }
    }

    /// Twice the same tick, ticks out of order, a clock set back, counters that begin anew: all of it is kept
    /// as it came, told, and no damage.
    @Test(arguments: [false, true])
    func oddTicksAreToldAndKept(compacted: Bool) throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            var ticks = evenTicks(10, containers: 1)
            ticks.insert(ticks[3], at: 4)
            ticks.swapAt(7, 8)
            ticks[9].samples[0].values[.cpuUsage] = 5
            ticks.append(contentsOf: evenTicks(2, from: 1_600_000_000, boot: "b2", containers: 1))
            for tick in ticks { try store.append(tick) }
            if compacted { try store.compact(keeping: 0) }
            #expect(try store.everything() == flattened(ticks))
            let found = try store.verify()
            #expect(found.damages == [])
            #expect(found.clockSteps == 2)
            #expect(found.uptimeSteps == 2)
            let series = evenIncarnation(1).series
            #expect(
                found.baselines == [
                    CounterBaseline(
                        series: series, metric: .cpuUsage, count: 2, first: ticks[8].time)
                ])
            if compacted {
                // Nothing is gained backwards, nor across boots.
                let usage = try store.rollups(in: allTime).map {
                    $0.values.quantities[.metric(.cpuUsage)]?.sum ?? -1
                }
                #expect(usage.allSatisfy { $0 >= 0 })
            }
        }
    }

    /// A store with a day, an hour and rows.
    static func mixed(_ path: String) throws -> SampleStore {
        let store = try SampleStore(path: path, access: .readWrite)
        for tick in evenTicks(120) { try store.append(tick) }
        try store.compact(keeping: 0)
        try store.rollUpDays()
        for tick in evenTicks(140, first: 120) { try store.append(tick) }
        try store.compact(keeping: 70)
        return store
    }

    private static func flipped(_ column: String, from byte: Int) -> String {
        "\(column) = substr(\(column), 1, \(byte)) || x'a55a' || substr(\(column), \(byte + 3))"
    }

    /// What was done to the store, what must be found of it, and how many ticks are left after a repair.
    @Test(
        arguments: [
            (
                "UPDATE span SET \(flipped("ticks", from: 9)) WHERE id = 3",
                "span 3: its ticks: checksum", 140
            ),
            (
                "UPDATE block SET \(flipped("data", from: 9)) WHERE span = 3",
                "block 1 of span 3: checksum", 260
            ),
            (
                "UPDATE block SET \(flipped("data", from: 60)) WHERE span = 3",
                " in block 1 of span 3: ", 260
            ),
            (
                "UPDATE block SET last_id = 9 WHERE span = 3", "block 1 of span 3: it is labelled",
                260
            ),
            ("DELETE FROM block WHERE span = 3", "span 3: its blocks are not those", 260),
            ("UPDATE block SET span = 77 WHERE span = 3", "span 77: it is missing", 260),
            ("DELETE FROM span WHERE id = 3", "span 3: it is missing", 140),
            (
                "UPDATE span SET last_seq = 130 WHERE id = 3",
                "span 3: 120 ticks are numbered 1 to 130", 260
            ),
            ("UPDATE span SET start_ms = 5 WHERE id = 3", "span 3: its labels are not those", 260),
            ("UPDATE span SET level = 9 WHERE id = 3", "span 3: level 9", 260),
            ("UPDATE span SET level = 0 WHERE id = 3", "span 3: 120 ticks at level 0", 260),
            (
                "UPDATE tick SET \(flipped("samples", from: 9)) WHERE seq = 182",
                "sample 182: checksum", 259
            ),
            ("UPDATE tick SET time_ms = time_ms + 1 WHERE seq = 182", "sample 182: checksum", 259),
            ("UPDATE tick SET host_millicores = NULL WHERE seq = 182", "sample 182: checksum", 259),
            ("DELETE FROM tick WHERE seq = 181", "sample 182: sample 181, which it is told", 200),
            ("DELETE FROM boot", "its boot 1 is not named", 260),
            ("DELETE FROM incarnation WHERE id = 2", "its container 2 is not named", 260),
            ("DELETE FROM series WHERE id = 2", "container 2: its series 2 is missing", 260),
            (
                "UPDATE incarnation SET name = 'x' WHERE id = 2", "container 2: its name, image or",
                260
            ),
            ("UPDATE series SET kind = 99 WHERE id = 2", "series 2 has kind 99", 260),
            (
                "UPDATE rollup SET \(flipped("data", from: 30))",
                "part 0 of the rollups of 2023-11-14: checksum", 260
            ),
            (
                "INSERT INTO setting VALUES('resolution', '1ms', 5)",
                "setting resolution: its checksum", 260
            ),
        ] as [(String, String, Int)])
    func damageIsNamedAndTheRestIsKept(sql: String, message: String, left: Int) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let before = try Self.mixed(path).everything()
            try execute(sql, path)
            let found = try SampleStore(path: path, access: .readOnly).verify()
            let texts = found.damages.map(\.description)
            #expect(texts.contains { $0.contains(message) }, "\(texts)")

            let store = try SampleStore(path: path, access: .readWrite)
            let outcome = try store.repair()
            #expect(outcome.found.damages == found.damages)
            #expect(outcome.copy == path + ".damaged-1")
            #expect(try store.verify().damages == [])
            #expect(try store.extent()?.ticks == left)
            // Nothing is made up: each line was there, but for metrics and names that were lost.
            let after = try store.everything()
            if !sql.contains("series") && !sql.contains("incarnation") {
                let times = Set(before.map { $0.prefix { $0 != " " } })
                #expect(after.allSatisfy { times.contains($0.prefix { $0 != " " }) })
            }
            // What is left can be gone on with.
            try store.append(evenTicks(1, first: 300)[0])
            try store.compact(keeping: 0)
            #expect(try store.extent()?.ticks == left + 1)
            #expect(try store.verify().damages == [])
            // The copy is as it was.
            #expect(
                try SampleStore(path: path + ".damaged-1", access: .readOnly).verify().damages
                    .map(\.place) == found.damages.map(\.place))
        }
    }

    @Test func aMetricThatIsLostTakesNoOtherWithIt() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let store = try Self.mixed(path)
            let before = try store.history(of: [.cpuUsage, .cpuLimit], in: allTime)
            // The last byte of the last section, of OOM kills.
            try execute(
                "UPDATE block SET data = substr(data, 1, length(data) - 1) || x'77' WHERE span = 3",
                path)
            let found = try store.verify()
            #expect(found.damages.count == 1)
            let damage = try #require(found.damages.first)
            #expect(damage.place == .column(span: 3, first: 1, .memoryOOMKills))
            #expect(damage.series.map(\.text) == ["shop/s1 1", "shop/s2 1", "shop/s3 1"])
            _ = try store.repair()
            let after = try store.history(of: [.cpuUsage, .cpuLimit], in: allTime)
            #expect(flattened(after) == flattened(before))
        }
    }

    @Test func aSoundStoreIsNotRepaired() throws {
        try withTemporaryDirectory { directory in
            let store = try Self.mixed(directory + "/store.db")
            #expect(try store.repair().copy == nil)
        }
    }

    /// SQLite's own pages: of a table's leaf the first bytes.
    @Test func brokenPagesAreFoundAndTheirNeighboursKept() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let made = try Self.mixed(path)
            try made.consolidate()
            let root = try #require(
                try made.database.integer(
                    "SELECT rootpage FROM sqlite_master WHERE name = 'tick'", while: "testing"))
            let pageSize = Int(
                try made.database.integer("PRAGMA page_size", while: "testing") ?? 0)
            var bytes = try readFile(path)
            for offset in 0..<8 { bytes[Int(root - 1) * pageSize + offset] = 0xEE }
            try writeFile(path, bytes)
            let store = try SampleStore(path: path, access: .readWrite)
            #expect(throws: Never.self) { try store.verify() }
            #expect(throws: Never.self) { try store.repair() }
            #expect(try store.verify().damages == [])
            #expect(try store.extent()?.ticks == 180)
        }
    }
}
