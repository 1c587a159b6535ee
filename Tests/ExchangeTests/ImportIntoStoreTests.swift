import Measures
import TestSupport
import Testing

@testable import Exchange
@testable import Storing

/// What an import leaves of a store that has something already.
@Suite struct ImportIntoStoreTests {
    private func read(_ text: String) throws -> Import {
        try Import(
            ByteInput(name: "in", bytes: Array(text.utf8)), format: .csv,
            temporaryDirectory: "/tmp")
    }

    private func filled(_ directory: String, ticks: Int, keeping: Int) throws -> SampleStore {
        var host = RandomHost(seed: 4)
        let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
        for tick in host.ticks(ticks) { try store.append(tick) }
        try store.compact(keeping: keeping)
        return store
    }

    private func all(_ store: SampleStore) throws -> [String] {
        flattened(try store.history(of: Set(Metric.allCases), in: allTime))
    }

    @Test(arguments: [0, 60])
    func samplingGoesOnAfterAnImport(keeping: Int) throws {
        try withTemporaryDirectory { directory in
            let store = try filled(directory, ticks: 150, keeping: keeping)
            let before = try all(store)
            let text =
                header
                + (0..<200).map { "\(1_600_000_000 + $0 * 60),p,s,1,pids,\($0)\n" }
                .joined()
            _ = try read(text).write(into: store)
            #expect(try store.extent()?.ticks == 350)
            #expect(try store.verify().damages == [])
            var host = RandomHost(seed: 5)
            let later = host.ticks(150)
            for tick in later { try store.append(tick) }
            try store.compact(keeping: 10)
            let after = try all(store)
            #expect(after.count == before.count + 200 + flattened(later).count)
            #expect(Set(before).isSubset(of: after))
            #expect(Set(flattened(later)).isSubset(of: after))
            // What was imported is earlier, and comes first.
            let ticks = try store.history(of: [.pids], in: allTime).ticks
            #expect(ticks.first?.time == Timestamp(seconds: 1_600_000_000))
            #expect(ticks.last?.time == later.last?.time)
            #expect(ticks.count == 500)
            #expect(try store.verify().damages == [])
        }
    }

    @Test func laterImportsComeLater() throws {
        let store = try SampleStore(path: ":memory:", access: .readWrite)
        for day in [2, 1, 3] as [Int64] {
            _ = try read(header + "\(day * 86_400),,w,1,pids,\(day)\n").write(into: store)
        }
        let history = try store.history(of: [.pids], in: allTime)
        #expect(history.ticks.map(\.time.rawValue) == [1, 2, 3].map { $0 * 86_400_000 })
        #expect(history.incarnations.count == 1)
        #expect(Array(history.incarnations[0][.pids]) == [1, 2, 3])
        #expect(Set(history.ticks.boots).count == 3)
        #expect(try store.verify().damages == [])
    }

    /// What `verify` checks is there: numbers, labels, digests of spans and of names. A repair keeps all of it.
    @Test(arguments: [0, 60])
    func aStoreWithImportsIsSound(keeping: Int) throws {
        try withTemporaryDirectory { directory in
            let store = try filled(directory, ticks: 150, keeping: keeping)
            let values = try store.verify().values
            // Before what was sampled and behind it; for some days, and more than a span and a block hold.
            for (start, step) in [(1_600_000_000, 60), (1_900_000_000, 600)] {
                var text = header
                for row in 0..<9000 {
                    let time = start + step * row
                    text += "\(time),p,s,1,cpu_cores,\(Double(row) / 7)\n"
                    text += "\(time),p,s\(row % 100),2,memory_working_set_bytes,\(row)\n"
                }
                _ = try read(text).write(into: store)
                #expect(try store.verify().damages == [])
            }
            let found = try store.verify()
            #expect(found.values == values + 36_000)
            #expect(found.values == (try store.info().values))
            for table in ["span", "incarnation"] {
                let unsealed = try store.database.integer(
                    "SELECT count(*) FROM \(table) WHERE digest IS NULL", while: "testing")
                #expect(unsealed == 0)
            }
            try store.database.execute("UPDATE span SET end_ms = end_ms + 1", while: "testing")
            #expect(try !store.verify().damages.isEmpty)
        }
    }

