#!/usr/bin/env python3
"""Cuts the fixtures of SamplingTests out of the captures of real kernels and engines.

    python3 cut.py CAPTURES          (CAPTURES: the unpacked kernel-and-engine archive)

Writes beside itself, for each captured moment:
  NAME.tree      the files of the host that the sampler reads, one after the other:
                 a line "=== PATH LENGTH", then LENGTH bytes and a newline
  NAME.engine    the engine's answers in the same form, by request path
  NAME.expected  container, metric, value: read from the same captures by this script,
                 independently of the Swift code
"""
import json, os, re, sys

here = os.path.dirname(os.path.abspath(__file__))
captures = sys.argv[1]

V1 = {
    "cpuacct": ["cpuacct.usage"],
    "cpu": ["cpu.stat", "cpu.cfs_quota_us", "cpu.cfs_period_us"],
    "memory": ["memory.usage_in_bytes", "memory.stat", "memory.max_usage_in_bytes",
               "memory.oom_control", "memory.memsw.usage_in_bytes", "memory.limit_in_bytes",
               "cgroup.procs"],
    "blkio": ["blkio.throttle.io_service_bytes", "blkio.throttle.io_service_bytes_recursive"],
    "pids": ["pids.current"],
    "unified": ["cpu.pressure", "memory.pressure", "io.pressure", "cpu.stat"],
}
V2 = ["cpu.stat", "cpu.stat.local", "cpu.max", "memory.current", "memory.stat", "memory.peak", "memory.events",
      "memory.swap.current", "memory.swap.peak", "memory.max", "io.stat", "pids.current", "cpu.pressure",
      "memory.pressure", "io.pressure", "cgroup.events"]


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def keyed(text):
    return dict(line.split() for line in text.decode().splitlines() if len(line.split()) == 2)


def number(text):
    text = text.decode().strip() if text is not None else None
    return None if text in (None, "max") else int(text)


def pressure(values, prefix, text):
    for line in (text or b"").decode().splitlines():
        total = int(re.search(r"total=(\d+)", line).group(1))
        values[f"{prefix}_pressure_{line.split()[0]}_usec"] = total


