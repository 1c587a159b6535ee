import Glibc
import Measures
import TestSupport
import Testing

@testable import Sampling

/// Real control groups: only the kernel takes a file away from under its open descriptor.
@Suite(.enabled(if: RealGroup.canBeMade, "makes control groups, which needs root"))
struct RemovedGroupTests {
    private static let mebibyte: Int64 = 1 << 20

    @Test func aRemovedGroupIsEmptyAndClosed() throws {
        let group = try RealGroup()
        let reader = CgroupReader()
        try readTwice(group.paths, with: reader)
        group.remove()
        #expect(reader.read(group.paths).isEmpty)
        reader.finishTick()
        #expect(reader.keptCount == 0)
    }

    /// The old group's limit and the new one's tell them apart; its counters would be mixed up alike.
    @Test(.enabled(if: RealGroup.limitFile != nil, "needs the memory controller"))
    func aGroupMadeAnewUnderItsOldPathIsReadAnew() throws {
        let group = try RealGroup()
        let reader = CgroupReader()
        try group.setLimit(64 * Self.mebibyte)
        try readTwice(group.paths, with: reader)
        for limit in [32, 16] as [Int64] {
            group.remove()
            try group.make()
            try group.setLimit(limit * Self.mebibyte)
            let values = reader.read(group.paths)
            #expect(values[.memoryLimit] == limit * Self.mebibyte)
            #expect(values == CgroupReader().read(group.paths))
            reader.finishTick()
            // And from then on it is kept open again.
            #expect(reader.read(group.paths) == values)
            reader.finishTick()
            #expect(reader.keptCount == 1)
        }
    }

    /// One of a container's two v1 groups comes and goes without the other.
    @Test(.enabled(if: RealGroup.second != nil, "needs two v1 hierarchies"))
    func theOtherGroupIsReadOn() throws {
        let first = try RealGroup()
        let second = try RealGroup(try #require(RealGroup.second))
        var paths = first.paths
        paths[.cpuacct] = second.path
        let reader = CgroupReader()
        func expect(cpu hasCPU: Bool) {
            let values = reader.read(paths)
            #expect(values[.memoryCurrent] != nil)
            #expect((values[.cpuUsage] != nil) == hasCPU)
            reader.finishTick()
        }
        try readTwice(paths, with: reader)
        second.remove()
        try second.make()
        for _ in 0..<2 { expect(cpu: true) }
        #expect(reader.keptCount == 1)
        second.remove()
        for _ in 0..<2 { expect(cpu: false) }
        first.remove()
        #expect(reader.read(paths).isEmpty)
    }

    private func readTwice(_ paths: CgroupPaths, with reader: CgroupReader) throws {
        for _ in 0..<2 {
            #expect(!reader.read(paths).isEmpty)
            reader.finishTick()
        }
        try #require(reader.keptCount == 1)
    }
}

/// A control group of this test's own, removed with the object.
private final class RealGroup {
    typealias Place = (hierarchy: CgroupHierarchy, point: String)
    let path: String
    private let hierarchy: CgroupHierarchy

    var paths: CgroupPaths {
        switch hierarchy {
        case .unified: CgroupPaths(unified: path)
        case .v1: CgroupPaths(memory: path)
        }
    }

    private static let places: [Place] = {
        let mounts = CgroupMounts(mountinfo: HostFiles().text("/proc/self/mountinfo") ?? "")
        var places: [Place] = mounts.v1[.memory].map { [(.v1(.memory), $0.point)] } ?? []
        if let unified = mounts.unified { places.append((.unified, unified.point)) }
        return places.filter { isWritable($0.point) }
    }()

    static var canBeMade: Bool { !places.isEmpty }

    /// The file that limits memory in a new group.
    static let limitFile: String? = {
        guard let group = try? RealGroup() else { return nil }
        return ["memory.limit_in_bytes", "memory.max"].first {
            access(group.path + "/" + $0, W_OK) == 0
        }
    }()

    /// A hierarchy beside v1's memory.
    static let second: Place? = {
        let mounts = CgroupMounts(mountinfo: HostFiles().text("/proc/self/mountinfo") ?? "")
        guard case .v1? = places.first?.hierarchy, let mount = mounts.v1[.cpuacct],
            isWritable(mount.point)
        else { return nil }
        return (.v1(.cpuacct), mount.point)
    }()

    convenience init() throws { try self.init(Self.places[0]) }

    init(_ place: Place) throws {
        hierarchy = place.hierarchy
        let number = Int.random(in: 0..<1_000_000_000)
        path = "\(place.point)/rightsize-test-\(getpid())-\(number)"
        try make()
    }

    deinit { remove() }

    func make() throws {
        guard mkdir(path, 0o755) == 0 else { throw TestFailure("mkdir \(path): \(errno)") }
    }

    func remove() { rmdir(path) }

    func setLimit(_ bytes: Int64) throws {
        try writeFile(path + "/" + #require(Self.limitFile), Array("\(bytes)\n".utf8))
    }

    private static func isWritable(_ point: String) -> Bool {
        let probe = "\(point)/rightsize-test-\(getpid())-probe"
        return mkdir(probe, 0o755) == 0 && rmdir(probe) == 0
    }
}