    /// The integers of rates are bit patterns: no sums are made of them.
    @Test func rollupsLeaveOutReals() throws {
        let (store, _) = try imported(
            header + "60,,w,1,cpu_cores,0.5\n60,,w,1,pids,3\n120,,w,1,cpu_cores,-1e300\n")
        try store.rollUpDays()
        let rollups = try store.rollups(in: allTime)
        #expect(rollups.map { Set($0.values.quantities.keys) } == [[.metric(.pids)]])
        #expect(rollups.first?.values.ticks == 2)
        #expect(try store.verify().damages == [])
        #expect(lines(try exported(store)).contains("60,,w,1,cpu_cores,0.5"))
    }

    @Test func theSameBytesAreRefused() throws {
        try withTemporaryDirectory { directory in
            let store = try filled(directory, ticks: 100, keeping: 60)
            let text = header + "1,,w,1,pids,5\n"
            _ = try read(text).write(into: store)
            let stored = try all(store)
            let error = #expect(throws: ExchangeError.self) {
                try read(text).write(into: store)
            }
            #expect(error == .repeated(file: "in", store: store.path))
            #expect(
                error?.description
                    == "in was imported into \(store.path) before: nothing was done")
            #expect(try all(store) == stored)
            // Other bytes that say the same are another import.
            _ = try read(text + "\n").write(into: store)
            #expect(try all(store).count == stored.count + 1)
        }
    }

    /// The contradiction lies in the third span, when two are written already.
    @Test func anImportThatFailsLeavesNothing() throws {
        try withTemporaryDirectory { directory in
            let store = try filled(directory, ticks: 100, keeping: 60)
            let stored = try all(store)
            let tables = try counts(store)
            var text = header
            for day in 0..<40 { text += "\(day * 86_400),,new,1,pids,\(day)\n" }
            let error = #expect(throws: ExchangeError.self) {
                try read(text + "\(39 * 86_400),,new,1,pids,0\n").write(into: store)
            }
            #expect(
                error?.description
                    == "in:42: another value for the series, metric and time of line 41")
            #expect(try all(store) == stored)
            #expect(try counts(store) == tables)
            // And the store is not in the way of what follows.
            #expect(try read(text).write(into: store).values == 40)
            var host = RandomHost(seed: 9)
            for tick in host.ticks(3) { try store.append(tick) }
            let after = try counts(store)
            #expect(after["tick"] == (tables["tick"] ?? 0) + 3)
        }
    }

    @Test func aFullDiskLeavesNothing() throws {
        try withTemporaryDirectory { directory in
            let store = try filled(directory, ticks: 100, keeping: 60)
            let (stored, tables) = (try all(store), try counts(store))
            var random = SeededGenerator(seed: 1)
            var text = header
            for second in 0..<30_000 {
                text += "\(second),,new,1,pids,\(Int64.random(in: 0...(.max), using: &random))\n"
            }
            try store.database.execute("PRAGMA max_page_count = 40", while: "testing")
            let error = #expect(throws: ExchangeError.self) {
                try read(text).write(into: store)
            }
            #expect(error == .store(.diskFull(path: store.path)))
            #expect(try all(store) == stored)
            #expect(try counts(store) == tables)
        }
    }

    private func counts(_ store: SampleStore) throws -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for table in ["boot", "series", "incarnation", "tick", "span", "block", "note"] {
            counts[table] = try store.database.integer(
                "SELECT count(*) FROM \(table)", while: "testing")
        }
        return counts
    }

    @Test func outputFilesAppearWhenTheyAreComplete() throws {
        try withTemporaryDirectory { directory in
            let (store, _) = try imported(header + "1,,w,1,pids,5\n")
            let path = directory + "/out.csv"
            try writeFile(path, Array("before".utf8))
            let scope = Export.Scope(window: allTime, metrics: [.pids]) { _ in true }
            do {
                // Written, never finished.
                let output = try ByteOutput(path: path)
                output.append("half")
            }
            #expect(try readFile(path) == Array("before".utf8))
            try Export(scope, of: store, to: ByteOutput(path: path)).write(.csv)
            #expect(try readFile(path) == Array((header + "1,,w,1,pids,5\n").utf8))
            #expect(throws: ExchangeError.self) { try ByteOutput(path: directory + "/no/out.csv") }
            #expect(throws: ExchangeError.self) { try ByteOutput(path: directory) }
            let full = try ByteOutput(path: path)
            full.append([UInt8](repeating: 0x61, count: 1 << 20))
            try full.finish()
            #expect(try readFile(path).count == 1 << 20)
        }
    }
}
