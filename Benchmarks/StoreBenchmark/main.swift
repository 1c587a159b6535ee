// The store, to be measured beside its peers (../Peers/store.py).
//
//     StoreBenchmark fill FILE CONTAINERS TICKS STORE [1ms]   appends FILE's ticks and makes them all into columns
//     StoreBenchmark append CONTAINERS TICKS STORE      appends ticks of made-up containers, one by one
//     StoreBenchmark decode STORE                       reads CPU time and working set back, and every column
//
// FILE holds little-endian Int64: TICKS times in milliseconds, then for each container 16 columns of TICKS
// values, in the order of `metrics`.
//
// `fill` prints the file's bytes, those of its blobs, and the values. `append` prints for each tick the
// microseconds until it was committed, whether a compaction followed, and the microseconds of that.
// `decode` prints values and millions of them a second, of one core, from the open file to the callback.

import Glibc
import Measures
import Storing

/// The sixteen metrics of the traces, in their order.
let metrics: [Metric] = [
    .cpuUsage, .cpuSystem, .cpuThrottledPeriods, .cpuThrottledTime, .memoryCurrent,
    .memoryInactiveFile, .memoryAnon, .memoryPeak, .memoryOOMKills, .cpuPressureSome,
    .memoryPressureSome, .ioRead, .ioWrite, .pids, .cpuLimit, .memoryLimit,
]

func microseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

func fail(_ text: String) -> Never {
    print("StoreBenchmark: \(text)")
    exit(2)
}

func incarnation(_ number: Int) -> Incarnation {
    let digits = String(number)
    let id = String(repeating: "0", count: 64 - digits.utf8.count) + digits
    return Incarnation(
        series: SeriesIdentity(
            kind: .service, service: ServiceID(project: "bench", service: "s\(number)"),
            instance: "1"),
        container: ContainerID(rawValue: id), name: "bench-s\(number)-1",
        startedAt: Timestamp(seconds: 1))
}

func tick(_ time: Int64, _ samples: [ContainerSample]) -> Tick {
    Tick(
        time: Timestamp(milliseconds: time), boot: BootID(rawValue: "bench"),
        uptimeMilliseconds: time, host: HostCapacity(cpus: Cores(2), memory: .gibibytes(4)),
        samples: samples)
}

let arguments = CommandLine.arguments
do {
    switch arguments.dropFirst().first {
    case "fill" where arguments.count == 6 || arguments.count == 7:
        let name = arguments.count == 7 ? arguments[6] : StoreSettings.Resolution.exact.rawValue
        guard let resolution = StoreSettings.Resolution(rawValue: name) else {
            fail("no resolution \(name)")
        }
        try fill(
            from: arguments[2], containers: Int(arguments[3]) ?? 0, ticks: Int(arguments[4]) ?? 0,
            arguments[5], resolution)
    case "append" where arguments.count == 5:
        try append(
            containers: Int(arguments[2]) ?? 0, ticks: Int(arguments[3]) ?? 0, arguments[4])
    case "decode" where arguments.count == 3: try decode(arguments[2])
    default: fail("see the head of main.swift for what it takes")
    }
} catch {
    fail("\(error)")
}
