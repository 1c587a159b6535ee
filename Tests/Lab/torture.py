#!/usr/bin/env python3
"""torture.py BINARY [KILLS] [SEED] : kill -9 at random moments of sample, compact, prune and import.

One store lives through KILLS (1,000) kills, at seeded random moments, of a sampling loop, single samples,
`store compact --all`, `store prune` and `store import`. After each, `store verify` must find it sound, and
it must hold every tick that was acknowledged (its line was printed) and none twice: as many as before, and
those that were printed, and at most the one that was under way. An import is there as a whole or not at
all; a prune deletes whole spans and no tick of the sampler.

A kill leaves the page cache alone: what a power cut costs is not tested here. Exits with 1 and the seed
when something does not hold.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time

IMPORTED = 700


def main(arguments):
    if not 1 <= len(arguments) <= 3:
        print(__doc__.split("\n", 1)[0], file=sys.stderr)
        return 64
    binary = os.path.realpath(arguments[0])
    kills = int(arguments[1]) if len(arguments) > 1 else 1000
    seed = int(arguments[2]) if len(arguments) > 2 else 1
    with tempfile.TemporaryDirectory() as directory:
        torture = Torture(binary, directory, random.Random(seed))
        reason = torture.begin()
        if reason:
            print(f"torture skipped: nothing can be sampled here: {reason}")
            return 0
        try:
            for number in range(kills):
                torture.kill_once(number)
            torture.end()
        except Failure as failure:
            print(f"FAILED at kill {torture.kills} of seed {seed}: {failure}")
            return 1
    print(f"{torture.kills} kills: " + ", ".join(
        f"{name} {count}" for name, count in sorted(torture.counts.items())))
    print(f"{torture.ticks} ticks, none lost, none doubled; sound after each kill")
    return 0


class Failure(Exception):
    pass


class Torture:
    def __init__(self, binary, directory, chance):
        self.binary, self.directory, self.chance = binary, directory, chance
        self.store = os.path.join(directory, "store.db")
        self.kills = 0
        self.imports = 0
        self.ticks = 0
        self.counts = {}
        # How long an undisturbed run takes, by kind; the kills fall anywhere in that.
        self.spans = {"sample": 0.05, "loop": 0.5, "compact": 0.05, "prune": 0.05, "import": 0.1}

    def run(self, *arguments):
        return subprocess.run(
            [self.binary, *arguments, "--store", self.store], capture_output=True, text=True)

    def begin(self):
        """Takes the first sample, and measures how long each kind of run takes. Why not, where it cannot."""
        run = self.run("sample", "--no-engine")
        if run.returncode != 0:
            return run.stderr.strip()
        self.ticks = 1
        for kind in self.spans:
            if kind != "loop":
                start = time.monotonic()
                self.finish(kind, self.start(kind).communicate()[0], True)
                self.spans[kind] = time.monotonic() - start
        return None

    def start(self, kind):
        arguments = {
            "sample": ["sample", "--no-engine"],
            "loop": ["sample", "--no-engine", "--every", "0.02s"],
            "compact": ["store", "compact", "--all"],
            "prune": ["store", "prune", "--keep", "raw=60d,rollup=3y"],
            "import": ["store", "import", self.csv() if kind == "import" else ""],
        }[kind]
        return subprocess.Popen(
            [self.binary, *arguments, "--store", self.store], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)

    def csv(self):
        """Ticks of a year ago, which the next prune takes, different in each file."""
        self.imports += 1
        path = os.path.join(self.directory, "import.csv")
        start = int(time.time()) - 365 * 86_400 + self.imports * 86_400
        with open(path, "w") as file:
            file.write("timestamp,project,service,instance,metric,value\n")
            for row in range(IMPORTED):
                for metric in ("cpu_usage_usec", "memory_current_bytes"):
                    value = row * 1_000_000 + self.imports
                    file.write(f"{start + row * 60},old,s{self.imports},1,{metric},{value}\n")
        return path

    def kill_once(self, number):
        kind = self.chance.choice(["sample", "sample", "loop", "compact", "prune", "import"])
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.kills += 1
        process = self.start(kind)
        time.sleep(self.chance.random() * self.spans[kind])
        process.kill()
        output = process.communicate()[0]
        self.finish(kind, output, process.returncode == 0)

    def finish(self, kind, output, isWhole):
        """Compares the store with what may be in it."""
        verified = self.run("store", "verify")
        if verified.returncode != 0:
            raise Failure(f"{kind}: {verified.stdout}{verified.stderr}")
        run = self.run("store", "info", "--format", "json")
        if run.returncode != 0:
            raise Failure(f"{kind}: {run.stderr}")
        info = json.loads(run.stdout)
        found = info["ticks"]
        printed = sum(" read " in line for line in output.splitlines())
        before = self.ticks
        if kind in ("sample", "loop"):
            # What a sample's own compaction deletes as too old is whole imports.
            allowed = [before + printed, before + printed + (0 if isWhole else 1)]
            holds = any((allowed_ticks - found) % IMPORTED == 0 and found <= allowed_ticks
                        for allowed_ticks in allowed)
        elif kind == "compact":
            holds = (before - found) % IMPORTED == 0 and found <= before
        elif kind == "prune":
            holds = found <= before and (before - found) % IMPORTED == 0
        else:
            holds = found in ([before + IMPORTED] if isWhole else [before, before + IMPORTED])
        if not holds:
            raise Failure(f"{kind}: {before} ticks and {printed} printed, then {found}")
        self.ticks = found

    def end(self):
        run = self.run("store", "export", "--format", "csv", "--metric", "cpu_usage_usec")
        if run.returncode != 0:
            raise Failure(f"export: {run.stderr}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
