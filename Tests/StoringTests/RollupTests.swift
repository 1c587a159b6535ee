import Measures
import TestSupport
import Testing

@testable import Storing

@Suite struct RollupTests {
    private let start: Int64 = 1_700_006_400  // 2023-11-15T00:00:00Z

    @Test func aDayOfEvenTicksSumsUpAsItWasMade() throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            // Two days and an hour, so that both are over.
            for tick in evenTicks(2 * 1440 + 60, from: start) { try store.append(tick) }
            try store.compactEverything(withHotTail: true)
            try store.rollUpDays()
            let rollups = try store.rollups(in: allTime, where: { $0.service.service == "s2" })
            #expect(
                rollups.map(\.day) == [0, 1, 2].map { Timestamp(seconds: start + $0 * 86_400) })
            #expect(rollups.map(\.values.ticks) == [1440, 1440, 60])
            let first = try #require(rollups.first).values
            #expect(first.coveredMilliseconds == 1439 * 60_000)
            #expect(first.firstTime == Timestamp(seconds: start))
            #expect(first.lastTime == Timestamp(seconds: start + 1439 * 60))

            let usage = try #require(first.quantities[.metric(.cpuUsage)])
            #expect(usage.count == 1440)
            #expect(usage.first == 7)
            #expect(usage.last == 7 + 2000 * 1439 * 60)
            #expect(usage.sum == 2000 * 1439 * 60)
            #expect(usage.weight == 1439 * 60_000)
            #expect(usage.histogram == nil)
            let rate = try #require(first.quantities[.cpuRate])
            #expect(rate.count == 1439)
            #expect((rate.min, rate.max) == (2, 2))
            #expect(rate.mean == 2)
            #expect(rate.histogram?.weight == Int64(86_340))
            #expect(rate.histogram?.quantile(0.95) == 2)
            let workingSet = try #require(first.quantities[.workingSet])
            #expect((workingSet.min, workingSet.max) == (20_971_520, 20_971_520))
            #expect(workingSet.mean == 20_971_520)
            let memory = try #require(first.quantities[.metric(.memoryCurrent)])
            var sum: Int128 = 0
            for number in 0..<1440 { sum += Int128(20_971_520 + 4096 * (number % 7)) }
            #expect(memory.sum == sum)
            #expect(memory.histogram?.weight == 1440)
            let kills = try #require(first.quantities[.metric(.memoryOOMKills)])
            #expect((kills.first, kills.last, kills.sum) == (0, 2, 2))
            #expect(first.quantities[.metric(.cpuLimit)]?.max == .max)

            // Of both days together nothing is missing between them.
            var both = rollups[0]
            both.merge(rollups[1])
            #expect(both.values.coveredMilliseconds == 2879 * 60_000)
            #expect(both.values.quantities[.metric(.cpuUsage)]?.sum == Int128(345_480_000))
            #expect(both.values.quantities[.metric(.memoryOOMKills)]?.sum == 5)
            #expect(both.values.quantities[.cpuRate]?.count == 2879)
            #expect(both.values.quantities[.cpuRate]?.histogram?.weight == Int64(172_740))
        }
    }

    /// However the ticks are cut into spans, a day's rollups are those of its ticks.
    @Test(arguments: [UInt64](1...6))
    func rollupsDoNotDependOnHowTicksWereCompacted(seed: UInt64) throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: seed)
            let ticks = host.ticks(240)
            let whole = try SampleStore(path: directory + "/whole.db", access: .readWrite)
            let parts = try SampleStore(path: directory + "/parts.db", access: .readWrite)
            for (number, tick) in ticks.enumerated() {
                try whole.append(tick)
                try parts.append(tick)
                if number % 70 == 69 {
                    try parts.compact(keeping: 0)
                    try parts.rollUpDays()
                }
            }
            try whole.compact(keeping: 0)
            try whole.rollUpDays()
            try parts.compact(keeping: 0)
            try parts.rollUpDays()
            let (expected, found) = (
                try whole.rollups(in: allTime).sorted(), try parts.rollups(in: allTime).sorted()
            )
            #expect(found.map(\.incarnation) == expected.map(\.incarnation))
            for (one, other) in zip(found, expected) {
                #expect(one.values.ticks == other.values.ticks)
                #expect(one.values.coveredMilliseconds == other.values.coveredMilliseconds)
                for (quantity, rollup) in other.values.quantities where quantity != .cpuRate {
                    #expect(one.values.quantities[quantity] == rollup, "\(quantity)")
                }
                let (rate, expectedRate) = (
                    one.values.quantities[.cpuRate], other.values.quantities[.cpuRate]
                )
                #expect(rate?.count == expectedRate?.count)
                #expect(rate?.sum == expectedRate?.sum)
            }
        }
    }

    /// Against sums made from the history, day by day.
    @Test(arguments: [UInt64](1...6))
    func gaugesAndCountersAgreeWithTheTicks(seed: UInt64) throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: seed)
            let ticks = host.ticks(200)
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            for tick in ticks { try store.append(tick) }
            try store.compact(keeping: 0)
            try store.rollUpDays()
            var wanted: [String: (count: Int64, sum: Int128, gain: Int128)] = [:]
            var last: [String: (boot: BootID, uptime: Int64, value: Int64)] = [:]
            for tick in ticks {
                let day = RollupBuilder.day(of: tick.time.rawValue)
                for sample in tick.samples {
                    let run =
                        "\(sample.incarnation.container.rawValue) \(sample.incarnation.series)"
                    let usage = try #require(sample.values[.cpuUsage])
                    var sum = wanted["\(run) \(day)"] ?? (0, 0, 0)
                    sum.count += 1
                    sum.sum += Int128(sample.values[.memoryCurrent] ?? 0)
                    // Across days nothing is reckoned: that is left to who merges them.
                    if let before = last["\(run) \(day)"], before.boot == tick.boot,
                        before.uptime < tick.uptimeMilliseconds, usage >= before.value
                    {
                        sum.gain += Int128(usage - before.value)
                    }
                    wanted["\(run) \(day)"] = sum
                    last["\(run) \(day)"] = (tick.boot, tick.uptimeMilliseconds, usage)
                }
            }
            let rollups = try store.rollups(in: allTime)
            #expect(rollups.count == wanted.count)
            for rollup in rollups {
                let incarnation = rollup.incarnation
                let day = RollupBuilder.day(of: rollup.day.rawValue)
                let sum = try #require(
                    wanted["\(incarnation.container.rawValue) \(incarnation.series) \(day)"])
                #expect(rollup.values.ticks == sum.count)
                #expect(rollup.values.quantities[.metric(.memoryCurrent)]?.sum == sum.sum)
                #expect(rollup.values.quantities[.metric(.cpuUsage)]?.sum == sum.gain)
            }
        }
    }

    @Test func aDamagedRollupIsNamed() throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            for tick in evenTicks(100, from: start) { try store.append(tick) }
            try store.compact(keeping: 0)
            try store.rollUpDays()
            try execute("UPDATE rollup SET day = day + 1", store.path)
            let error = #expect(throws: StoreError.self) { try store.rollups(in: allTime) }
            #expect(
                "\(try #require(error))".contains("part 0 of the rollups of 2023-11-16: checksum"))
        }
    }

    @Test func mutatedRollupsNeverTrap() throws {
        var random = SeededGenerator(seed: 5)
        let label = RollupPart.label(day: 1, part: 2)
        let store = try TemporaryDirectory()
        let made = try SampleStore(path: store.path + "/store.db", access: .readWrite)
        for tick in evenTicks(70, from: start) { try made.append(tick) }
        try made.compact(keeping: 0)
        try made.rollUpDays()
        var blobs: [[UInt8]] = []
        var statement = try made.database.prepare("SELECT data FROM rollup", while: "testing")
        while try statement.step() { blobs.append(statement.blob(0)) }
        let blob = try #require(blobs.first)
        var decoded = 0
        for _ in 0..<20_000 {
            var mutated = blob
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: 5..<mutated.count, using: &random)
                mutated[at] = UInt8.random(in: 0...255, using: &random)
            }
            let sealed = Envelope.seal(
                version: RollupPart.version, label: label, body: Array(mutated[5...]))
            let entries = try? sealed.withBytes { (bytes) throws(DecodingFailure) in
                try RollupPart.decode(bytes, label: label)
            }
            guard let entries else { continue }
            decoded += 1
            let again = RollupPart.encode(entries, label: label)
            let same = try again.withBytes { (bytes) throws(DecodingFailure) in
                try RollupPart.decode(bytes, label: label)
            }
            #expect(same == entries)
        }
        #expect(decoded > 0)
    }
}

extension [IncarnationRollup] {
    fileprivate func sorted() -> [IncarnationRollup] {
        sorted { ($0.day, "\($0.incarnation)") < ($1.day, "\($1.incarnation)") }
    }
}
