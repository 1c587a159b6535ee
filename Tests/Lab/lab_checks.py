#!/usr/bin/env python3
"""lab_checks.py BINARY DIR : the checks of lab-test.sh, while its containers run.

DIR holds compose.yaml, which the containers were started from, and is written to.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import lab_kernel

PROJECT = "lab"
MEBIBYTE = 1 << 20


class ServiceReport:
    """One service of `report --format json`. All knowledge of its field names is here."""

    def __init__(self, fields):
        self._fields = fields

    name = property(lambda self: self._fields["service"])
    project = property(lambda self: self._fields["project"])
    cpu_mean = property(lambda self: self._fields["cpu"]["mean_cores"])
    cpu_p95 = property(lambda self: self._fields["cpu"]["p95_cores"])
    working_set_max = property(lambda self: self._fields["memory"]["working_set_max_bytes"])
    throttled_ratio = property(lambda self: self._fields["throttled_ratio"])
    oom_kills = property(lambda self: self._fields["oom_kills"])
    restarts = property(lambda self: self._fields["restarts"])
    samples = property(lambda self: self._fields["evidence"]["samples"])
    covered_seconds = property(lambda self: self._fields["evidence"]["covered_seconds"])
    current_tier = property(lambda self: self._tier("current", "tier"))
    recommended_tier = property(lambda self: self._tier("recommended", "name"))

    def _tier(self, *path):
        """`small` for `small`, `resources-small` and `x-resources-small`; None without a tier."""
        name = (self._fields.get(path[0]) or {}).get(path[1])
        return name.rsplit("-", 1)[-1] if name else None


class Checks:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def expect(self, what, condition, found=""):
        """`condition` may be a function: what it raises is a failure, not the end."""
        try:
            holds = condition() if callable(condition) else condition
            found = found() if callable(found) else found
        except Exception as error:  # noqa: BLE001 (a missing field is a failed check)
            holds, found = False, f"{type(error).__name__}: {error}"
        self.passed += bool(holds)
        self.failed += not holds
        print(f"{'ok    ' if holds else 'FAILED'}  {what}" + (f"  [{found}]" if found else ""))
        return holds


class Tool:
    """The program under test."""

    def __init__(self, binary):
        self.binary = binary

    def run(self, *arguments, limit=15):
        try:
            return subprocess.run(
                [self.binary, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, timeout=limit,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(
                arguments, 124, "", f"did not end within {limit} s"
            )

    def report(self, store, compose, least_evidence):
        """{service: ServiceReport}, and the run."""
        run = self.run(
            "report", "--store", store, "--compose", compose, "--format", "json",
            "--min-evidence", least_evidence,
        )
        try:
            services = [ServiceReport(fields) for fields in json.loads(run.stdout)["services"]]
            return {one.name: one for one in services if one.project == PROJECT}, run
        except (ValueError, KeyError, TypeError) as error:
            run.stderr += f"{type(error).__name__}: {error}"
            return {}, run


def last_words(run):
    lines = (run.stderr.strip() or run.stdout.strip()).splitlines()
    return f"exit {run.returncode}" + (f", {lines[-1][:120]}" if lines else "")


def check_origin(checks, store, compose):
    """Compose's labels tell which file the project was started from."""
    with contextlib.closing(sqlite3.connect(store)) as database:
        notes = database.execute("SELECT name, value FROM note WHERE name LIKE 'origin:%'").fetchall()
    wanted = [(f"origin:{PROJECT}", f"{os.path.dirname(compose)}\t{compose}\n")]
    checks.expect("the store knows what the project was started from", notes == wanted, notes)


