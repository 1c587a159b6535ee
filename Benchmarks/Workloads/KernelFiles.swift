/// The control files of two containers, as captures of the sampler's tests have them: the texts that a sample reads.
enum KernelFiles {
    /// Of Linux 6.12.
    static let unified = [
        "cpu.max": """
        20000 100000

        """,
        "cpu.pressure": """
        some avg10=82.39 avg60=35.10 avg300=8.84 total=27143914
        full avg10=80.90 avg60=33.80 avg300=8.47 total=26304464

        """,
        "cpu.stat": """
        usage_usec 6653172
        user_usec 5442712
        system_usec 1210459
        nice_usec 0
        nr_periods 337
        nr_throttled 320
        throttled_usec 45661365
        nr_bursts 0
        burst_usec 0

        """,
        "cpu.stat.local": """
        throttled_usec 45661365

        """,
        "io.pressure": """
        some avg10=0.00 avg60=0.00 avg300=0.00 total=0
        full avg10=0.00 avg60=0.00 avg300=0.00 total=0

        """,
        "io.stat": """
        254:16 rbytes=3072 wbytes=104857600 rios=3 wios=129 dbytes=0 dios=0

        """,
        "memory.current": """
        208896

        """,
        "memory.events": """
        low 0
        high 0
        max 0
        oom 0
        oom_kill 0
        oom_group_kill 0

        """,
        "memory.max": """
        67108864

        """,
        "memory.peak": """
        630784

        """,
        "memory.pressure": """
        some avg10=0.00 avg60=0.00 avg300=0.00 total=0
        full avg10=0.00 avg60=0.00 avg300=0.00 total=0

        """,
        "memory.stat": """
        anon 77824
        file 0
        kernel 131072
        kernel_stack 16384
        pagetables 73728
        sec_pagetables 0
        percpu 128
        sock 0
        vmalloc 0
        shmem 0
        file_mapped 0
        file_dirty 0
        file_writeback 0
        swapcached 0
        anon_thp 0
        file_thp 0
        shmem_thp 0
        inactive_anon 0
        active_anon 77824
        inactive_file 0
        active_file 0
        unevictable 0
        slab_reclaimable 0
        slab_unreclaimable 20624
        slab 20624
        workingset_refault_anon 0
        workingset_refault_file 0
        workingset_activate_anon 0
        workingset_activate_file 0
        workingset_restore_anon 0
        workingset_restore_file 0
        workingset_nodereclaim 0
        pgdemote_kswapd 0
        pgdemote_direct 0
        pgdemote_khugepaged 0
        pgpromote_success 0
        pgscan 0
        pgsteal 0
        pgscan_kswapd 0
        pgscan_direct 0
        pgscan_khugepaged 0
        pgsteal_kswapd 0
        pgsteal_direct 0
        pgsteal_khugepaged 0
        pgfault 42
        pgmajfault 0
        pgrefill 0
        pgactivate 0
        pgdeactivate 0
        pglazyfree 0
        pglazyfreed 0
        swpin_zero 0
        swpout_zero 0
        thp_fault_alloc 0
        thp_collapse_alloc 0
        thp_swpout 0
        thp_swpout_fallback 0
        numa_pages_migrated 0
        numa_pte_updates 0
        numa_hint_faults 0

        """,
        "memory.swap.current": """
        0

        """,
        "memory.swap.peak": """
        0

        """,
        "pids.current": """
        2

        """,
    ]

    /// Of a hybrid hierarchy, Linux 6.18; by controller and name.
    static let v1 = [
        "blkio/blkio.throttle.io_service_bytes": """
        Total 0

        """,
        "blkio/blkio.throttle.io_service_bytes_recursive": """
        Total 0

        """,
        "cpu/cpu.cfs_period_us": """
        100000

        """,
        "cpu/cpu.cfs_quota_us": """
        20000

        """,
        "cpu/cpu.stat": """
        nr_periods 2321
        nr_throttled 2274
        throttled_time 261430404109
        nr_bursts 0
        burst_time 0

        """,
        "cpuacct/cpuacct.usage": """
        46312926398

        """,
        "memory/memory.limit_in_bytes": """
        67108864

        """,
        "memory/memory.max_usage_in_bytes": """
        4362240

        """,
        "memory/memory.memsw.usage_in_bytes": """
        434176

        """,
        "memory/memory.oom_control": """
        oom_kill_disable 0
        under_oom 0
        oom_kill 0

        """,
        "memory/memory.stat": """
        cache 0
        rss 81920
        rss_huge 0
        shmem 0
        mapped_file 0
        dirty 0
        writeback 0
        workingset_refault_anon 0
        workingset_refault_file 1
        swap 0
        swapcached 0
        pgpgin 850
        pgpgout 830
        pgfault 1156
        pgmajfault 0
        inactive_anon 77824
        active_anon 4096
        inactive_file 0
        active_file 0
        unevictable 0
        hierarchical_memory_limit 67108864
        hierarchical_memsw_limit 134217728
        total_cache 0
        total_rss 81920
        total_rss_huge 0
        total_shmem 0
        total_mapped_file 0
        total_dirty 0
        total_writeback 0
        total_workingset_refault_anon 0
        total_workingset_refault_file 1
        total_swap 0
        total_swapcached 0
        total_pgpgin 850
        total_pgpgout 830
        total_pgfault 1156
        total_pgmajfault 0
        total_inactive_anon 77824
        total_active_anon 4096
        total_inactive_file 0
        total_active_file 0
        total_unevictable 0

        """,
        "memory/memory.usage_in_bytes": """
        434176

        """,
        "pids/pids.current": """
        2

        """,
    ]
}