def expect_v1(get):
    values = {"cpu_usage_usec": number(get("cpuacct", "cpuacct.usage")) // 1000}
    stat = keyed(get("cpu", "cpu.stat"))
    values["cpu_nr_periods"] = int(stat["nr_periods"])
    values["cpu_nr_throttled"] = int(stat["nr_throttled"])
    values["cpu_throttled_usec"] = int(stat["throttled_time"]) // 1000
    quota = number(get("cpu", "cpu.cfs_quota_us"))
    period = number(get("cpu", "cpu.cfs_period_us"))
    values["cpu_limit_millicores"] = 2**63 - 1 if quota < 0 else round(1000 * quota / period)
    values["memory_current_bytes"] = number(get("memory", "memory.usage_in_bytes"))
    stat = keyed(get("memory", "memory.stat"))
    for ours, theirs in [("inactive_file_bytes", "inactive_file"),
                         ("active_file_bytes", "active_file"), ("anon_bytes", "rss"),
                         ("shmem_bytes", "shmem"), ("refaults", "workingset_refault_file")]:
        values["memory_" + ours] = int(stat["total_" + theirs])
    values["memory_peak_bytes"] = number(get("memory", "memory.max_usage_in_bytes"))
    values["memory_oom_kills"] = int(keyed(get("memory", "memory.oom_control"))["oom_kill"])
    values["memory_swap_bytes"] = max(
        0, number(get("memory", "memory.memsw.usage_in_bytes")) - values["memory_current_bytes"])
    limit = number(get("memory", "memory.limit_in_bytes"))
    values["memory_limit_bytes"] = 2**63 - 1 if limit >= 2**62 else limit
    values["io_read_bytes"] = values["io_write_bytes"] = 0
    for line in get("blkio", "blkio.throttle.io_service_bytes_recursive").decode().splitlines():
        words = line.split()
        if len(words) == 3 and words[1] in ("Read", "Write"):
            values[f"io_{words[1].lower()}_bytes"] += int(words[2])
    values["pids"] = number(get("pids", "pids.current"))
    for kind in ("cpu", "memory", "io"):
        pressure(values, kind, get("unified", f"{kind}.pressure"))
    return values


def expect_v2(get):
    stat = keyed(get("cpu.stat"))
    values = {"cpu_usage_usec": int(stat["usage_usec"])}
    for ours, theirs in [("cpu_nr_periods", "nr_periods"), ("cpu_nr_throttled", "nr_throttled"),
                         ("cpu_throttled_usec", "throttled_usec")]:
        if theirs in stat:
            values[ours] = int(stat[theirs])
    quota, period = get("cpu.max").decode().split()
    values["cpu_limit_millicores"] = (
        2**63 - 1 if quota == "max" else round(1000 * int(quota) / int(period)))
    values["memory_current_bytes"] = number(get("memory.current"))
    stat = keyed(get("memory.stat"))
    for ours, theirs in [("inactive_file_bytes", "inactive_file"),
                         ("active_file_bytes", "active_file"), ("anon_bytes", "anon"),
                         ("shmem_bytes", "shmem"), ("slab_reclaimable_bytes", "slab_reclaimable"),
                         ("refaults", "workingset_refault_file")]:
        values["memory_" + ours] = int(stat[theirs])
    if get("memory.peak") is not None:
        values["memory_peak_bytes"] = number(get("memory.peak"))
    values["memory_oom_kills"] = int(keyed(get("memory.events"))["oom_kill"])
    if get("memory.swap.current") is not None:
        values["memory_swap_bytes"] = number(get("memory.swap.current"))
    if get("cpu.stat.local") is not None:
        values["cpu_throttled_local_usec"] = int(keyed(get("cpu.stat.local"))["throttled_usec"])
    if get("memory.swap.peak") is not None:
        values["memory_swap_peak_bytes"] = number(get("memory.swap.peak"))
    limit = number(get("memory.max"))
    values["memory_limit_bytes"] = 2**63 - 1 if limit is None else limit
    values["io_read_bytes"] = sum(map(int, re.findall(rb"rbytes=(\d+)", get("io.stat"))))
    values["io_write_bytes"] = sum(map(int, re.findall(rb"wbytes=(\d+)", get("io.stat"))))
    values["pids"] = number(get("pids.current"))
    for kind in ("cpu", "memory", "io"):
        pressure(values, kind, get(f"{kind}.pressure"))
    return values


def expect_engine(inspect):
    state = inspect["State"]
    states = ["created", "running", "paused", "restarting", "removing", "exited", "dead"]
    values = {"restarts": inspect["RestartCount"], "oom_killed": int(state["OOMKilled"]),
              "state": states.index(state["Status"]) + 1}
    if state["Status"] in ("exited", "dead", "restarting"):
        values["exit_code"] = state["ExitCode"]
    health = state.get("Health", {}).get("Status")
    if health is not None:
        values["health"] = ["", "starting", "healthy", "unhealthy"].index(health)
    return values


def write_archive(path, files):
    with open(path, "wb") as f:
        for name in sorted(files):
            f.write(b"=== %s %d\n" % (name.encode(), len(files[name])) + files[name] + b"\n")


def write_expected(path, rows):
    with open(path, "w") as f:
        for name in sorted(rows):
            for metric in sorted(rows[name]):
                f.write(f"{name}\t{metric}\t{rows[name][metric]}\n")


def mountinfo(mounts):
    lines = []
    for index, line in enumerate(mounts.splitlines()):
        source, point, kind, options = line.split()[:4]
        if "cgroup" in kind or point == "/sys/fs/cgroup":
            lines.append(f"{30 + index} 23 0:{28 + index} / {point} {options} - {kind} {source} {options}")
    return "\n".join(lines).encode() + b"\n"


def host_files(snap, mounts):
    stat = read(f"{snap}/proc/stat").decode().splitlines()
    memory = read(f"{snap}/proc/meminfo").decode().splitlines()
    return {
        "/proc/self/mountinfo": mountinfo(mounts),
        "/proc/stat": "\n".join(line for line in stat if line.startswith("cpu")).encode() + b"\n",
        "/proc/meminfo": (memory[0] + "\n").encode(),
        "/proc/sys/kernel/random/boot_id": b"4b6f6f74-0000-4000-8000-000000000001\n",
    }


def trim_listed(entry):
    return {key: entry[key] for key in ("Id", "Names", "Image", "ImageID", "Labels", "State", "Status")}


def trim_inspect(entry):
    return {key: entry[key] for key in ("Id", "Name", "Image", "RestartCount", "State") if key in entry}


def engine_files(snap, skip=()):
    listed = [c for c in json.load(open(f"{snap}/containers.json"))
              if c["Labels"].get("com.docker.compose.service") not in skip]
    files = {"/containers/json?all=true": json.dumps([trim_listed(c) for c in listed]).encode()}
    inspected = {}
    for container in listed:
        name = container["Names"][0].lstrip("/")
        path = f"{snap}/inspect/{name}.json"
        if not os.path.exists(path):
            continue
        inspected[name] = json.load(open(path))
        files[f"/containers/{container['Id']}/json"] = json.dumps(trim_inspect(inspected[name])).encode()
    return files, inspected


def cut_docker_v1(moment):
    base, snap = f"{captures}/cgroup-v1", f"{captures}/docker/snap-{moment}"
    kernel = f"{base}/snap-{moment}"
    files = host_files(kernel, read(f"{base}/proc-mounts").decode())
    engine, inspected = engine_files(snap, skip=("cron", "swing"))
    expected = {}
    for name, inspect in inspected.items():
        container = inspect["Id"]
        expected[name] = expect_engine(inspect)
        if inspect["State"]["Pid"] == 0:
            continue
        for controller, names in V1.items():
            for file in names:
                path = f"/sys/fs/cgroup/{controller}/docker/{container}/{file}"
                text = read(kernel + path)
                if text is not None:
                    files[path] = text
        membership = read(f"{base}/proc-PID-cgroup.shop-api-1").decode()
        membership = re.sub(r"/docker/[0-9a-f]{64}", f"/docker/{container}", membership)
        files[f"/proc/{inspect['State']['Pid']}/cgroup"] = membership.encode()
        get = lambda c, f: files.get(f"/sys/fs/cgroup/{c}/docker/{container}/{f}")
        if get("cpuacct", "cpuacct.usage") is None:
            expected[name] = {"skipped": 1}  # it ended between the two captures
            continue
        expected[name] |= expect_v1(get)
    name = f"{here}/docker-v1-snap-{moment}"
    write_archive(name + ".tree", files)
    write_archive(name + ".engine", engine)
    write_expected(name + ".expected", expected)


def cut_docker_v2(moment):
    base = f"{captures}/docker-v2"
    snap = f"{base}/snap-{moment}"
    files = host_files(snap, read(f"{base}/proc-mounts").decode())
    engine, inspected = engine_files(snap)
    expected = {}
    for name, inspect in inspected.items():
        container = inspect["Id"]
        expected[name] = expect_engine(inspect)
        if inspect["State"]["Pid"] == 0:
            continue
        for file in V2:
            path = f"/sys/fs/cgroup/docker/{container}/{file}"
            text = read(snap + path)
            if text is not None:
                files[path] = text
        # No /proc/PID/cgroup: on this host the engine's processes are not to be seen.
        expected[name] |= expect_v2(lambda f: files.get(f"/sys/fs/cgroup/docker/{container}/{f}"))
    name = f"{here}/docker-v2-snap-{moment}"
    write_archive(name + ".tree", files)
    write_archive(name + ".engine", engine)
    write_expected(name + ".expected", expected)


def cut_bare_v2(kernel, moment):
    base = f"{captures}/cgroup-v2/{kernel}"
    snap = f"{base}/snap-{moment}"
    files = host_files(snap, read(f"{base}/proc-mounts").decode())
    expected = {}
    for group in ("throttled", "oom", "cache", "nolimit"):
        root = f"/sys/fs/cgroup/rightsize.slice/{group}"
        for file in V2:
            text = read(snap + root + "/" + file)
            if text is not None:
                files[f"{root}/{file}"] = text
        expected[f"/rightsize.slice/{group}"] = expect_v2(lambda f: files.get(f"{root}/{f}"))
    name = f"{here}/bare-v2-{kernel}-snap-{moment}"
    write_archive(name + ".tree", files)
    write_expected(name + ".expected", expected)


def cut_podman():
    listed = json.load(open(f"{captures}/podman/containers.json"))
    files = {"/containers/json?all=true": json.dumps([trim_listed(c) for c in listed]).encode()}
    for container in listed:
        path = f"{captures}/podman/inspect.{container['Names'][0].lstrip('/')}.json"
        if os.path.exists(path):
            files[f"/containers/{container['Id']}/json"] = json.dumps(
                trim_inspect(json.load(open(path)))).encode()
    write_archive(f"{here}/podman.engine", files)


for moment in (1, 5):
    cut_docker_v1(moment)
for moment in (1, 3):
    cut_docker_v2(moment)
for moment in (2, 6):
    for kernel in ("linux-6.1", "linux-6.12"):
        cut_bare_v2(kernel, moment)
cut_podman()
