import CSQLite
import Glibc
import Measures
import TestSupport
import Testing

@testable import Storing

@Suite struct SampleStoreTests {
    @Test(arguments: [UInt64](1...12))
    func whatWasAppendedIsReadBackBeforeAndAfterCompaction(seed: UInt64) throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: seed)
            let ticks = host.ticks(200)
            let store = try SampleStore(path: directory + "/new/store.db", access: .readWrite)
            for tick in ticks { try store.append(tick) }
            let expected = flattened(ticks)
            let metrics = Set(Metric.allCases)
            #expect(flattened(try store.history(of: metrics, in: allTime)) == expected)

            #expect(try store.compact(keeping: 25) == 2)
            #expect(flattened(try store.history(of: metrics, in: allTime)) == expected)
            #expect(try store.compact(keeping: 0) == 2)
            #expect(flattened(try store.history(of: metrics, in: allTime)) == expected)
            try store.consolidate()

            let reader = try SampleStore(path: store.path, access: .readOnly)
            #expect(flattened(try reader.history(of: metrics, in: allTime)) == expected)
            let extent = try #require(try reader.extent())
            #expect(extent.ticks == 200)
            #expect(extent.first == ticks.map(\.time).min())
            #expect(extent.last == ticks.map(\.time).max())
        }
    }

    @Test(arguments: [UInt64](1...6))
    func readingASpanMetricsAndSeriesGivesJustThose(seed: UInt64) throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: seed)
            let ticks = host.ticks(120)
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            for tick in ticks { try store.append(tick) }
            try store.compact(keeping: 10)
            let span = ticks[30].time...max(ticks[30].time, ticks[90].time)
            let history = try store.history(
                of: [.cpuUsage, .memoryOOMKills], in: span,
                where: { $0.service.service == "s1" })
            let expected = ticks.filter { span.contains($0.time) }.map { tick in
                var tick = tick
                tick.samples = tick.samples.filter {
                    $0.incarnation.series.service.service == "s1"
                }.map { sample in
                    var values = MetricValues()
                    values[.cpuUsage] = sample.values[.cpuUsage]
                    values[.memoryOOMKills] = sample.values[.memoryOOMKills]
                    return ContainerSample(incarnation: sample.incarnation, values: values)
                }
                return tick
            }
            #expect(flattened(history) == flattened(expected))
            #expect(history.ticks.count == expected.count)
        }
    }

    @Test func aSecondProcessReadsWhileTheFirstWrites() throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: 7)
            let writer = try SampleStore(path: directory + "/store.db", access: .readWrite)
            let second = try SampleStore(path: writer.path, access: .readWrite)
            let reader = try SampleStore(path: writer.path, access: .readOnly)
            let ticks = host.ticks(10)
            for (index, tick) in ticks.enumerated() {
                try (index % 2 == 0 ? writer : second).append(tick)
                #expect(try reader.extent()?.ticks == index + 1)
            }
            #expect(
                flattened(try reader.history(of: Set(Metric.allCases), in: allTime))
                    == flattened(ticks))
        }
    }

    @Test func anEmptyStoreHasNoExtentAndNoSeries() throws {
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            #expect(try store.extent() == nil)
            #expect(try store.series() == [])
            #expect(try store.history(of: [.cpuUsage], in: allTime).incarnations.isEmpty)
            #expect(try store.compact() == 0)
        }
    }

    @Test func aRenamedContainerKeepsItsIncarnation() throws {
        try withTemporaryDirectory { directory in
            var host = RandomHost(seed: 3)
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            var tick = host.ticks(1)[0]
            tick.samples = [try #require(tick.samples.first)]
            try store.append(tick)
            tick.samples[0].incarnation.name = "renamed"
            tick.samples[0].incarnation.image = "web:2"
            tick.samples[0].incarnation.imageID = "sha256:ab"
            try store.append(tick)
            // An event tells no image id: what is known stays.
            tick.samples[0].incarnation.imageID = nil
            tick.time = tick.time.advanced(byMilliseconds: 1000)
            try store.append(tick)
            let history = try store.history(of: [.cpuUsage], in: allTime)
            #expect(history.incarnations.map(\.incarnation.name) == ["renamed"])
            #expect(history.incarnations.map(\.incarnation.image) == ["web:2"])
            #expect(history.incarnations.map(\.incarnation.imageID) == ["sha256:ab"])
            #expect(history.incarnations.map(\.rows.count) == [3])
        }
    }
}
