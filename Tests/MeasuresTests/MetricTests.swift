import Measures
import Testing

@Suite struct MetricTests {
    /// Wire numbers and names are written to disks and files: they never change.
    @Test func wireNumbersAndNames() {
        let names = Metric.allCases.map { "\($0.rawValue) \($0.name)" }.joined(separator: "\n")
        #expect(
            names == """
                1 cpu_usage_usec
                2 cpu_nr_periods
                3 cpu_nr_throttled
                4 cpu_throttled_usec
                5 cpu_limit_millicores
                6 memory_current_bytes
                7 memory_inactive_file_bytes
                8 memory_active_file_bytes
                9 memory_anon_bytes
                10 memory_shmem_bytes
                11 memory_slab_reclaimable_bytes
                12 memory_peak_bytes
                13 memory_oom_kills
                14 memory_refaults
                15 memory_swap_bytes
                16 memory_limit_bytes
                17 cpu_pressure_some_usec
                18 cpu_pressure_full_usec
                19 memory_pressure_some_usec
                20 memory_pressure_full_usec
                21 io_pressure_some_usec
                22 io_pressure_full_usec
                23 io_read_bytes
                24 io_write_bytes
                25 pids
                26 restarts
                27 health
                28 oom_killed
                29 state
                30 exit_code
                31 cpu_throttled_local_usec
                32 memory_swap_peak_bytes
                33 cpu_burst_mean_millicores
                34 cpu_burst_max_millicores
                35 memory_burst_mean_bytes
                36 memory_burst_max_bytes
                37 deaths
                38 oom_events
                39 cpu_cores
                40 memory_working_set_bytes
                41 cpu_system_usec
                """)
    }

    @Test func valuesHoldEveryMetricApart() {
        var values = MetricValues()
        #expect(values.isEmpty)
        for metric in Metric.allCases { values[metric] = Int64(metric.rawValue) * 1000 }
        #expect(values.count == Metric.allCases.count)
        var seen: [Metric] = []
        values.forEachPresent { metric, value in
            #expect(value == Int64(metric.rawValue) * 1000)
            seen.append(metric)
        }
        #expect(seen == Metric.allCases)
        values[.pids] = nil
        #expect(values[.pids] == nil)
        #expect(values.count == Metric.allCases.count - 1)
        var other: MetricValues = [.pids: 7, .restarts: 1]
        other.merge(values)
        #expect(other[.pids] == 7)
        #expect(other[.restarts] == 26_000)
    }

    /// Zero is a value; absent is not zero.
    @Test func zeroIsNotAbsent() {
        let zero: MetricValues = [.pids: 0]
        #expect(zero != [:])
        #expect(zero[.pids] == 0)
        #expect(zero.description == "[pids=0]")
        var removed = zero
        removed[.pids] = nil
        #expect(removed == [:])
    }

    @Test func wordsOfTheEngine() {
        #expect(ContainerState(engineName: "running") == .running)
        #expect(ContainerState(engineName: "stopped") == .exited)
        #expect(ContainerState(engineName: "levitating") == nil)
        #expect(ContainerHealth(engineName: "") == ContainerHealth.none)
        #expect(ContainerHealth(engineName: "unhealthy") == .unhealthy)
    }
}
