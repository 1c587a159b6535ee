"""What the kernel's own files say, as the metrics that should be stored of them."""

from stored_ticks import METRICS, UNLIMITED

# What one group's files have to say of.
KNOWN = set(METRICS.values())

# Of cgroup-v2.rst: these count events or time, and only grow while a group exists.
COUNTERS = {
    "cpu_usage_usec", "cpu_nr_periods", "cpu_nr_throttled", "cpu_throttled_usec",
    "memory_peak_bytes", "memory_oom_kills", "memory_refaults", "io_read_bytes", "io_write_bytes",
    "cpu_pressure_some_usec", "cpu_pressure_full_usec", "memory_pressure_some_usec",
    "memory_pressure_full_usec", "io_pressure_some_usec", "io_pressure_full_usec",
}


def _table(text):
    return {key: int(value) for key, value in (line.split() for line in text)}


def _limit(text, quantity):
    return UNLIMITED if text[0].split()[0] == "max" else quantity(text[0])


def _millicores(line):
    quota, period = map(int, line.split())
    return round(1000 * quota / period)


def _pressure(text, kind):
    for line in text:
        words = line.split()
        if words[0] == kind:
            return int(words[-1].removeprefix("total="))
    return None


def metrics(files):
    """{metric: value} of one group's files, {name: lines}. What has no file has no metric."""
    found = {}

    def take(file, **metrics_of_lines):
        if file in files:
            for metric, read in metrics_of_lines.items():
                found[metric] = read(files[file])

    def key(name):
        return lambda lines: _table(lines).get(name)

    def number(lines):
        return int(lines[0])

    def total(name):
        return lambda lines: sum(
            int(word.removeprefix(name)) for line in lines for word in line.split()
            if word.startswith(name))

    take(
        "cpu.stat", cpu_usage_usec=key("usage_usec"), cpu_nr_periods=key("nr_periods"),
        cpu_nr_throttled=key("nr_throttled"), cpu_throttled_usec=key("throttled_usec"))
    take("cpu.max", cpu_limit_millicores=lambda lines: _limit(lines, _millicores))
    take("memory.current", memory_current_bytes=number)
    take(
        "memory.stat", memory_inactive_file_bytes=key("inactive_file"),
        memory_active_file_bytes=key("active_file"), memory_anon_bytes=key("anon"),
        memory_shmem_bytes=key("shmem"), memory_slab_reclaimable_bytes=key("slab_reclaimable"),
        memory_refaults=key("workingset_refault_file"))
    take("memory.peak", memory_peak_bytes=number)
    take("memory.events", memory_oom_kills=key("oom_kill"))
    take("memory.swap.current", memory_swap_bytes=number)
    take("memory.max", memory_limit_bytes=lambda lines: _limit(lines, int))
    for resource in ("cpu", "memory", "io"):
        for kind in ("some", "full"):
            take(f"{resource}.pressure", **{
                f"{resource}_pressure_{kind}_usec": lambda lines, kind=kind: _pressure(lines, kind)
            })
    take("io.stat", io_read_bytes=total("rbytes="), io_write_bytes=total("wbytes="))
    take("pids.current", pids=number)
    return {metric: value for metric, value in found.items() if value is not None}


def snapshot(path):
    """{group: {metric: value}} of one snapshot that vm-init took."""
    groups = {}
    with open(path + ".files") as names:
        for name in names:
            # `./GROUP/FILE`; a pattern that matched nothing stands as it was.
            _, group, file = name.rstrip("\n").split("/")
            if group != "*":
                groups.setdefault(group, {})[file] = []
    with open(path) as lines:
        for line in lines:
            name, text = line.rstrip("\n").split(":", 1)
            _, group, file = name.split("/")
            groups[group][file].append(text)
    return {group: metrics(files) for group, files in groups.items()}


def host_snapshot(path):
    """The machine's busy time, memory and pressure, from a snapshot's `.host`."""
    lines = {}
    with open(path + ".host") as file:
        for line in file:
            name, text = line.rstrip("\n").split(":", 1)
            lines.setdefault(name, []).append(text)
    # user nice system idle iowait irq softirq steal, in hundredths of a second (proc_stat(5)).
    ticks = [int(word) for word in lines["/proc/stat"][0].split()[1:]]
    found = {
        "cpu_usage_usec": (sum(ticks[:3]) + sum(ticks[5:8])) * 10_000,
        "memory_limit_bytes": next(
            int(text.split()[1]) * 1024 for text in lines["/proc/meminfo"]
            if text.startswith("MemTotal:")),
    }
    for resource in ("cpu", "memory", "io"):
        for kind in ("some", "full"):
            value = _pressure(lines[f"/proc/pressure/{resource}"], kind)
            if value is not None:
                found[f"{resource}_pressure_{kind}_usec"] = value
    return found
