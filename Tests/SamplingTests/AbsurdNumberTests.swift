import Measures
import TestSupport
import Testing

@testable import Sampling

/// Numbers that no kernel writes, found by fuzzing: missing values, never a trap.
@Suite struct AbsurdNumberTests {
    private func usage(_ files: [String: String]) throws -> HostUsage {
        HostUsage(try CapturedHost(files.mapValues { Array($0.utf8) }).host)
    }

    @Test func aMachineOfTooMuchMemory() throws {
        let usage = try usage(["/proc/meminfo": "MemTotal: 9223372036854775807 kB\nMemFree: 1 kB\n"]
        )
        #expect(usage.capacity.memory == nil)
        #expect(usage.values == [:])
        let negative = try self.usage([
            "/proc/meminfo": "MemTotal: 9007199254740991 kB\nMemFree: -9007199254740991 kB\n"
        ])
        #expect(negative.values[.memoryCurrent] == nil)
    }

    @Test(arguments: [
        "cpu  9223372036854775807 1 0 0 0 0 0 0\n",
        "cpu  922337203685477 922337203685477 0 0 0 0 0 0\n",
    ])
    func aMachineOfTooMuchTime(stat: String) throws {
        #expect(try usage(["/proc/stat": stat]).values == [:])
    }

    @Test func swapThatDoesNotFit() throws {
        let host = try CapturedHost([
            "/memory/memory.usage_in_bytes": Array("-9223372036854775807\n".utf8),
            "/memory/memory.memsw.usage_in_bytes": Array("9223372036854775807\n".utf8),
        ])
        let values = CgroupReader(host: host.host).read(CgroupPaths(memory: "/memory"))
        #expect(values[.memorySwap] == nil)
    }

    @Test(arguments: ["9223372036854775807 1\n", "9223372036854775807 100000\n"])
    func aLimitOfTooManyCores(text: String) throws {
        let limit = Array(text.utf8).withUnsafeBufferPointer(CPUMax.limit(v2:))
        let wireValue = try #require(limit?.wireValue)
        #expect(wireValue <= Cores.millicoresMax)
        #expect(
            CPUMax.limit(quota: .max, period: 1)?.wireValue == Cores.millicoresMax)
    }
}