def check_twenty_seconds(checks, tool, store, compose):
    """Sampled each second for 20 s, five loads must look like what they are."""
    run = tool.run("sample", "--store", store, "--every", "1s", "--for", "20s", limit=40)
    checks.expect("sample for 20 s", run.returncode == 0, last_words(run))
    services, run = tool.report(store, compose, "10s")
    if not checks.expect("report as JSON", bool(services), "" if services else last_words(run)):
        return
    expected = {"idle", "throttled", "oomkilled", "bursty", "steady"}
    checks.expect(
        "report names the five services and no other", set(services) == expected,
        ", ".join(sorted(services)),
    )

    def of(service, text):
        return lambda: text.format(services[service])

    checks.expect(
        "about 20 samples of each that ran on", lambda: 17 <= services["idle"].samples <= 23,
        of("idle", "{0.samples}"),
    )
    checks.expect(
        "idle: CPU p95 below 0.02 cores", lambda: services["idle"].cpu_p95 < 0.02,
        of("idle", "{0.cpu_p95}"),
    )
    checks.expect(
        "idle: from the large tier to the small one",
        lambda: (services["idle"].current_tier, services["idle"].recommended_tier)
        == ("large", "small"),
        of("idle", "{0.current_tier} to {0.recommended_tier}"),
    )
    checks.expect(
        "throttled: more than 0.3 of its periods",
        lambda: services["throttled"].throttled_ratio > 0.3,
        of("throttled", "{0.throttled_ratio}"),
    )
    checks.expect(
        "throttled: held at its limit of 0.2 cores",
        lambda: 0.17 < services["throttled"].cpu_mean < 0.23, of("throttled", "{0.cpu_mean}"),
    )
    checks.expect(
        "throttled: not left on the small tier",
        lambda: services["throttled"].recommended_tier != "small",
        of("throttled", "{0.recommended_tier}"),
    )
    checks.expect(
        "oomkilled: at least one OOM kill", lambda: services["oomkilled"].oom_kills >= 1,
        of("oomkilled", "{0.oom_kills}"),
    )
    checks.expect(
        "oomkilled: restarted", lambda: services["oomkilled"].restarts >= 1,
        of("oomkilled", "{0.restarts}"),
    )
    checks.expect(
        "oomkilled: not left on the small tier",
        lambda: services["oomkilled"].recommended_tier != "small",
        of("oomkilled", "{0.recommended_tier}"),
    )
    checks.expect(
        "others: no OOM kills",
        lambda: all(services[name].oom_kills == 0 for name in expected - {"oomkilled"}),
    )
    checks.expect(
        "steady: a working set of 60 to 64 MiB",
        lambda: 60 * MEBIBYTE <= services["steady"].working_set_max <= 64 * MEBIBYTE,
        of("steady", "{0.working_set_max}"),
    )


def check_against_kernel(checks, tool, store, compose):
    """Two single samples: what lies between them is what the kernel's own files say."""
    containers = lab_kernel.running_containers(PROJECT)
    containers.pop("oomkilled", None)  # may end at any moment
    around = []
    for pause in (0, 8):
        time.sleep(pause)
        before = lab_kernel.snapshot(containers)
        run = tool.run("sample", "--store", store)
        around.append((before, lab_kernel.snapshot(containers)))
        checks.expect("one sample", run.returncode == 0, last_words(run))
    services, run = tool.report(store, compose, "1s")
    if not checks.expect("report on two samples", bool(services), last_words(run)):
        return

    for name in sorted(containers):
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
        # Of next to nothing, 10 % is less than what a single timer tick makes.
        tolerance = max(0.1 * cores, 0.002)
        checks.expect(
            f"{name}: mean CPU within 10 % of the kernel's",
            lambda: abs(services[name].cpu_mean - cores) <= tolerance,
            lambda: f"{services[name].cpu_mean:.4f}, kernel {cores:.4f} cores",
        )
        least = max(min(one[name]["working_set_bytes"] for one in pair) for pair in around)
        most = max(max(one[name]["working_set_bytes"] for one in pair) for pair in around)
        # The kernel charges pages in batches, for each CPU: two readings differ by that much.
        batch = 64 * 4096
        checks.expect(
            f"{name}: working set is current less inactive file",
            lambda: least - batch <= services[name].working_set_max <= most + batch,
            lambda: f"{services[name].working_set_max}, kernel {least} to {most} bytes",
        )


def told_by_engine(name):
    """What the engine says of a container, in the words of `sample --format json`."""
    run = subprocess.run(
        ["docker", "inspect", name], stdout=subprocess.PIPE, text=True, check=True)
    inspected = json.loads(run.stdout)[0]
    state = inspected["State"]
    return {
        # Of nanoseconds, the store keeps whole milliseconds and JSON shows seconds.
        "started_at": state["StartedAt"][:19] + "Z",
        "state": ["", "created", "running", "paused", "restarting", "removing", "exited"].index(
            state["Status"]),
        "restarts": inspected["RestartCount"],
        "oom_killed": int(state["OOMKilled"]),
    }


