import Measures
import TestSupport
import Testing

@testable import Sampling

@Suite struct HostFilesTests {
    @Test func theWholeMachine() throws {
        let captured = try CapturedHost([
            "/proc/stat": Array(
                """
                cpu  100 20 30 4000 50 6 7 8 90 9
                cpu0 50 10 15 2000 25 3 3 4 45 4
                cpu1 50 10 15 2000 25 3 4 4 45 5
                intr 1 2 3
                """.utf8),
            "/proc/meminfo": Array(
                """
                MemTotal:        8000 kB
                MemFree:         2000 kB
                Active(file):     600 kB
                Inactive(file):  1000 kB
                AnonPages:       3000 kB
                Shmem:             40 kB
                SReclaimable:     200 kB
                HugePages_Total:    0
                """.utf8),
            "/proc/pressure/cpu": Array("some avg10=0.00 total=11\nfull avg10=0.00 total=0\n".utf8),
            "/proc/pressure/io": Array("some avg10=0.00 total=5\nfull avg10=0.00 total=4\n".utf8),
        ])
        #expect(
            HostUsage(captured.host).capacity
                == HostCapacity(cpus: Cores(2), memory: Bytes(8000 * 1024)))
        let kibibyte: Int64 = 1024
        let expected: MetricValues = [
            // User, nice, system, irq, softirq and steal; neither idle nor I/O wait nor guests.
            .cpuUsage: 1_710_000,
            .memoryCurrent: 6000 * kibibyte, .memoryLimit: 8000 * kibibyte,
            .memoryInactiveFile: 1000 * kibibyte, .memoryActiveFile: 600 * kibibyte,
            .memoryAnon: 3000 * kibibyte, .memoryShmem: 40 * kibibyte,
            .memorySlabReclaimable: 200 * kibibyte,
            .cpuPressureSome: 11, .cpuPressureFull: 0, .ioPressureSome: 5, .ioPressureFull: 4,
        ]
        #expect(HostUsage(captured.host).values == expected)
    }

    @Test func aMachineThatTellsNothing() throws {
        let captured = try CapturedHost([:])
        #expect(HostUsage(captured.host).capacity == HostCapacity(cpus: nil, memory: nil))
        #expect(HostUsage(captured.host).values == [:])
        #expect(captured.host.bootID() == nil)
    }
}
