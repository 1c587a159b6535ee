#!/usr/bin/env python3
"""disk-full.py BINARY : sample, compact, prune and import on a disk that fills up at each of their writes.

A store lies on a tmpfs with one page more room each time, from none to as much as the run needs; compact and
prune, which ask for tens of MiB before they begin, with one MiB more. A run that finds no room must say so
and exit with 2; the store must then be sound and readable where it is, hold what it held or that and the
whole of what was added, and go on once there is room. Needs root; says so and exits with 0 elsewhere.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

PAGE = 4096
KINDS = {
    # Into a store that is not there yet.
    "first": ["sample", "--no-engine"],
    "sample": ["sample", "--no-engine"],
    "compact": ["store", "compact", "--all"],
    "prune": ["store", "prune", "--keep", "raw=60d,rollup=3y"],
    "import": ["store", "import", "IMPORT"],
}
STEPS = {"compact": 256, "prune": 256}


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.split("\n", 1)[0], file=sys.stderr)
        return 64
    if os.geteuid() != 0:
        print("disk-full skipped: mounting a small disk needs root")
        return 0
    with tempfile.TemporaryDirectory() as directory:
        lab = Lab(os.path.realpath(arguments[0]), directory)
        reason = lab.prepare()
        if reason:
            print(f"disk-full skipped: {reason}")
            return 0
        try:
            for kind in KINDS:
                print(lab.fill_up(kind), flush=True)
        except Failure as failure:
            print(f"FAILED: {failure}")
            return 1
        finally:
            lab.unmount()
    return 0


class Failure(Exception):
    pass


class Lab:
    def __init__(self, binary, directory):
        self.binary, self.directory = binary, directory
        self.base = os.path.join(directory, "base")
        self.disk = os.path.join(directory, "disk")
        self.csv = os.path.join(directory, "import.csv")
        self.is_mounted = False
        os.mkdir(self.base)
        os.mkdir(self.disk)

    def prepare(self):
        """A store with old and new columns and rows. Why not, where it cannot be made."""
        store = os.path.join(self.base, "store.db")
        # More than a day of the newest: that much is never pruned.
        for service, days in (("old", 100), ("recent", 3)):
            self.write_csv(service, int(time.time()) - days * 86_400, 1500)
            run = self.run(KINDS["import"], store)
            if run.returncode != 0:
                return run.stderr.strip()
        run = self.run(["sample", "--no-engine", "--every", "0.02s", "--for", "2s"], store)
        if run.returncode != 0:
            return run.stderr.strip()
        mounted = self.mount(1 << 20)
        if mounted:
            return mounted
        self.unmount()
        # Enough to write for a while.
        self.write_csv("new", int(time.time()) - 90 * 86_400, 1500, 40)
        return None

    def write_csv(self, service, start, rows, instances=1):
        with open(self.csv, "w") as file:
            file.write("timestamp,project,service,instance,metric,value\n")
            for row in range(rows):
                for instance in range(instances):
                    value = row * 1_000_003 % 77_777_777 + instance
                    file.write(f"{start + row * 60},shop,{service},{instance},"
                               f"memory_current_bytes,{value}\n")

    def run(self, arguments, store):
        arguments = [self.csv if each == "IMPORT" else each for each in arguments]
        return subprocess.run(
            [self.binary, *arguments, "--store", store], capture_output=True, text=True)

    def mount(self, size):
        run = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "rightsize-disk", self.disk],
            capture_output=True, text=True)
        self.is_mounted = run.returncode == 0
        return run.stderr.strip()

    def unmount(self):
        if self.is_mounted:
            subprocess.run(["umount", self.disk], check=True)
            self.is_mounted = False

    def fill_up(self, kind):
        store = os.path.join(self.disk, "store.db")
        names = [] if kind == "first" else [
            name for name in os.listdir(self.base) if name.startswith("store.db")]
        used = sum(-(-os.path.getsize(os.path.join(self.base, name)) // PAGE) for name in names)
        before = self.ticks(os.path.join(self.base, "store.db")) if names else 0
        refused, held, room, messages = 0, 0, 0, set()
        while held < 3:
            # A tmpfs of no size has no limit, and its root directory takes a page.
            reason = self.mount((used + room + 1) * PAGE)
            if reason:
                raise Failure(reason)
            for name in names:
                shutil.copy(os.path.join(self.base, name), os.path.join(self.disk, name))
            run = self.run(KINDS[kind], store)
            place = f"{kind} with {room} pages of room"
            if run.returncode == 0:
                held += 1
            elif run.returncode == 2 and self.tells(run.stderr):
                refused += 1
                held = 0
                messages.add(run.stderr.strip().replace(self.disk, ""))
            else:
                raise Failure(f"{place}: exit {run.returncode}: {run.stdout}{run.stderr}")
            self.check(place, store, kind, before, run.returncode == 0)
            subprocess.run(
                ["mount", "-o", f"remount,size={64 << 20}", self.disk], check=True)
            again = self.run(KINDS[kind], store)
            # A second import of the same file is refused.
            if again.returncode != 0 and not (kind == "import" and run.returncode == 0):
                raise Failure(f"{place}, after room was made: {again.stderr}")
            self.check(place + ", after room was made", store, kind, before, True)
            self.unmount()
            room += STEPS.get(kind, 1)
            if room > 20_000:
                raise Failure(f"{kind} never succeeds: {messages.pop()}")
        return f"{kind}: refused {refused} times, done from {room - 3 * STEPS.get(kind, 1)} pages of room on; " \
            "sound each time"

    @staticmethod
    def tells(message):
        return "full" in message or "room" in message or "space" in message

    def ticks(self, store):
        run = self.run(["store", "info", "--format", "json"], store)
        if run.returncode != 0:
            raise Failure(f"not readable: {run.stderr}")
        return json.loads(run.stdout)["ticks"]

    def check(self, place, store, kind, before, is_done):
        if not is_done and kind == "first":
            # Not even the tables may have found room.
            if self.run(["store", "info"], store).returncode != 0:
                return
        verified = self.run(["store", "verify"], store)
        if verified.returncode != 0:
            raise Failure(f"{place}: verify: {verified.stdout}{verified.stderr}")
        after = self.ticks(store)
        added = {"first": 1, "sample": 1, "compact": 0, "prune": -1500, "import": 1500}[kind]
        allowed = [before + added, before + 2 * added] if is_done else [before, before + added]
        if kind == "prune":
            # Whole spans at a time.
            holds = after == before + added if is_done else before + added <= after <= before
        elif kind == "import":
            holds = after in ([before + added] if is_done else [before, before + added])
        else:
            holds = after in allowed
        if not holds:
            raise Failure(f"{place}: {before} ticks, then {after}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