def check_single_samples(checks, tool, store):
    """Single samples go on from one another, and still tell of each container what the engine does."""
    names = [name for name in ("lab-idle-1", "lab-steady-1", "lab-throttled-1")]
    steps = [
        ("at first", []),
        ("unchanged", []),
        ("restarted", ["restart", "-t", "0", "lab-steady-1"]),
        ("paused", ["pause", "lab-idle-1"]),
        ("resumed", ["unpause", "lab-idle-1"]),
        ("stopped", ["stop", "-t", "0", "lab-throttled-1"]),
        ("started again", ["start", "lab-throttled-1"]),
    ]
    for what, command in steps:
        if command:
            subprocess.run(["docker", *command], stdout=subprocess.DEVNULL, check=True)
        run = tool.run("sample", "--format", "json", "--store", store)

        def stored():
            samples = {one["name"]: one for one in json.loads(run.stdout)["samples"]}
            return {
                name: {"started_at": samples[name]["started_at"]} | {
                    field: samples[name]["values"][field]
                    for field in ("state", "restarts", "oom_killed")
                }
                for name in names
            }

        checks.expect(
            f"single sample, {what}: as the engine says",
            lambda: stored() == {name: told_by_engine(name) for name in names},
            lambda: "" if stored() == {name: told_by_engine(name) for name in names}
            else f"{stored()}",
        )
        time.sleep(2)


# What only grows while a container runs.
GROWING = (
    "cpu_usage_usec", "cpu_nr_periods", "cpu_nr_throttled", "cpu_throttled_usec",
    "cpu_pressure_some_usec", "memory_peak_bytes", "memory_oom_kills", "memory_pressure_some_usec",
    "memory_pressure_full_usec", "io_read_bytes", "io_write_bytes", "io_pressure_some_usec",
    "io_pressure_full_usec",
)
LIMITS = ("cpu_limit_millicores", "memory_limit_bytes")


def check_kept_values(checks, tool, directory):
    """A sample keeps what cannot have changed since the one before: its values lie between those of two
    samples around it that know of none before."""
    image = ["rightsize-lab/load:1", "/bin/load", "rest"]
    subprocess.run(
        ["docker", "run", "--detach", "--net", "none", "--name", "lab-resting", *image],
        stdout=subprocess.DEVNULL, check=True)

    def values(store):
        run = tool.run("sample", "--format", "json", "--store", os.path.join(directory, store))
        samples = json.loads(run.stdout)["samples"]
        return {(one["name"], one.get("started_at")): one["values"] for one in samples}

    compared, wrong = 0, []
    for number in range(12):
        if number % 4 == 3:
            cpus = "0.3" if number % 8 == 3 else "0.6"
            subprocess.run(
                ["docker", "update", "--cpus", cpus, "lab-bursty-1"], stdout=subprocess.DEVNULL,
                check=True)
        before = values(f"kept-before-{number}.db")
        kept = values("kept.db")
        after = values(f"kept-after-{number}.db")
        for run in kept.keys() & before.keys() & after.keys():
            low, found, high = before[run], kept[run], after[run]
            for metric in GROWING:
                if metric in low and metric in high:
                    compared += 1
                    if not low[metric] <= found.get(metric, -1) <= high[metric]:
                        wrong.append((run, metric, low[metric], found.get(metric), high[metric]))
            for metric in LIMITS:
                if metric in low and found.get(metric) not in (low[metric], high.get(metric)):
                    wrong.append((run, metric, low[metric], found.get(metric), high.get(metric)))
        time.sleep(1)
    subprocess.run(
        ["docker", "rm", "--force", "lab-resting"], stdout=subprocess.DEVNULL, check=True)
    checks.expect(
        "what is kept from sample to sample is what is read anew", compared > 500 and not wrong,
        f"{compared} values" if not wrong else f"{wrong[:3]}")


TIER_ALIAS = re.compile(rb"\*resources-(small|medium|large)")


