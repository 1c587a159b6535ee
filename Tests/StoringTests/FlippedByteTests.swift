import Glibc
import Measures
import TestSupport
import Testing

@testable import Storing

/// Every byte of a small store changed in turn: it is found, or everything is read as before.
@Suite struct FlippedByteTests {
    @Test func everyByteIsGuarded() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            try execute(
                "PRAGMA page_size = 512; PRAGMA auto_vacuum = INCREMENTAL; VACUUM", path)
            let store = try Self.make(path)
            let expected = try Self.contents(path)
            try store.consolidate()
            #expect(try Self.contents(path) == expected)
            let bytes = try readFile(path)
            #expect(bytes.count < 40_000)
            let file = open(path, O_RDWR)
            defer { close(file) }
            var (found, harmless) = (0, 0)
            for (offset, byte) in bytes.enumerated() {
                // Within long runs of zeros, which nothing uses, every sixteenth.
                if byte == 0, offset % 16 != 0, Self.isUnused(bytes, offset) { continue }
                var changed = byte ^ [0x01, 0x80, 0xff][offset % 3]
                pwrite(file, &changed, 1, off_t(offset))
                do {
                    let opened = try SampleStore(path: path, access: .readOnly)
                    if try opened.verify().damages.isEmpty {
                        let contents = try Self.contents(path)
                        if contents != expected {
                            Issue.record(
                                "byte \(offset) (\(byte) to \(changed)) changes what is read")
                        }
                        harmless += 1
                    } else {
                        found += 1
                    }
                } catch is StoreError {
                    found += 1
                }
                var original = byte
                pwrite(file, &original, 1, off_t(offset))
            }
            #expect(try Self.contents(path) == expected)
            #expect(found > 2000)
            #expect(harmless > 0)
        }
    }

    private static func isUnused(_ bytes: [UInt8], _ offset: Int) -> Bool {
        let around = max(0, offset - 16)..<min(bytes.count, offset + 17)
        return bytes[around].allSatisfy { $0 == 0 }
    }

    /// A day with rollups, rows, a setting.
    private static func make(_ path: String) throws -> SampleStore {
        let store = try SampleStore(path: path, access: .readWrite)
        for tick in evenTicks(9, containers: 2) { try store.append(tick) }
        try store.compact(keeping: 0)
        for tick in evenTicks(5, containers: 2, first: 9) { try store.append(tick) }
        var settings = StoreSettings()
        settings.retention.rawSeconds = 86_400
        try store.remember(settings)
        return store
    }

    /// All that a reader gets.
    private struct Contents: Equatable {
        struct Run: Equatable {
            var incarnation: Incarnation
            var rows: [Range<Int>]
            var columns: [Metric: Column]
        }

        var ticks: TickTable
        var runs: [Run]
        var rollups: [IncarnationRollup]
        var settings: StoreSettings
        var extent: StoreExtent?
    }

    private static func contents(_ path: String) throws -> Contents {
        let store = try SampleStore(path: path, access: .readOnly)
        let history = try store.history(of: Set(Metric.allCases), in: allTime)
        return Contents(
            ticks: history.ticks,
            runs: history.incarnations.map {
                Contents.Run(incarnation: $0.incarnation, rows: $0.runs, columns: $0.columns)
            },
            rollups: try store.rollups(in: allTime), settings: try store.settings(),
            extent: try store.extent())
    }
}
