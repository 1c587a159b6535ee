import Measures
import TestSupport
import Testing

@testable import Storing

@Suite struct OriginTests {
    private func tick(_ second: Int64, _ origins: [ProjectOrigin]) -> Tick {
        var tick = Tick(
            time: Timestamp(seconds: 1_700_000_000 + second), boot: BootID(rawValue: "b"),
            uptimeMilliseconds: second * 1000, host: HostCapacity(cpus: nil, memory: nil),
            samples: [])
        tick.origins = origins
        return tick
    }

    @Test func theNewestOriginsOfEachProjectAreKept() throws {
        let old = ProjectOrigin(project: "shop", directory: "/old", files: "/old/c.yaml")
        let new = ProjectOrigin(project: "shop", directory: "/new", files: "/new/c.yaml")
        let second = ProjectOrigin(project: "shop", directory: "/new", files: nil)
        let unplaced = ProjectOrigin(project: "blog:1", directory: nil, files: "blog.yaml")
        let hostile = ProjectOrigin(project: "bad", directory: "/a\tb\n/c", files: nil)
        try withTemporaryDirectory { directory in
            let store = try SampleStore(path: directory + "/store.db", access: .readWrite)
            try store.append(tick(1, [old, unplaced]), notes: [StoreNote("inventory", "x")])
            #expect(try store.origins() == [unplaced, old])
            try store.append(tick(2, [new, second, hostile]))
            try store.append(tick(3, []))
            let expected = [unplaced, second, new]
            #expect(try store.origins() == expected)
            let report = try store.verify()
            #expect(report.damages.isEmpty)
            let copy = directory + "/copy.db"
            _ = try store.backUp(to: copy, replacing: false)
            #expect(try SampleStore(path: copy, access: .readOnly).origins() == expected)
        }
    }
}
