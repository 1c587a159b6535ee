import Glibc
import Measures
import TestSupport
import Testing

@testable import Storing

@Suite struct KeepingTests {
    private let day: Int64 = 86_400

    private func store(_ directory: String, days: Int, everySeconds step: Int64 = 600) throws
        -> SampleStore
    {
        let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
        var random = SeededGenerator(seed: 3)
        for var tick in evenTicks(days * Int(day / step) + 1, everySeconds: step, containers: 8) {
            // What no column makes small.
            for index in tick.samples.indices {
                tick.samples[index].values[.ioRead] = Int64.random(
                    in: 0...(1 << 60), using: &random)
            }
            try store.append(tick)
        }
        try store.compact()
        try store.rollUpDays()
        return store
    }

    @Test func wholeDaysThatAreTooOldGoAndTheirRollupsStay() throws {
        try withTemporaryDirectory { directory in
            let store = try store(directory, days: 12)
            let before = try store.everything()
            let rollups = try store.rollups(in: allTime)
            let rehearsal = try store.prune(
                to: Retention(rawSeconds: 5 * day), isRehearsal: true)
            #expect(try store.everything() == before)
            let outcome = try store.prune(to: Retention(rawSeconds: 5 * day))
            #expect((rehearsal.spans, rehearsal.ticks) == (outcome.spans, outcome.ticks))
            #expect(outcome.first == Timestamp(seconds: 1_700_000_000))
            #expect(outcome.ticks > 144 * 4)
            #expect(outcome.bytesAfter < outcome.bytesBefore)
            let extent = try #require(try store.extent())
            #expect(extent.last == Timestamp(seconds: 1_700_000_000 + 12 * day))
            let kept = extent.last.milliseconds / 1000 - extent.first.milliseconds / 1000
            #expect(kept >= 5 * day)
            #expect(kept <= 7 * day)
            #expect(extent.ticks == 12 * 144 + 1 - outcome.ticks)
            let expected = before.filter { line in
                Int64(line.prefix { $0 != " " }) ?? 0 >= extent.first.rawValue
            }
            #expect(try store.everything() == expected)
            #expect(try store.rollups(in: allTime) == rollups)
            #expect(try store.verify().damages == [])
            #expect(try store.prune(to: Retention(rawSeconds: 5 * day)).isNothing)
        }
    }

    @Test func theNewestDayStaysWhateverIsAsked() throws {
        try withTemporaryDirectory { directory in
            let store = try store(directory, days: 6)
            let outcome = try store.prune(
                to: Retention(rawSeconds: 1, rollupSeconds: 1, sizeMax: Bytes(1)))
            #expect(outcome.isAboveCeiling)
            let extent = try #require(try store.extent())
            #expect(extent.last.milliseconds - extent.first.milliseconds >= 1000 * day)
            #expect(try store.verify().damages == [])
        }
    }

    /// A clock that is wrong for a while deletes nothing.
    @Test func aClockFarAheadDeletesNothing() throws {
        try withTemporaryDirectory { directory in
            let store = try store(directory, days: 4)
            let ticks = try #require(try store.extent()?.ticks)
            for var tick in evenTicks(70, everySeconds: 600, first: 4 * 144 + 1) {
                tick.time = tick.time.advanced(byMilliseconds: 20 * 365 * 86_400_000)
                try store.append(tick)
            }
            try store.compact(keeping: 0)
            #expect(try store.prune(to: Retention(rawSeconds: 10 * day)).isNothing)
            #expect(try store.extent()?.ticks == ticks + 70)
        }
    }

    @Test func aCeilingTakesTheOldestFirst() throws {
        try withTemporaryDirectory { directory in
            let store = try store(directory, days: 12)
            let outcome = try store.prune(to: Retention(sizeMax: Bytes(160_000)))
            #expect(outcome.bytesBefore > Bytes(160_000))
            #expect(outcome.bytesAfter <= Bytes(160_000))
            #expect(!outcome.isAboveCeiling)
            #expect(outcome.first == Timestamp(seconds: 1_700_000_000))
            #expect(store.fileLength <= 160_000 + 4096)
            let extent = try #require(try store.extent())
            #expect(outcome.last ?? extent.last < extent.first)
            #expect(try store.verify().damages == [])
        }
    }

