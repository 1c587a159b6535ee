#!/usr/bin/env python3
"""v2_checks.py BINARY DIR : the checks of lab-v2.sh, on what its virtual machine left in DIR.

The kernel's files were read before and after each step by vm-init: what was stored must equal them where
the groups were frozen, and lie between them where they ran. Nothing is asserted of rates: the machine is
an emulated one.
"""

import json
import os
import signal
import sys

import kernel_files
import stored_ticks
from stored_ticks import UNLIMITED

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab_checks import MEBIBYTE, Checks, Tool, last_words  # noqa: E402

SLICE = "/lab.slice"
GROUPS = {
    "idle", "throttled", "bursty", "oom", "steady", "nolimit", "cache", "remade", "tree.service"
}
LIMITS = {  # millicores, bytes
    "idle": (500, 128 * MEBIBYTE), "throttled": (200, 64 * MEBIBYTE),
    "bursty": (500, 32 * MEBIBYTE), "oom": (UNLIMITED, 48 * MEBIBYTE),
    "steady": (333, 96 * MEBIBYTE), "cache": (UNLIMITED, 24 * MEBIBYTE),
    "nolimit": (UNLIMITED, UNLIMITED), "remade": (UNLIMITED, UNLIMITED),
    "tree.service": (UNLIMITED, UNLIMITED),
}
# What the kernel charges to a group at once, on each CPU.
PAGE_BATCH = 64 * 4096
# The machine has no swap to use.
NEVER_ABOVE_ZERO = {"memory_swap_bytes"}


class Step:
    """One run of the program: the kernel's word before and after, and what was stored meanwhile."""

    def __init__(self, directory, name, ticks):
        path = os.path.join(directory, name)
        self.name, self.ticks = name, ticks
        self.before = kernel_files.snapshot(path + ".before")
        self.after = kernel_files.snapshot(path + ".after")
        self.host_before = kernel_files.host_snapshot(path + ".before")
        self.host_after = kernel_files.host_snapshot(path + ".after")
        with open(path + ".log") as file:
            self.log = file.read().strip().splitlines()


def check_store(checks, store, steps):
    for step in steps:
        checks.expect(
            f"{step.name}: the program ended well", step.log[-1] == "exit 0", step.log[-2:][0]
        )
    checks.expect(
        "every tick is stored, of one boot, at least six of them in the loop",
        len(store.ticks) >= 8 and store.boots == 1 and store.blocks == 0,
        f"{len(store.ticks)} ticks, {store.boots} boot, {store.blocks} blocks",
    )
    found = set(store.kinds)
    checks.expect(
        "the nine populated groups, the machine, and nothing else", found == GROUPS | {"host"},
        ", ".join(sorted(found)),
    )
    missing = {group for tick in store.ticks for group in found - set(tick)}
    checks.expect("each in every tick", not missing, ", ".join(sorted(missing)))
    checks.expect(
        "a service is a unit, other groups are groups",
        {group for group, kinds in store.kinds.items() if kinds == {stored_ticks.KIND_UNIT}}
        == {"tree.service"}
        and {group for group, kinds in store.kinds.items() if kinds == {stored_ticks.KIND_CGROUP}}
        == GROUPS - {"tree.service"},
    )
    checks.expect(
        "a group made anew is another run of the same series, others are one run",
        {group: len(set(runs)) for group, runs in store.incarnations.items()}
        == {group: 2 if group == "remade" else 1 for group in found},
    )


def compare(stored, before, after):
    """(metrics that equal both snapshots, those between two that differ, complaints)."""
    exact, between, complaints = 0, [], []
    for metric in sorted(set(before) | set(after) | set(stored)):
        if metric not in stored:
            complaints.append(f"{metric} is missing")
            continue
        value = stored[metric]
        if metric not in before or metric not in after:
            # Of a later version of the program, perhaps: nothing to compare it with.
            complaints += [f"{metric}={value} has no file"] if metric in kernel_files.KNOWN else []
        elif value == before[metric] == after[metric]:
            exact += 1
        elif metric in kernel_files.COUNTERS or not (
            min(before[metric], after[metric]) <= value <= max(before[metric], after[metric])
        ):
            complaints.append(f"{metric}={value}, kernel {before[metric]} to {after[metric]}")
        else:
            between.append(metric)
    return exact, between, complaints


def check_frozen(checks, step):
    """Frozen groups: what is stored is what the kernel said before and after.

    Where its own two answers differ, as of memory that it returns in batches, it is between them; this
    is told, and not granted to counters, which cannot move in a frozen group.
    """
    for group in sorted(GROUPS):
        exact, between, complaints = compare(
            step.ticks[0].get(group, {}), step.before[group], step.after[group]
        )
        found = f"{exact} exact"
        if between:
            found += ", between two readings: " + ", ".join(between)
        checks.expect(
            f"{step.name}: {group} is stored as the kernel has it",
            exact + len(between) == len(kernel_files.KNOWN) and not complaints,
            "; ".join(complaints) or found,
        )


