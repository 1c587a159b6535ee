import Glibc
import Measures
import TestSupport
import Testing

@testable import Sampling

@Suite struct CgroupReaderTests {
    @Test func everyFileHasASlot() {
        #expect(ControlFile.allCases.map { Int($0.rawValue) } == Array(0..<28))
        let names = ControlFile.allCases.map { "\($0.hierarchy) \($0.name)" }
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: [
        (0, 0), (64, 0), (79, 0), (80, 1), (1024, 60), (4096, 252), (524_288, 1024),
        (.max, 1024),
    ])
    func groupsKeptOpen(descriptors: Int, groups: Int) {
        #expect(DescriptorLimit(descriptors: descriptors).groups == groups)
    }

    @Test func filesStayOpenFromTheSecondTickUntilTheGroupIsGone() throws {
        let tree = try GroupTree(count: 3)
        let reader = CgroupReader()
        for (tick, read) in [3, 3, 3, 1, 0, 2].enumerated() {
            for group in 0..<read { #expect(reader.read(tree[group]) == tree.values(group)) }
            reader.finishTick()
            let open = tick == 0 ? 0 : read
            #expect(reader.keptCount == open)
            #expect(try openFiles(below: tree.path) == open * GroupTree.filesPerGroup)
        }
    }

    @Test func aGroupThatVanishesIsEmptyAndClosed() throws {
        let tree = try GroupTree(count: 1)
        let gone = CgroupPaths(unified: tree.path + "/none")
        let reader = CgroupReader()
        for _ in 0..<3 {
            #expect(reader.read(gone).isEmpty)
            reader.finishTick()
            #expect(reader.keptCount == 0)
        }
    }

    @Test func aFileThatAppearsLaterIsSeen() throws {
        let tree = try GroupTree(count: 1)
        let reader = CgroupReader()
        for _ in 0..<2 {
            #expect(reader.read(tree[0])[.memoryPeak] == nil)
            reader.finishTick()
        }
        try tree.directory.write("/0/memory.peak", Array("77\n".utf8))
        var ticks = 0
        while ticks < 20, reader.read(tree[0])[.memoryPeak] == nil {
            reader.finishTick()
            ticks += 1
        }
        #expect(reader.read(tree[0])[.memoryPeak] == 77)
        #expect(ticks <= 16)
    }

    @Test(arguments: [0, 1, 7, 20])
    func groupsBeyondTheMostAreReadAllTheSame(keptMax: Int) throws {
        let tree = try GroupTree(count: 20)
        let reader = CgroupReader(keptMax: keptMax)
        for tick in 0..<3 {
            for group in 0..<20 { #expect(reader.read(tree[group]) == tree.values(group)) }
            reader.finishTick()
            #expect(reader.keptCount == (tick == 0 ? 0 : keptMax))
        }
    }

    @Test func aTextLongerThanTheBufferIsReadWhole() throws {
        let tree = try GroupTree(count: 1)
        let line = "254:0 rbytes=3 wbytes=5 rios=1 wios=1 dbytes=0 dios=0\n"
        let text = String(repeating: line, count: 5000)
        try tree.directory.write("/0/io.stat", Array(text.utf8))
        let reader = CgroupReader()
        for _ in 0..<2 {
            let values = reader.read(tree[0])
            #expect([values[.ioRead], values[.ioWrite]] == [15_000, 25_000])
            reader.finishTick()
        }
    }

    /// A hundred groups under a hundred paths each: on some disks 20,000 files take half a minute.
    @Test func tenThousandGroups() throws {
        let tree = try GroupTree(count: 100)
        let paths = (0..<10_000).map { number in
            CgroupPaths(
                unified: "\(tree.path)/\(number % 100)"
                    + String(repeating: "/.", count: number / 100))
        }
        let reader = CgroupReader()
        for tick in 0..<3 {
            let wrong = paths.indices.count { reader.read(paths[$0]) != tree.values($0 % 100) }
            #expect(wrong == 0)
            reader.finishTick()
            #expect(tick == 0 || (1...1024).contains(reader.keptCount))
        }
    }

    /// In a process of its own, whose limit is lowered below what the reader believes it has.
    @Test func withoutDescriptorsNothingIsLost() async {
        await #expect(processExitsWith: .success) {
            let tree = try GroupTree(count: 100)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            var few = rlimit(rlim_cur: 60, rlim_max: 60)
            guard setrlimit(resource, &few) == 0 else { throw TestFailure("setrlimit: \(errno)") }
            let reader = CgroupReader(keptMax: 1000)
            var mostKept = 0
            for tick in 0..<6 {
                for group in 0..<100 where reader.read(tree[group]) != tree.values(group) {
                    throw TestFailure("tick \(tick) lost values of group \(group)")
                }
                reader.finishTick()
                mostKept = max(mostKept, reader.keptCount)
            }
            guard (1..<30).contains(mostKept) else { throw TestFailure("kept \(mostKept)") }

            few = rlimit(rlim_cur: 20, rlim_max: 60)
            setrlimit(resource, &few)
            guard DescriptorLimit.raise().descriptors == 60 else { throw TestFailure("not raised") }
        }
    }
}

/// Groups 0, 1, … of a v2 tree made of plain files.
struct GroupTree {
    static let filesPerGroup = 2
    let directory: TemporaryDirectory
    var path: String { directory.path }

    init(count: Int) throws {
        directory = try TemporaryDirectory()
        for group in 0..<count {
            try directory.write("/\(group)/memory.current", Array("\(group)\n".utf8))
            try directory.write("/\(group)/cpu.stat", Array("usage_usec \(group * 2)\n".utf8))
        }
    }

    subscript(group: Int) -> CgroupPaths { CgroupPaths(unified: "\(path)/\(group)") }

    func values(_ group: Int) -> MetricValues {
        [.memoryCurrent: Int64(group), .cpuUsage: Int64(group * 2)]
    }
}

/// How many descriptors of this process are open on files below `path`.
private func openFiles(below path: String) throws -> Int {
    let names = try #require(HostFiles().names(in: "/proc/self/fd"))
    return names.count { name in
        var target = [UInt8](repeating: 0, count: 4096)
        let count = target.withUnsafeMutableBytes { bytes in
            readlink(
                "/proc/self/fd/" + name,
                bytes.baseAddress!.assumingMemoryBound(to: CChar.self), 4096)
        }
        return String(decoding: target[..<max(0, count)], as: UTF8.self).hasPrefix(path + "/")
    }
}
