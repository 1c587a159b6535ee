import FoundationEssentials
import Measures
import Sampling
import Storing
import TestSupport
import Testing

/// Captures of real hosts through sampler, store and report: what comes out equals what the captured
/// kernel files say of the same interval.
@Suite struct CaptureTests {
    private struct Report: Decodable {
        struct Service: Decodable {
            struct CPU: Decodable { var meanCores: Double }
            struct Memory: Decodable {
                var workingSetMaxBytes: Int64
                var workingSetMeanBytes: Int64
            }
            var service: String
            var cpu: CPU?
            var memory: Memory?
            var throttledRatio: Double?
            var oomKills: Int
        }
        var services: [Service]
    }

    @Test(arguments: [("docker-v1", 1, 5, 22.0), ("docker-v2", 1, 3, 40.0)])
    func twoMomentsOfARealHost(capture: String, first: Int, second: Int, seconds: Double) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/store.db"
            let store = try SampleStore(path: path, access: .readWrite)
            for (snap, elapsed) in [(first, 0.0), (second, seconds)] {
                let fixture = "SamplingTests/Fixtures/\(capture)-snap-\(snap)"
                let host = try TemporaryDirectory()
                for (name, bytes) in try readArchive(projectPath("Tests/\(fixture).tree")) {
                    try host.write(name, bytes)
                }
                let engine = try FakeEngine(
                    .bodies(
                        try readArchive(projectPath("Tests/\(fixture).engine")), framing: .chunked))
                let address = try EngineAddress(dockerHost: "unix://" + engine.socketPath)
                // Too young a boot for the containers' starts: only what the captures show counts.
                let clock = ClockReading(
                    time: Timestamp(milliseconds: 1_795_421_700_000 + Int64(elapsed * 1000)),
                    uptimeMilliseconds: 1000 + Int64(elapsed * 1000))
                let sampler = Sampler(host: HostFiles(root: host.path), engine: .at(address))
                try store.append(try sampler.tick(at: clock).tick)
            }
            let run = try Program.run(
                ["report", "--store", path, "--format", "json", "--min-evidence", "1s"])
            #expect(run.code == 0, "\(run.errors)")
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let report = try decoder.decode(Report.self, from: Data(run.output.utf8))
            let before = try expected(capture, first)
            let after = try expected(capture, second)
            #expect(report.services.count == Set(before.keys).union(after.keys).count)
            for service in report.services {
                let name = "shop-\(service.service)-1"
                let (start, end) = (before[name] ?? [:], after[name] ?? [:])
                if let from = start["cpu_usage_usec"], let to = end["cpu_usage_usec"] {
                    let cores = Double(to - from) / 1e6 / seconds
                    #expect(abs(try #require(service.cpu).meanCores - cores) < 1e-9, "\(name)")
                }
                let workingSets = [start, end].compactMap { values -> Int64? in
                    guard let current = values["memory_current_bytes"],
                        let inactive = values["memory_inactive_file_bytes"]
                    else { return nil }
                    return current - inactive
                }
                #expect(service.memory?.workingSetMaxBytes == workingSets.max(), "\(name)")
                #expect((service.oomKills > 0) == (end["oom_killed"] == 1), "\(name)")
            }
            let api = try #require(report.services.first { $0.service == "api" })
            #expect(try #require(api.throttledRatio) > 0.9)
        }
    }

    /// Container, metric, value, as an independent reader found them.
    private func expected(_ capture: String, _ snap: Int) throws -> [String: [String: Int64]] {
        let path = projectPath("Tests/SamplingTests/Fixtures/\(capture)-snap-\(snap).expected")
        var values: [String: [String: Int64]] = [:]
        for line in String(decoding: try readFile(path), as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: "\t").map(String.init)
            guard fields[1] != "skipped" else { continue }
            values[fields[0], default: [:]][fields[1]] = Int64(fields[2])
        }
        return values
    }
}
