import Measures
import TestSupport
import Testing

@testable import Storing

@Suite struct RosterTests {
    private static func incarnation(_ number: Int, name: String? = nil) -> Incarnation {
        Incarnation(
            series: SeriesIdentity(
                kind: .service, service: ServiceID(project: "shop", service: "s\(number)"),
                instance: "1"),
            container: ContainerID(rawValue: "c\(number)"), name: name ?? "shop-s\(number)-1",
            image: number == 2 ? nil : "shop/s:1", imageID: nil,
            startedAt: number == 3 ? nil : Timestamp(seconds: Int64(number)))
    }

    private static func tick(_ second: Int64, _ incarnations: [Incarnation]) -> Tick {
        var values = MetricValues()
        values[.memoryCurrent] = 4096
        return Tick(
            time: Timestamp(seconds: 1_700_000_000 + second), boot: BootID(rawValue: "boot"),
            uptimeMilliseconds: second * 1000, host: HostCapacity(cpus: nil, memory: nil),
            samples: incarnations.map { ContainerSample(incarnation: $0, values: values) })
    }

    private static func roster(_ numbers: [Int]) -> Roster {
        var roster = Roster()
        roster.entries = numbers.map { Roster.Entry(incarnation($0), row: Int64($0) * 10) }
        return roster
    }

    @Test func bytesAreWhatTheyWereBefore() throws {
        let roster = Self.roster([1, 2, 3])
        // 4 of checksum; for each 1 + 2 of id, 1 + 2 of start where it is known, 8 and the row.
        #expect(roster.bytes.count == 4 + 15 + 15 + 13)
        let again = try roster.bytes.withBytes { (bytes) throws(DecodingFailure) in
            try Roster(bytes)
        }
        #expect(again == roster)
    }

    @Test func everyFlippedBitAndEveryCutIsNoticed() throws {
        let bytes = Self.roster([1, 2, 3]).bytes
        for cut in 0..<bytes.count {
            #expect(throws: DecodingFailure.self) {
                try Array(bytes[..<cut]).withBytes { (bytes) throws(DecodingFailure) in
                    try Roster(bytes)
                }
            }
        }
        for bit in 0..<(bytes.count * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: DecodingFailure.self) {
                try flipped.withBytes { (bytes) throws(DecodingFailure) in try Roster(bytes) }
            }
        }
    }

    @Test(
        arguments: [
            ([1, 2, 3, 4], [10, 20, 30, 40]),
            ([4, 3, 2, 1], [40, 30, 20, 10]),
            ([5, 1, 3], [nil, 10, 30]),
            ([], []),
            ([1, 1], [10, 10]),
        ] as [([Int], [Int64?])])
    func rowsAreFoundInAnyOrder(numbers: [Int], rows: [Int64?]) {
        var roster = Self.roster([1, 2, 3, 4])
        let found = numbers.map { roster.entry(of: Self.incarnation($0))?.row }
        #expect(found == rows)
    }

    @Test func whatChangedIsNotFound() {
        var changed = Self.incarnation(1)
        var roster = Self.roster([1])
        for change: (inout Incarnation) -> Void in [
            { $0.name = "renamed" }, { $0.image = nil }, { $0.image = "" },
            { $0.imageID = "sha256:1" }, { $0.startedAt = nil }, { $0.series.instance = "2" },
            { $0.series.kind = .oneOff }, { $0.series.service.project = nil },
            { $0.series.service.service = "s" }, { $0.container = ContainerID(rawValue: "c") },
        ] {
            changed = Self.incarnation(1)
            change(&changed)
            #expect(roster.entry(of: changed) == nil)
        }
        #expect(roster.entry(of: Self.incarnation(1))?.row == 10)
    }

    /// Each tick by a process of its own, as cron does it: the same rows as by one.
    @Test func theNextProcessGivesTheSameRows() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let renamed = Self.incarnation(2, name: "0123456789ab_shop-s2-1")
            let ticks = [
                Self.tick(0, [1, 2, 3].map { Self.incarnation($0) }),
                Self.tick(60, [1, 2, 3].map { Self.incarnation($0) }),
                Self.tick(120, [4, 3, 1].map { Self.incarnation($0) }),
                Self.tick(180, [Self.incarnation(4), renamed]),
                Self.tick(240, []),
                Self.tick(300, [Self.incarnation(1), renamed, Self.incarnation(4)]),
            ]
            for tick in ticks {
                try SampleStore(path: path, access: .readWrite).append(tick)
            }
            let store = try SampleStore(path: path, access: .readWrite)
            #expect(try store.database.integer("SELECT count(*) FROM incarnation", while: "") == 4)
            #expect(try store.verify().damages == [])
            // The newest name of a run is kept.
            var expected = ticks
            for tick in 0..<2 { expected[tick].samples[1].incarnation = renamed }
            #expect(
                flattened(try store.history(of: Set(Metric.allCases), in: allTime))
                    == flattened(expected))
        }
    }

    @Test func aDamagedRosterIsNamedAndMadeAnew() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let incarnations = [1, 2, 3].map { Self.incarnation($0) }
            try SampleStore(path: path, access: .readWrite).append(Self.tick(0, incarnations))
            try execute("UPDATE note SET value = x'00' WHERE name = 'roster'", path)
            let store = try SampleStore(path: path, access: .readWrite)
            #expect(
                try store.verify().damages.map(\.description) == [
                    "the file: byte 1 is past the end at 1"
                ])
            try store.append(Self.tick(60, incarnations))
            #expect(try store.verify().damages == [])
            #expect(try store.database.integer("SELECT count(*) FROM incarnation", while: "") == 3)
        }
    }

    @Test func whatIsPrunedIsNotGivenOut() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let store = try SampleStore(path: path, access: .readWrite)
            try store.append(Self.tick(0, [Self.incarnation(1)]))
            try store.compact(keeping: 0)
            var retention = Retention()
            retention.rawSeconds = 1
            try store.append(Self.tick(100_000, []))
            try SampleStore(path: path, access: .readWrite).prune(to: retention)
            try store.append(Self.tick(100_060, [Self.incarnation(1)]))
            #expect(try store.verify().damages == [])
            #expect(try store.database.integer("SELECT count(*) FROM incarnation", while: "") == 1)
        }
    }
}