def check_patch(checks, tool, store, compose, directory):
    """The patch changes tier aliases and nothing else, and Compose takes the result."""
    with open(compose, "rb") as file:
        original = file.read()
    run = tool.run("patch", compose, "--store", store, "--min-evidence", "10s")
    checks.expect("patch prints a diff", run.returncode == 0 and "@@" in run.stdout, last_words(run))
    with open(compose, "rb") as file:
        checks.expect("patch without --write leaves the file alone", file.read() == original)

    patched_path = os.path.join(directory, "patched", "compose.yaml")
    os.mkdir(os.path.dirname(patched_path))
    shutil.copy(compose, patched_path)
    run = tool.run("patch", patched_path, "--write", "--store", store, "--min-evidence", "10s")
    with open(patched_path, "rb") as file:
        patched = file.read()
    checks.expect(
        "patch --write changes the file", run.returncode == 0 and patched != original,
        last_words(run),
    )
    changed = sum(
        one != other
        for one, other in zip(TIER_ALIAS.findall(original), TIER_ALIAS.findall(patched))
    )
    checks.expect(
        "only tier aliases changed",
        TIER_ALIAS.sub(b"*", original) == TIER_ALIAS.sub(b"*", patched) and changed >= 2,
        f"{changed} aliases",
    )
    here = os.path.dirname(os.path.abspath(__file__))
    config = subprocess.run(
        [os.path.join(here, "compose-config.py"), "--no-fold", patched_path],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    checks.expect(
        "Compose v2 accepts the patched file", config.returncode == 0,
        "" if config.returncode == 0 else config.stdout.strip(),
    )
    run = tool.run("patch", patched_path, "--store", store, "--min-evidence", "10s")
    checks.expect(
        "patching again changes nothing", run.returncode == 0 and "@@" not in run.stdout,
        last_words(run),
    )


def inspected(compose):
    """Of each service's container: its id, memory limit and CPU limit."""
    listed = subprocess.run(
        [os.environ["COMPOSE_BINARY"], "-f", compose, "ps", "--all", "--quiet"],
        stdout=subprocess.PIPE, text=True, check=True, timeout=60,
    ).stdout.split()
    found = {}
    for container in listed:
        answer = json.loads(subprocess.run(
            ["docker", "inspect", container], stdout=subprocess.PIPE, text=True, check=True,
            timeout=60,
        ).stdout)[0]
        service = answer["Config"]["Labels"]["com.docker.compose.service"]
        limits = answer["HostConfig"]
        found[service] = (answer["Id"], limits["Memory"], limits["NanoCpus"] / 1e9)
    return found


def check_engine(checks, tool, store, compose):
    """`patch --write` and `up`: the engine has the new limits, and kept what was not changed."""
    before = inspected(compose)
    run = tool.run(
        "patch", compose, "--write", "--format", "json", "--store", store, "--min-evidence", "10s",
        "--only", "idle", "--only", "bursty")
    changed = {entry["service"] for entry in json.loads(run.stdout)["services"]}
    subprocess.run(
        [os.environ["COMPOSE_BINARY"], "-f", compose, "up", "--detach"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=120,
    )
    after = inspected(compose)
    run = tool.run("resources", compose, "--format", "json")
    wanted = json.loads(run.stdout)["services"]
    checks.expect(
        "the engine has the limits that resources names",
        all(
            after[service][1] == (wanted[service]["limits"]["memory_bytes"] or 0)
            and abs(after[service][2] - (wanted[service]["limits"]["cpus"] or 0)) < 1e-6
            for service in after
        ),
        f"{after}",
    )
    recreated = {service for service in after if before[service][0] != after[service][0]}
    checks.expect(
        "only changed services were recreated", recreated == changed and changed,
        f"recreated {sorted(recreated)}, changed {sorted(changed)}",
    )


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.split("\n", 1)[0], file=sys.stderr)
        return 64
    # An exception, so that the program under test is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tool, directory = Tool(arguments[0]), arguments[1]
    compose = os.path.join(directory, "compose.yaml")
    store = os.path.join(directory, "store.db")
    checks = Checks()
    check_twenty_seconds(checks, tool, store, compose)
    check_origin(checks, store, compose)
    check_against_kernel(checks, tool, os.path.join(directory, "second.db"), compose)
    check_patch(checks, tool, store, compose, directory)
    check_single_samples(checks, tool, os.path.join(directory, "third.db"))
    check_engine(checks, tool, store, compose)
    check_kept_values(checks, tool, directory)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
