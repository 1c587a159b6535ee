#!/usr/bin/env python3
"""together.py BINARY [SECONDS] : two samplers, three reporters and a compaction at once on one store.

For SECONDS (60), two loops start `sample` again and again, three print a report each time the last one has
ended (as a table, as JSON, an export), and one compacts. Each run must end with 0 and see a sound store; no
tick that was acknowledged may be missing at the end, none may be there twice. A sampler that finds another
at work leaves with 0 and says so.
"""

import collections
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

LOOPS = {
    "sampler 1": ["sample", "--no-engine"],
    "sampler 2": ["sample", "--no-engine"],
    "reporter 1": ["report"],
    "reporter 2": ["report", "--format", "json"],
    "reporter 3": ["store", "export", "--format", "csv", "--metric", "cpu_usage_usec"],
    "compaction": ["store", "compact"],
}


def main(arguments):
    if not 1 <= len(arguments) <= 2:
        print(__doc__.split("\n", 1)[0], file=sys.stderr)
        return 64
    binary = os.path.realpath(arguments[0])
    seconds = float(arguments[1]) if len(arguments) > 1 else 60
    with tempfile.TemporaryDirectory() as directory:
        store = os.path.join(directory, "store.db")
        first = run(binary, ["sample", "--no-engine"], store)
        if first.returncode != 0:
            print(f"together skipped: nothing can be sampled here: {first.stderr.strip()}")
            return 0
        counts, failures = collections.Counter(), []
        acknowledged = dict.fromkeys(LOOPS, 0)
        end = time.monotonic() + seconds

        def loop(name, command):
            while time.monotonic() < end and not failures:
                done = run(binary, command, store)
                if done.returncode != 0:
                    failures.append(f"{name}: exit {done.returncode}: {done.stderr.strip()}")
                counts[name] += 1
                if command[0] != "sample":
                    continue
                if " read " in done.stdout:
                    acknowledged[name] += 1
                else:
                    counts["left to the other"] += 1

        threads = [threading.Thread(target=loop, args=each) for each in LOOPS.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        verified = run(binary, ["store", "verify"], store)
        info = json.loads(run(binary, ["store", "info", "--format", "json"], store).stdout)
        if verified.returncode != 0:
            failures.append(f"verify: {verified.stdout}{verified.stderr}")
        ticks = 1 + sum(acknowledged.values())
        if info["ticks"] != ticks:
            failures.append(f"{ticks} ticks were acknowledged, {info['ticks']} are there")
    for failure in failures:
        print(f"FAILED: {failure}")
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
          + f"; {ticks} ticks acknowledged, {info['ticks']} there")
    return 1 if failures else 0


def run(binary, arguments, store):
    return subprocess.run(
        [binary, *arguments, "--store", store], capture_output=True, text=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
