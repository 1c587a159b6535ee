// The sampler's reads, to be measured beside the same reads in C (../Peers/read_cgroups.c).
//
//     SamplingBenchmark loop|once|memory GROUPS TICKS MEMORY [CPUACCT CPU]
//
// Reads the groups named by 64 digits below the directories, and prints the microseconds of CPU time that
// one group took at one tick, and a checksum of what was read. `memory` prints the KiB that the process
// occupies after 10 ticks and after TICKS, and by how many bytes its heap grew between the two.

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
    for _ in 0..<10 { tick(reader) }
    let early = (resident: residentKibibytes(), heap: mallinfo2().uordblks)
    for _ in 10..<ticks { tick(reader) }
    print(early.resident, residentKibibytes(), Int(mallinfo2().uordblks) - Int(early.heap))
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

/// The second number of /proc/self/statm, in pages.
func residentKibibytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil, let space = strchr(&line, Int32(UInt8(ascii: " "))) else {
        return 0
    }
    return atol(space) * sysconf(Int32(_SC_PAGESIZE)) / 1024
}
