import Glibc
import Measures
import TestSupport
import Testing

@testable import Storing

@Suite struct SampleTests {
    @Test func aLiveHostIsSampledAndReported() throws {
        try withTemporaryDirectory { directory in
            let store = directory + "/deep/er/store.db"
            for _ in 0..<2 {
                let run = try Program.run(["sample", "--no-engine", "--store", store])
                // A host where nothing runs in any group says so; that too is told properly.
                guard run.code == 0 else {
                    #expect(run.code == 2)
                    #expect(
                        run.errors.hasPrefix("rightsize: no containers found in control groups"))
                    return
                }
                #expect(run.errors == "")
                #expect(run.output.contains(" read "))
                #expect(run.output.contains(" from control groups"))
                #expect(run.output.hasSuffix(" ms\n"))
                #expect(run.output.split(separator: "\n").count == 1)
                usleep(20_000)
            }
            let opened = try SampleStore(path: store, access: .readOnly)
            #expect(try opened.extent()?.ticks == 2)
            #expect(try opened.series().contains(.host))
            let report = try Program.run(
                ["report", "--store", store, "--format", "json", "--min-evidence", "1s"])
            #expect(report.code == 0, "\(report.errors)")
            #expect(report.output.contains(#""schema" : "rightsize.report/1""#))
        }
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 0)] as [(Int32, Int32)])
    func aLoopEndsCleanlyOnASignal(signal: Int32, code: Int32) throws {
        try withTemporaryDirectory { directory in
            let store = directory + "/store.db"
            let engine = try FakeEngine(.bodies(stoppedContainer, framing: .length))
            let run = try Program.run(
                ["sample", "--every", "10s", "--store", store],
                environment: ["DOCKER_HOST": "unix://" + engine.socketPath], signal: signal)
            #expect(run.code == code)
            #expect(run.errors == "")
            #expect(run.output.hasSuffix("\n1 samples stored in \(store)\n"))
            #expect(try SampleStore(path: store, access: .readOnly).extent()?.ticks == 1)
        }
    }

    @Test func aLoopEndsWhenItsTimeIsUp() throws {
        try withTemporaryDirectory { directory in
            let store = directory + "/store.db"
            let engine = try FakeEngine(.bodies(stoppedContainer, framing: .chunked))
            let run = try Program.run(
                ["sample", "--every", "1s", "--for", "2s", "--quiet"],
                environment: [
                    "DOCKER_HOST": "unix://" + engine.socketPath, "RIGHTSIZE_STORE": store,
                ])
            #expect(run.code == 0)
            #expect(run.output == "")
            #expect(try SampleStore(path: store, access: .readOnly).extent()?.ticks == 3)
        }
    }

    @Test func theDefaultStoreIsTheUsers() throws {
        try withTemporaryDirectory { directory in
            // As root the default is the system's; what the help says is what is used.
            guard geteuid() != 0 else {
                let help = try Program.run(["sample", "--help"])
                #expect(help.output.contains("/var/lib/rightsize/store.db"))
                return
            }
            let engine = try FakeEngine(.bodies(stoppedContainer, framing: .length))
            let run = try Program.run(
                ["sample"],
                environment: [
                    "DOCKER_HOST": "unix://" + engine.socketPath, "XDG_STATE_HOME": directory,
                ])
            #expect(run.code == 0)
            #expect(access(directory + "/rightsize/store.db", F_OK) == 0)
        }
    }

    /// One container that has exited: needs no kernel files.
    private var stoppedContainer: [String: [UInt8]] {
        let id = String(repeating: "ab", count: 32)
        return [
            "/containers/json?all=true": Array(
                #"[{"Id":"\#(id)","Names":["/shop-web-1"],"Labels":{}}]"#.utf8),
            "/containers/\(id)/json": Array(
                #"{"State":{"Status":"exited","Pid":0,"StartedAt":"2026-11-23T08:00:00Z"}}"#.utf8),
        ]
    }
}