def check_running(checks, step, group):
    """Running groups: counters start and end between the kernel's readings and never go back."""
    complaints, moved = [], 0
    before, after = step.before[group], step.after[group]
    for metric in sorted(kernel_files.COUNTERS):
        try:
            seen = [before[metric], *(tick[group][metric] for tick in step.ticks), after[metric]]
        except KeyError as error:
            complaints.append(f"{metric}: no {error}")
            continue
        moved += seen[0] < seen[-1]
        if seen != sorted(seen):
            complaints.append(f"{metric} goes {seen}")
    for tick in step.ticks:
        values = tick.get(group, {})
        # The kernel keeps the peak without a lock, and may miss a batch of pages.
        peak = values.get("memory_peak_bytes", 0) + PAGE_BATCH
        if peak < values.get("memory_current_bytes", UNLIMITED):
            complaints.append(f"peak {values.get('memory_peak_bytes')} is below current")
        if {metric for metric in values if metric in kernel_files.KNOWN} != set(before):
            complaints.append(f"has {len(values)} metrics, kernel {len(before)}")
    checks.expect(
        f"loop: {group}'s counters between the kernel's readings", not complaints,
        "; ".join(complaints[:3]) or f"{moved} of {len(kernel_files.COUNTERS)} moved",
    )


def check_host(checks, steps):
    complaints = []
    for step in steps:
        for tick in step.ticks:
            stored = tick.get("host", {})
            for metric, before in step.host_before.items():
                if not before <= stored.get(metric, -1) <= step.host_after[metric]:
                    complaints.append(
                        f"{metric}={stored.get(metric)}, "
                        f"kernel {before} to {step.host_after[metric]}"
                    )
    checks.expect(
        "the machine's own counters between the kernel's readings", not complaints,
        "; ".join(complaints[:3]) or f"{len(steps[0].host_before)} metrics",
    )


def check_meaning(checks, store, first, loop, last):
    """The load's own story is in the stored values."""
    def increase(group, metric):
        return last.ticks[0][group][metric] - first.ticks[0][group][metric]

    def stored(group, metric):
        return [tick[group][metric] for step in (first, loop, last) for tick in step.ticks]

    above_zero = {
        metric for tick in store.ticks for group in GROUPS for metric, value in tick[group].items()
        if value > 0
    }
    wanted = kernel_files.KNOWN - NEVER_ABOVE_ZERO
    checks.expect(
        "every metric but swap is above zero somewhere", wanted <= above_zero,
        ", ".join(sorted(wanted - above_zero)) or f"{len(wanted)} metrics",
    )
    for group, limits in LIMITS.items():
        found = set(zip(
            stored(group, "cpu_limit_millicores"), stored(group, "memory_limit_bytes")
        ))
        checks.expect(
            f"{group}: limits as set", found == {limits},
            ", ".join(str(pair).replace(str(UNLIMITED), "none") for pair in found),
        )
    checks.expect(
        "idle: less than a tenth of the throttled group's CPU time",
        lambda: increase("idle", "cpu_usage_usec") * 10 < increase("throttled", "cpu_usage_usec"),
        lambda: f"{increase('idle', 'cpu_usage_usec')} µs",
    )
    checks.expect(
        "bursty: throttled in its bursts", lambda: increase("bursty", "cpu_nr_throttled") >= 1,
        lambda: f"{increase('bursty', 'cpu_nr_throttled')} periods",
    )
    checks.expect(
        "throttled: waits for the CPU, and is seen to",
        lambda: increase("throttled", "cpu_pressure_some_usec") > 1_000_000,
        lambda: f"{increase('throttled', 'cpu_pressure_some_usec')} µs",
    )
    checks.expect(
        "oom: an OOM kill before the first sample, and the peak at the limit",
        lambda: first.ticks[0]["oom"]["memory_oom_kills"] >= 1
        and first.ticks[0]["oom"]["memory_peak_bytes"] == 48 * MEBIBYTE,
    )
    checks.expect(
        "steady: 64 MiB anonymous and 8 MiB of tmpfs, which no inactive file hides",
        lambda: min(stored("steady", "memory_anon_bytes")) >= 64 * MEBIBYTE
        and set(stored("steady", "memory_shmem_bytes")) == {8 * MEBIBYTE}
        and max(stored("steady", "memory_inactive_file_bytes")) < MEBIBYTE,
    )
    checks.expect(
        "cache: reads, writes, refaults and waits for its disk in the loop",
        lambda: all(increase("cache", metric) > 0 for metric in (
            "io_read_bytes", "io_write_bytes", "memory_refaults", "io_pressure_some_usec",
            "memory_pressure_some_usec")),
        lambda: f"{increase('cache', 'memory_refaults')} refaults",
    )
    checks.expect(
        "remade: its counters start anew",
        lambda: loop.before["remade"]["cpu_usage_usec"]
        < first.ticks[0]["remade"]["cpu_usage_usec"],
    )
    checks.expect(
        "tree.service: the process in the group below it counts",
        lambda: set(stored("tree.service", "pids")) == {1}
        and increase("tree.service", "cpu_usage_usec") > 0,
    )


