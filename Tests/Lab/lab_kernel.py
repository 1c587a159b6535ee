"""Reads the kernel's files about the lab's containers, apart from the tool that is being tested."""

import json
import subprocess
import time


def _docker(*arguments):
    run = subprocess.run(
        ["docker", *arguments], stdout=subprocess.PIPE, text=True, check=True, timeout=10
    )
    return run.stdout


def _group_directories(pid):
    """Where the groups of a process are: {controller: directory}, "" for version 2."""
    mounts = {}  # controller -> (root, mount point)
    with open("/proc/self/mountinfo") as lines:
        for line in lines:
            left, right = line.rstrip("\n").split(" - ")
            kind, _, options = right.split(" ")[:3]
            root, point = left.split(" ")[3:5]
            if kind == "cgroup2":
                mounts[""] = (root, point)
            elif kind == "cgroup":
                for controller in options.split(","):
                    mounts[controller] = (root, point)
    directories = {}
    with open(f"/proc/{pid}/cgroup") as lines:
        for line in lines:
            _, controllers, path = line.rstrip("\n").split(":", 2)
            for controller in controllers.split(","):
                if controller in mounts:
                    root, point = mounts[controller]
                    inside = path[len(root):] if root != "/" else path
                    directories[controller] = f"{point}/{inside.strip('/')}"
    return directories


def _table(path):
    with open(path) as lines:
        return {key: int(value) for key, value in (line.split() for line in lines)}


def _number(path):
    with open(path) as file:
        return int(file.read())


def _read(pid):
    directories = _group_directories(pid)
    if "memory" in directories:
        memory, cpu = directories["memory"], directories["cpuacct"]
        usage_seconds = _number(f"{cpu}/cpuacct.usage") / 1e9
        current = _number(f"{memory}/memory.usage_in_bytes")
        inactive = _table(f"{memory}/memory.stat")["total_inactive_file"]
    else:
        group = directories[""]
        usage_seconds = _table(f"{group}/cpu.stat")["usage_usec"] / 1e6
        current = _number(f"{group}/memory.current")
        inactive = _table(f"{group}/memory.stat")["inactive_file"]
    return {
        "usage_seconds": usage_seconds,
        "working_set_bytes": max(0, current - inactive),
        "at_seconds": time.clock_gettime(time.CLOCK_BOOTTIME),
    }


def running_containers(project):
    """{service: process id} of the running containers of a Compose project."""
    identifiers = _docker(
        "ps", "-q", "--no-trunc", "--filter", f"label=com.docker.compose.project={project}"
    ).split()
    found = {}
    for container in json.loads(_docker("inspect", *identifiers)) if identifiers else []:
        if container["State"]["Running"]:
            service = container["Config"]["Labels"]["com.docker.compose.service"]
            found[service] = container["State"]["Pid"]
    return found


def snapshot(containers):
    """What the kernel says of each container now. One that has ended is left out."""
    readings = {}
    for service, pid in containers.items():
        try:
            readings[service] = _read(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return readings
