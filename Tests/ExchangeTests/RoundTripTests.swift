import Measures
import Storing
import TestSupport
import Testing

@testable import Exchange

@Suite struct RoundTripTests {
    /// A random host's store, exported and imported, exports the same rows: from rows, from columns, in
    /// both formats.
    @Test(arguments: [UInt64](1...8))
    func randomHosts(seed: UInt64) throws {
        var host = RandomHost(seed: seed)
        let store = try SampleStore(path: ":memory:", access: .readWrite)
        for tick in host.ticks(300) { try store.append(tick) }
        let first = try exported(store)
        #expect(lines(first).count > 1500)
        try store.compact(keeping: 30)
        #expect(lines(try exported(store)) == lines(first))
        for (text, format) in [
            (first, Import.Format.csv), (try exported(store, .openMetrics), .openMetrics),
        ] {
            let again = try imported(text, format)
            #expect(lines(try exported(again.store)) == lines(first))
            #expect(again.summary.values == lines(first).count - 1)
            #expect(again.summary.repeatedRows == 0)
        }
    }

    /// Random rows of several days and every metric, in random order, through a file of chunks so small that
    /// all of them spill.
    @Test(arguments: [UInt64](1...4), [1 << 26, 4000])
    func randomRowsThroughAFile(seed: UInt64, limit: Int) throws {
        var random = SeededGenerator(seed: seed)
        var rows: Set<String> = []
        for metric in Metric.allCases {
            for series in 0..<3 {
                var time = 1_700_000_000_000 + Int64.random(in: 0...5, using: &random)
                for _ in 0..<Int.random(in: 1...300, using: &random) {
                    time += Int64.random(in: 1...3_000_000, using: &random)
                    let value =
                        metric.kind == .real
                        ? "\(Double(storedReal: Int64.random(in: 0...(1 << 62), using: &random)))"
                        : "\(Int64.random(in: .min ... .max, using: &random))"
                    let seconds =
                        "\(time / 1000)" + (time % 1000 == 0 ? "" : ".\(pad(time % 1000))")
                    rows.insert("\(seconds),,s\(series),1,\(metric.name),\(value)")
                }
            }
        }
        let text = header + rows.shuffled(using: &random).joined(separator: "\n") + "\n"
        let buffer = RowBuffer(
            spill: SpillFile(directory: "/tmp", bufferLimit: limit), pendingLimit: limit)
        let read = try Import(
            ByteInput(name: "in", bytes: Array(text.utf8)), format: .csv, rows: buffer)
        let store = try SampleStore(path: ":memory:", access: .readWrite)
        #expect(try read.write(into: store).values == rows.count)
        #expect(lines(try exported(store)) == lines(text))
    }

    private func pad(_ milliseconds: Int64) -> String {
        String(repeating: "0", count: 3 - "\(milliseconds)".count) + "\(milliseconds)"
    }

    /// More ticks in a day than a span may have, and a metric that not all of them have.
    @Test func aDayOfSeconds() throws {
        var text = header
        for second in 0..<20_000 {
            text += "\(1_700_000_000 + second),,w,1,pids,\(second)\n"
            if second % 7 == 0 { text += "\(1_700_000_000 + second),,w,1,cpu_cores,0.5\n" }
        }
        let (store, summary) = try imported(text)
        #expect(summary.ticks == 20_000)
        #expect(lines(try exported(store)) == lines(text))
        #expect(try store.extent()?.ticks == 20_000)
    }

    @Test(arguments: [UInt64](1...3))
    func realsAreWrittenAsTheyAreRead(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let room = UnsafeMutablePointer<UInt8>.allocate(capacity: 64)
        defer { room.deallocate() }
        for _ in 0..<100_000 {
            let places = Int.random(in: 0...9, using: &random)
            var value = Double.random(in: -5...5, using: &random)
            if places < 8 {
                var scale = 1.0
                for _ in 0..<places { scale *= 10 }
                value = (value * scale).rounded() / scale
            } else if places == 9 {
                value = Double(bitPattern: UInt64.random(in: 0...(0x7fef << 48), using: &random))
            }
            let count = room.write(real: value)
            let text = UnsafeRawBufferPointer(start: room, count: count)
            try #require(count <= 32)
            let read = try NumberText.value(text, of: .cpuCores)
            try #require(
                read == value.storedReal, "\(value): \(String(decoding: text, as: UTF8.self))")
        }
    }
}