def check_report(checks, tool, path, first, last):
    run = tool.run("report", "--store", path, "--format", "json", "--min-evidence", "5s")
    try:
        services = {
            fields["service"].removeprefix(SLICE + "/"): fields
            for fields in json.loads(run.stdout)["services"]
        }
    except (ValueError, KeyError) as error:
        checks.expect("report as JSON", False, f"{error}, {last_words(run)}")
        return
    checks.expect("report names the nine groups", set(services) == GROUPS)

    kills = [step.before["oom"]["memory_oom_kills"] for step in (first, last)]
    checks.expect(
        "report: as many OOM kills as the kernel counted between the frozen samples",
        lambda: services["oom"]["oom_kills"] == kills[1] - kills[0] >= 1,
        lambda: f"{services['oom']['oom_kills']}, kernel {kills[0]} to {kills[1]}",
    )
    checks.expect(
        "report: no OOM kills of others",
        lambda: all(services[group]["oom_kills"] == 0 for group in GROUPS - {"oom"}),
    )
    checks.expect(
        "report: throttled in more than half of its periods",
        lambda: services["throttled"]["throttled_ratio"] > 0.5,
        lambda: services["throttled"]["throttled_ratio"],
    )
    checks.expect(
        "report: idle, in less than a tenth of the throttled group's CPU",
        lambda: services["idle"]["cpu"]["mean_cores"] * 10
        < services["throttled"]["cpu"]["mean_cores"],
        lambda: "{mean_cores:.4f} cores".format(**services["idle"]["cpu"]),
    )
    checks.expect(
        "report: bursty has peaks above its mean",
        lambda: services["bursty"]["cpu"]["max_cores"]
        > 1.25 * services["bursty"]["cpu"]["mean_cores"],
        lambda: "{max_cores:.3f} and {mean_cores:.3f}".format(**services["bursty"]["cpu"]),
    )
    for group, (millicores, memory) in LIMITS.items():
        def limits(group=group):
            running = services[group]["running"]
            return (
                UNLIMITED if running["cpu_unlimited"] else round(running["cpu_limit_cores"] * 1000),
                UNLIMITED if running["memory_unlimited"] else running["memory_limit_bytes"],
            )
        checks.expect(f"report: {group}'s limits", lambda: limits() == (millicores, memory))
    peaks = {
        group: max(last.before[group]["memory_peak_bytes"], first.before[group]["memory_peak_bytes"])
        for group in GROUPS
    }
    checks.expect(
        "report: the kernel's memory.peak of every group",
        lambda: {group: services[group]["memory"]["peak_bytes"] for group in GROUPS} == peaks,
    )
    checks.expect(
        "report: steady's working set is its 72 MiB",
        lambda: 72 * MEBIBYTE <= services["steady"]["memory"]["working_set_max_bytes"]
        < 80 * MEBIBYTE,
        lambda: services["steady"]["memory"]["working_set_max_bytes"],
    )
    checks.expect(
        "report: cache's working set leaves the file pages out that it can give back",
        lambda: services["cache"]["memory"]["working_set_max_bytes"]
        < last.before["cache"]["memory_current_bytes"],
        lambda: services["cache"]["memory"]["working_set_max_bytes"],
    )


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.split("\n", 1)[0], file=sys.stderr)
        return 64
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tool, directory = Tool(arguments[0]), arguments[1]
    path = os.path.join(directory, "store.db")
    checks = Checks()
    try:
        store = stored_ticks.Store(path, SLICE)
        steps = [
            Step(directory, "frozen1", store.ticks[:1]),
            Step(directory, "loop", store.ticks[1:-1]),
            Step(directory, "frozen2", store.ticks[-1:]),
        ]
    except Exception as error:  # noqa: BLE001 (whatever the store holds, the checks end in a count)
        checks.expect("the store can be read", False, f"{type(error).__name__}: {error}")
    else:
        first, loop, last = steps
        check_store(checks, store, steps)
        check_frozen(checks, first)
        for group in sorted(GROUPS):
            check_running(checks, loop, group)
        check_frozen(checks, last)
        check_host(checks, steps)
        check_meaning(checks, store, first, loop, last)
        check_report(checks, tool, path, first, last)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
