import Glibc
import Measures
import Sampling
import Storing
import TestSupport
import Testing

@testable import rightsize

@Suite struct RecorderTests {
    private static let id = String(repeating: "a", count: 64)
    private static let bodies = [
        "/containers/json?all=true": Array(#"[{"Id":"\#(id)","Names":["/job"],"Labels":{}}]"#.utf8),
        "/containers/\(id)/json": Array(
            #"{"State":{"Status":"exited","Pid":0,"StartedAt":"2026-11-23T08:00:00Z"}}"#.utf8),
    ]

    /// A death is heard once. Where the tick that has it cannot be stored, the next one tells it.
    @Test func deathsHeardBeforeAFailedWriteAreStoredWithTheNext() throws {
        let event =
            #"{"Type":"container","Action":"die","Actor":{"ID":"\#(Self.id)","Attributes":{"#
            + #""exitCode":"137"}},"time":1795421704}"# + "\n"
        let engine = try FakeEngine(
            .watched(
                Self.bodies,
                events: [
                    .send(FakeEngine.chunkedHead), .send(FakeEngine.chunk(Array(event.utf8))),
                ]))
        let host = try TemporaryDirectory()
        let tree = "Tests/SamplingTests/Fixtures/docker-v2-snap-1.tree"
        for (name, bytes) in try readArchive(projectPath(tree)) { try host.write(name, bytes) }
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let store = try SampleStore(path: path, access: .readWrite)
            let sampler = Sampler(
                host: HostFiles(root: host.path),
                engine: .at(try EngineAddress(dockerHost: "unix://" + engine.socketPath)),
                watchesEvents: true)
            let failing = Recorder(
                sampler: sampler, store: try SampleStore(path: path, access: .readOnly), quiet: true
            )
            for _ in 0..<50 {
                #expect(throws: StoreError.self) { try failing.record() }
                usleep(10_000)
            }
            try Recorder(sampler: sampler, store: store, quiet: true).record()
            try Recorder(sampler: sampler, store: store, quiet: true).record()
            let extent = try #require(try store.extent())
            let history = try store.history(
                of: [.deaths], in: extent.first...extent.last, where: { $0.kind != .host })
            #expect(extent.ticks == 2)
            #expect(history.incarnations.flatMap { $0[.deaths].compactMap(\.self) } == [1])
        }
    }
}
