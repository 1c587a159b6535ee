// The sampler's reads, to be measured beside the same reads in C (../Peers/read_cgroups.c).
//
//     SamplingBenchmark loop|once|memory GROUPS TICKS MEMORY [CPUACCT CPU]
//
// Reads the groups named by 64 digits below the directories, and prints the microseconds of CPU time that
// one group took at one tick, and a checksum of what was read. `memory` prints the KiB that the process
// occupies after 10 ticks and after TICKS, by how many bytes its heap grew between the two, and the KiB of
// kernel memory that the open files take.

import CMalloc
import Glibc
import Measures
import Sampling

/// In the order of the C program, so that the checksums agree.
let metrics: [Metric] = [
    .memoryCurrent, .memoryAnon, .memoryActiveFile, .memoryInactiveFile, .memoryShmem,
    .memoryRefaults, .memoryPeak, .memoryOOMKills, .memorySwap, .memoryLimit, .cpuUsage,
    .cpuPeriods, .cpuThrottledPeriods, .cpuThrottledTime, .cpuLimit,
]

let arguments = CommandLine.arguments
guard [5, 7].contains(arguments.count), let groups = Int(arguments[2]),
    let ticks = Int(arguments[3])
else {
    print("usage: SamplingBenchmark loop|once|memory GROUPS TICKS MEMORY [CPUACCT CPU]")
    exit(2)
}

let paths = (0..<groups).map { group in
    let digits = String(group)
    let name = "/" + String(repeating: "0", count: 64 - digits.utf8.count) + digits
    var paths = CgroupPaths(memory: arguments[4] + name)
    if arguments.count == 7 {
        paths.cpuacct = arguments[5] + name
        paths.cpu = arguments[6] + name
    }
    return paths
}
var values = [MetricValues](repeating: MetricValues(), count: groups)

@MainActor func tick(_ reader: CgroupReader) {
    for group in paths.indices { values[group] = reader.read(paths[group]) }
    reader.finishTick()
}

switch arguments[1] {
case "loop":
    let reader = CgroupReader()
    // Once to open and close, once to open and keep.
    for _ in 0..<2 { tick(reader) }
    let start = usedMicroseconds()
    for _ in 0..<ticks { tick(reader) }
    report(since: start)
case "once":
    for _ in 0..<2 { tick(CgroupReader()) }
    let start = usedMicroseconds()
    for _ in 0..<ticks { tick(CgroupReader()) }
    report(since: start)
case "memory":
    let reader = CgroupReader()
    tick(reader)
    let slab = kibibytes("Slab:", in: "/proc/meminfo")
    for _ in 1..<10 { tick(reader) }
    let opened = kibibytes("Slab:", in: "/proc/meminfo") - slab
    let early = (resident: kibibytes("VmRSS:", in: "/proc/self/status"), heap: heapBytes())
    for _ in 10..<ticks { tick(reader) }
    let late = (resident: kibibytes("VmRSS:", in: "/proc/self/status"), heap: heapBytes())
    print(early.resident, late.resident, late.heap - early.heap, opened)
default:
    print("SamplingBenchmark: no mode \(arguments[1])")
    exit(2)
}

/// CPU time of this process, user and system.
func usedMicroseconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
        + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
}

@MainActor func report(since start: Double) {
    let each = (usedMicroseconds() - start) / Double(groups * ticks)
    var sum: UInt64 = 0
    for group in values {
        for metric in metrics {
            if let value = group[metric] { sum = sum &* 31 &+ UInt64(bitPattern: value) }
        }
    }
    print(each, String(sum, radix: 16))
}

func heapBytes() -> Int { Int(mallinfo2().uordblks) }

/// The number on the line of a file such as /proc/meminfo that starts with `name`.
func kibibytes(_ name: String, in path: String) -> Int {
    if let file = fopen(path, "r") {
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            guard strncmp(line, name, name.utf8.count) == 0 else { continue }
            return line.withUnsafeBufferPointer { atol($0.baseAddress! + name.utf8.count) }
        }
    }
    print("SamplingBenchmark: no \(name) in \(path)")
    exit(1)
}