    @Test func whatNothingRefersToGoesWithTheTicks() throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            for tick in evenTicks(360, everySeconds: 600, boot: "old", containers: 5) {
                try store.append(tick)
            }
            let later = evenTicks(4 * 144, everySeconds: 600, containers: 2, first: 20 * 144)
            for tick in later { try store.append(tick) }
            try store.compact(keeping: 0)
            let outcome = try store.prune(
                to: Retention(rawSeconds: 10 * day, rollupSeconds: 10 * day))
            #expect((outcome.incarnations, outcome.series) == (3, 3))
            #expect(try store.series().map(\.service.service) == ["s1", "s2"])
            #expect(try store.info().boots == 1)
            #expect(try store.everything() == flattened(later))
            // And what comes back afterwards is a container like any other.
            let back = evenTicks(1, everySeconds: 600, containers: 5, first: 25 * 144)
            try store.append(back[0])
            #expect(try store.everything() == flattened(later + back))
            #expect(try store.verify().damages == [])
        }
    }

    @Test func theSamplersOwnCompactionKeepsToWhatIsRemembered() throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            var settings = StoreSettings()
            settings.retention = Retention(rawSeconds: 3 * day)
            try store.remember(settings)
            for tick in evenTicks(10 * 144, everySeconds: 600) {
                try store.append(tick)
                try store.compact()
            }
            let extent = try #require(try store.extent())
            #expect(extent.last.milliseconds - extent.first.milliseconds < 6 * 1000 * day)
            #expect(extent.last.milliseconds - extent.first.milliseconds > 3 * 1000 * day)
            #expect(
                try store.rollups(in: allTime).map(\.day).min() == Timestamp(seconds: 1_699_920_000)
            )
        }
    }

    @Test func settingsAreReadBackByOthersAndGuarded() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let store = try SampleStore(path: path, access: .readWrite)
            #expect(try store.settings() == StoreSettings())
            var settings = StoreSettings()
            settings.resolution = .millisecond
            settings.retention = Retention(
                rawSeconds: 60 * day, rollupSeconds: 1095 * day, sizeMax: .mebibytes(200))
            try store.remember(settings)
            #expect(try SampleStore(path: path, access: .readOnly).settings() == settings)
            try store.remember(StoreSettings())
            #expect(try SampleStore(path: path, access: .readOnly).settings() == StoreSettings())
            try store.remember(settings)
            try execute(
                "UPDATE setting SET value = '6' WHERE name = 'retention.raw_seconds'", path)
            #expect(
                throws: StoreError.damaged(
                    path: path, what: "the setting retention.raw_seconds says \"6\"")
            ) { try SampleStore(path: path, access: .readOnly).settings() }
        }
    }

    @Test(
        arguments: [
            (1_234_567, 1_234_000), (999, 0), (0, 0), (-1, -1000), (-1000, -1000),
            (.max, .max - 807),
        ] as [(Int64, Int64)])
    func countersOfMicrosecondsAreFloored(value: Int64, floored: Int64) {
        let values: MetricValues = [.cpuUsage: value, .memoryCurrent: value]
        #expect(
            values.floored(to: .millisecond) == [.cpuUsage: floored, .memoryCurrent: value])
        #expect(values.floored(to: .exact) == values)
    }

    /// Another process's choice holds for one that has the store open.
    @Test func aResolutionHoldsForEveryLaterTick() throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            let ticks = evenTicks(3, containers: 1)
            try store.append(ticks[0])
            let other = try SampleStore(path: store.path, access: .readWrite)
            var settings = StoreSettings()
            settings.resolution = .millisecond
            try other.remember(settings)
            try store.append(ticks[1])
            try other.append(ticks[2])
            let history = try store.history(of: [.cpuUsage], in: allTime)
            #expect(history.incarnations[0][.cpuUsage].map { $0 } == [7, 60_000, 120_000])
        }
    }

    @Test func fiveThousandOneShotAppendsKeepTheLogSmall() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            var longest: Int64 = 0
            for tick in evenTicks(5000) {
                let store = try SampleStore(path: path, access: .readWrite)
                try store.append(tick)
                try store.compact()
                longest = max(longest, store.logLength)
            }
            let store = try SampleStore(path: path, access: .readOnly)
            #expect(longest < 5 << 20)
            #expect(longest > 0)
            #expect(try store.extent()?.ticks == 5000)
        }
    }

    /// What only appends, and never compacts, has a bounded log too.
    @Test func appendsAloneKeepTheLogBounded() throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            var longest: Int64 = 0
            for tick in evenTicks(1500, containers: 40) {
                try store.append(tick)
                longest = max(longest, store.logLength)
            }
            #expect(longest < 5 << 20)
            #expect(try store.extent()?.ticks == 1500)
        }
    }

    @Test func belowAFloorOfFreeSpaceNothingIsCompactedOrLost() throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            store.freeBytes = { _ in 5 << 20 }
            let ticks = evenTicks(130)
            for tick in ticks { try store.append(tick) }
            let error = #expect(throws: StoreError.self) { try store.compact() }
            #expect(
                error
                    == .diskNearlyFull(
                        path: store.path, free: 5 << 20, floor: 32 << 20, purpose: "compacting"))
            #expect(
                error?.description
                    == "the disk that holds \(store.path) has 5 MiB left, and compacting may need "
                    + "32 MiB for a while: nothing was changed or lost; free some space")
            #expect(throws: StoreError.self) { try store.prune(to: Retention(rawSeconds: day)) }
            #expect(try store.info().rows == 130)
            #expect(try store.everything() == flattened(ticks))
            store.freeBytes = { _ in nil }
            #expect(try store.compact() == 1)
            #expect(try store.everything() == flattened(ticks))
        }
    }

    @Test func aBackupIsOneSoundFileAndNeverReplacesAnotherUnasked() throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            let ticks = evenTicks(130)
            for tick in ticks { try store.append(tick) }
            try store.compact()
            for tick in evenTicks(3, first: 130) { try store.append(tick) }
            let target = directory + "/copy.db"
            let made = try store.backUp(to: target, replacing: false)
            #expect(made.ticks == 133)
            let files = try Program.run([directory], program: "/bin/ls").output
            #expect(files.split(separator: "\n").filter { $0.hasPrefix("copy") } == ["copy.db"])
            #expect(throws: StoreError.exists(path: target)) {
                try store.backUp(to: target, replacing: false)
            }
            #expect(
                try SampleStore(path: target, access: .readOnly).everything() == store.everything())
            // It can be written like any store.
            let copy = try SampleStore(path: target, access: .readWrite)
            try copy.append(evenTicks(1, first: 140)[0])
            #expect(try copy.extent()?.ticks == 134)
            try store.backUp(to: target, replacing: true)
            #expect(throws: StoreError.self) {
                try store.backUp(to: directory + "/nowhere/copy.db", replacing: false)
            }
        }
    }
}
