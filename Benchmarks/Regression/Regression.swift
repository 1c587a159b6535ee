import Benchmark
import Workloads

/// The workloads under ordo-one/benchmark: `make bench-check` compares two revisions by them.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock], warmupIterations: 3, maxDuration: .milliseconds(700),
        maxIterations: 400,
        thresholds: [.wallClock: .init(relative: [.p50: 25])])
    for workload in Workload.all {
        Benchmark(workload.name) { benchmark in
            let run = try workload.prepared()
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { blackHole(run()) }
        }
    }
}
