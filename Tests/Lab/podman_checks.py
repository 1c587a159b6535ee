#!/usr/bin/env python3
"""podman_checks.py BINARY DIR PODMAN… : the checks of podman-test.sh, while its containers run.

DIR holds compose.yaml and is written to; PODMAN… is the command that reaches these containers.
"""

import json
import os
import signal
import subprocess
import sys
import time

import lab_kernel
from lab_checks import Checks, Tool, last_words

SERVICES = ["ended", "hog", "idle", "oomkilled"]
KILLED = 137


class Podman:
    def __init__(self, command):
        self._command = command

    def run(self, *arguments):
        return subprocess.run(
            [*self._command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, timeout=30,
        )

    def states(self):
        """{service: State} as Podman itself tells it, not through its Docker-like API."""
        found = json.loads(self.run("container", "inspect", *map(container, SERVICES)).stdout)
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one["State"]
                for one in found}


def container(service):
    return f"lab_{service}_1"


def until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def sample_twice(checks, tool, podman, store):
    """Two samples with the kernel's own figures before and after each; between them a process of one
    container is killed for want of memory, and its first process lives on."""
    pids = {service: state["Pid"] for service, state in podman.states().items() if state["Pid"]}
    around = []
    for pause in (0, 6):
        if around:
            grown = podman.run("exec", container("oomkilled"), "/bin/load", "grow", "16", "8",
                               "512", "20")
            checks.expect(
                "the kernel kills a process of oomkilled", grown.returncode == KILLED,
                f"exit {grown.returncode}",
            )
        time.sleep(pause)
        before = lab_kernel.snapshot(pids)
        run = tool.run("sample", "--store", store)
        around.append((before, lab_kernel.snapshot(pids)))
        checks.expect("one sample", run.returncode == 0, last_words(run))
    return around


def check_against_kernel(checks, services, around):
    for name in ("hog", "idle"):
        def middle(pair, field):
            return (pair[0][name][field] + pair[1][name][field]) / 2

        first, second = around
        seconds = middle(second, "at_seconds") - middle(first, "at_seconds")
        used = middle(second, "usage_seconds") - middle(first, "usage_seconds")
        # A container that started lately is told of since its start, when its counters were zero.
        covered = services[name].covered_seconds
        if covered > 1.5 * seconds:
            seconds, used = covered, middle(second, "usage_seconds")
        cores = used / seconds
        tolerance = max(0.1 * cores, 0.002)
        checks.expect(
            f"{name}: mean CPU within 10 % of the kernel's",
            lambda: abs(services[name].cpu_mean - cores) <= tolerance,
            lambda: f"{services[name].cpu_mean:.4f}, kernel {cores:.4f} cores",
        )
        least = max(min(one[name]["working_set_bytes"] for one in pair) for pair in around)
        most = max(max(one[name]["working_set_bytes"] for one in pair) for pair in around)
        batch = 64 * 4096  # the kernel charges pages in batches, for each CPU
        checks.expect(
            f"{name}: working set is current less inactive file",
            lambda: least - batch <= services[name].working_set_max <= most + batch,
            lambda: f"{services[name].working_set_max}, kernel {least} to {most} bytes",
        )


def check_report(checks, services):
    checks.expect(
        "report names the four services and no other", sorted(services) == SERVICES,
        ", ".join(sorted(services)),
    )
    checks.expect(
        "hog: throttled in at least half of its periods",
        lambda: services["hog"].throttled_ratio >= 0.5,
        lambda: f"{services['hog'].throttled_ratio}",
    )
    checks.expect(
        "oomkilled: the kernel's count of kills is seen",
        lambda: services["oomkilled"].oom_kills >= 1,
        lambda: f"{services['oomkilled'].oom_kills}",
    )
    checks.expect(
        "others: no OOM kills", lambda: all(services[name].oom_kills == 0 for name in ("hog", "idle")),
    )


def check_tick(checks, tool, store):
    """A container that ended: its kernel files are gone, its exit code is what there is."""
    if "--format" not in tool.run("sample", "--help").stdout:
        print("skipped a stored tick as JSON: this program has no sample --format")
        return
    run = tool.run("sample", "--store", store, "--format", "json")
    checks.expect("sample as JSON", run.returncode == 0, last_words(run) if run.returncode else "")

    def samples():
        return {one["name"]: one for one in json.loads(run.stdout)["samples"]}

    checks.expect(
        "names are Podman's", lambda: set(map(container, SERVICES)) <= set(samples()),
        lambda: ", ".join(sorted(samples())),
    )
    checks.expect(
        "identity comes from the labels",
        lambda: [samples()[container("hog")][key] for key in ("project", "service", "instance")]
        == ["lab", "hog", "1"],
    )
    checks.expect(
        "ended: exit code 137 is stored, and no memory of zero",
        lambda: samples()[container("ended")]["values"]["exit_code"] == KILLED
        and "memory_current_bytes" not in samples()[container("ended")]["values"],
        lambda: str(samples()[container("ended")]["values"]),
    )


def main(arguments):
    if len(arguments) < 3:
        print(__doc__.split("\n", 1)[0], file=sys.stderr)
        return 64
    # An exception, so that the program under test is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tool, directory, podman = Tool(arguments[0]), arguments[1], Podman(arguments[2:])
    store = os.path.join(directory, "store.db")
    checks = Checks()
    checks.expect(
        "Podman runs three containers and saw one end with 137",
        until(lambda: podman.states()["ended"]["ExitCode"] == KILLED, 10),
    )
    around = sample_twice(checks, tool, podman, store)
    services, run = tool.report(store, os.path.join(directory, "compose.yaml"), "1s")
    if checks.expect("report on two samples", bool(services), last_words(run)):
        check_report(checks, services)
        check_against_kernel(checks, services, around)
    check_tick(checks, tool, store)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
