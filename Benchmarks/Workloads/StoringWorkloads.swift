import Glibc
import Measures
import Storing
import TestSupport

extension Workload {
    /// Each in a store of its own in a temporary directory.
    static var storing: [Workload] {
        [
            Workload("60 ticks of 8 containers appended and compacted") {
                let ticks = StoredHost(containers: 8).ticks(60)
                return try inStores { store in
                    for tick in ticks { try store.append(tick) }
                    return Double(try store.compact(keeping: 0))
                }
            },
            Workload("a day of 2 containers encoded") {
                let host = StoredHost(containers: 2)
                let day = host.day(0)
                return try inStores { store in
                    try host.write(day, to: store)
                    return Double(day.times.count)
                }
            },
            Workload("a day of 2 containers decoded") {
                let host = StoredHost(containers: 2)
                let directory = try TemporaryDirectory()
                let path = directory.path + "/store.db"
                try host.write(host.day(0), to: SampleStore(path: path, access: .readWrite))
                let store = try SampleStore(path: path, access: .readOnly)
                return {
                    withExtendedLifetime(directory) { (try? sum(of: store)) ?? .nan }
                }
            },
        ]
    }

    /// Does `work` in a new store each time, and removes that.
    private static func inStores(
        _ work: @escaping (SampleStore) throws -> Double
    ) throws -> () -> Double {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store.db"
        return {
            defer { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
            return withExtendedLifetime(directory) {
                (try? work(SampleStore(path: path, access: .readWrite))) ?? .nan
            }
        }
    }

    private static func sum(of store: SampleStore) throws -> Double {
        let wholeTime = Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max)
        var found = 0.0
        try store.forEachPiece(
            of: Set(StoredHost.metrics), in: wholeTime, ticks: { _ in },
            piece: { piece in
                for metric in StoredHost.metrics {
                    for value in piece[metric]?.values ?? UnsafeBufferPointer(start: nil, count: 0)
                    { found += Double(value & 0xFFFF) }
                }
            })
        return found
    }
}
