#!/usr/bin/env python3
"""columns.py TRACES BENCHMARK [WORK] : the column codec beside pcodec, in one run.

TRACES holds cgroup-1s/*.csv.gz, nab/*.csv.gz and generator/gen.py. BENCHMARK is the built ColumnsBenchmark. WORK
(a temporary directory) receives a virtual environment with pcodec and numpy, and the prepared columns.

Prints bytes a value, the ratio, and millions of values decoded in a second of one core, both sides from
memory to memory, column by column: the best of several passes. A set is cut into blocks of a day; with it
count the time column, one for all containers of a block, and for ours DIRECTORY bytes a column. pcodec's
columns bring their own headers.
"""

import glob
import gzip
import os
import subprocess
import sys
import tempfile
import time
import zlib

METRICS = (
    "usage_usec,system_usec,nr_throttled,throttled_usec,mem_current,working_set,anon,mem_peak,oom_kill,"
    "cpu_some,mem_some,io_rbytes,io_wbytes,pids,cpu_quota,mem_limit").split(",")
# Which counters hold microseconds of CPU time, and which column is predicted from which.
CPU_TIMES = [0, 1, 3, 9, 10]
REFERENCES = "1:0,4:5,5:6,7:4,9:3"
# A metric's number, the column's length and its count of rows, as varints.
DIRECTORY = 4


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__.split("\n")[0])
    traces, benchmark = map(os.path.realpath, sys.argv[1:3])
    if "COLUMNS_WORK" not in os.environ:
        enter_environment(traces, benchmark)
    work = os.environ["COLUMNS_WORK"]
    for name, values, times, columns in integer_sets(traces, work):
        compare_integers(benchmark, work, name, values, times, columns)
    compare_floats(benchmark, work, traces)


def enter_environment(traces, benchmark):
    """Runs this script again, by an interpreter that has pcodec and numpy."""
    work = os.path.realpath(sys.argv[3]) if len(sys.argv) == 4 else tempfile.mkdtemp()
    os.makedirs(work, exist_ok=True)
    python = os.path.join(work, "venv", "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", os.path.join(work, "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "pcodec", "numpy"], check=True)
    os.environ["COLUMNS_WORK"] = work
    os.execv(python, [python, os.path.realpath(__file__), traces, benchmark])


def integer_sets(traces, work):
    """Name, values [column][time] in blocks of a day (16 columns a container), times [block][time]."""
    import numpy as np

    groups = []
    for path in sorted(glob.glob(os.path.join(traces, "cgroup-1s", "*.csv.gz"))):
        with gzip.open(path, "rt") as file:
            header = file.readline().strip().split(",")
            table = np.array([line.split(",") for line in file.read().split()], dtype=np.int64).T
        groups.append(table[[header.index(metric) for metric in METRICS]])
        times = table[0] // 1000
    recorded = np.stack(groups)
    sets = [
        ("recorded at 1 s", recorded, times, len(times)),
        ("thinned to 15 s", recorded[:, :, ::15], times[::15], len(times[::15])),
    ]
    for step, days in ((15, 7), (60, 30)):
        path = os.path.join(work, f"generated-{step}.npz")
        if not os.path.exists(path):
            generator = os.path.join(traces, "generator", "gen.py")
            arguments = [sys.executable, generator, "10", str(step), str(days), path]
            subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        with np.load(path) as made:
            sets.append((f"generated, {step} s x {days} d", made["v"], made["ts"], 86400 // step))
    whole = [(name + ", one block", values, times, len(times)) for name, values, times, _ in sets[2:]]
    floored = []
    for name, values, times, block in sets:
        coarse = values.copy()
        coarse[:, CPU_TIMES] //= 1000
        floored.append((name + ", CPU in ms", coarse, times, block))
    for name, values, times, block in sets + floored + whole:
        blocks = [values[:, :, start:start + block] for start in range(0, values.shape[2], block)]
        columns = np.concatenate([part.reshape(-1, block) for part in blocks])
        yield name, columns, times.reshape(-1, block), len(METRICS)


def compare_integers(benchmark, work, name, values, times, group):
    options = [f"group={group}"]
    predicted = options + ["references=" + REFERENCES]
    ours = ours_of(benchmark, work, values, "int64", *predicted, "choosing=smallest")
    clock = ours_of(benchmark, work, times, "int64", "choosing=smallest")
    alone = ours_of(benchmark, work, values, "int64", *options, "choosing=smallest")
    encoded = os.path.join(work, "encoded.bin")
    packed = ours_of(benchmark, work, values, "int64", *predicted, "choosing=fast", "output=" + encoded)
    with open(encoded, "rb") as file:
        deflated = len(zlib.compress(file.read(), 6))
    theirs, theirs_clock = peer_of(values), peer_of(times)
    extra = clock[0] + DIRECTORY * (len(values) + len(times))
    total, peer = (ours[0] + extra) / values.size, (theirs[0] + theirs_clock[0]) / values.size
    print(f"{name}: {values.shape[0]} columns of {values.shape[1]}")
    print(f"    ours {total:.4f} ({verdict(total, peer)}), unpredicted {(alone[0] + extra) / values.size:.4f}, "
          f"packed only {(packed[0] + extra) / values.size:.4f}, "
          f"then zlib {(deflated + extra) / values.size:.4f}; pcodec {peer:.4f}")
    print(f"    decode, M values/s: ours {ours[2]:.0f}, packed only {packed[2]:.0f}; pcodec {theirs[1]:.0f}; "
          f"encode: ours {ours[1]:.1f}")
    # The columns that are most of the work: CPU usage and working set, unpredicted.
    chosen = values.reshape(-1, group, values.shape[1])[:, [0, 5]].reshape(-1, values.shape[1])
    binned = ours_of(benchmark, work, chosen, "int64", "choosing=smallest")
    packed = ours_of(benchmark, work, chosen, "int64", "choosing=fast")
    print(f"    CPU and working set alone: binned {binned[2]:.0f}, packed {packed[2]:.0f}; "
          f"pcodec {peer_of(chosen)[1]:.0f}", flush=True)


def compare_floats(benchmark, work, traces):
    import numpy as np

    sums = [0, 0, 0]
    for path in sorted(glob.glob(os.path.join(traces, "nab", "*.csv.gz"))):
        with gzip.open(path, "rt") as file:
            next(file)
            values = np.array([[float(line.split(",")[1]) for line in file]])
        ours = ours_of(benchmark, work, values, "double", "choosing=smallest")
        theirs = peer_of(values)
        report_floats(os.path.basename(path)[:-7], ours, theirs, values.size)
        sums = [sums[0] + ours[0], sums[1] + theirs[0], sums[2] + values.size]
    print(f"NAB together: ours {sums[0] / sums[2]:.4f}; pcodec {sums[1] / sums[2]:.4f}")
    random = np.random.default_rng(1)
    for name, values in (
        ("any bit patterns", random.integers(0, 2**64, 50000, dtype=np.uint64).view(np.float64)),
        ("normal deviates", random.normal(0, 1, 50000)),
        ("a random walk", np.cumsum(random.normal(0, 1, 50000))),
        ("32-bit floats", random.normal(0, 1, 50000).astype(np.float32).astype(np.float64)),
        ("cents", np.round(np.exp(random.normal(5, 2, 50000)), 2)),
    ):
        values = values.reshape(1, -1)
        ours = ours_of(benchmark, work, values, "double", "choosing=smallest")
        report_floats(name, ours, peer_of(values), values.size)


def report_floats(name, ours, theirs, count):
    total, peer = ours[0] / count, theirs[0] / count
    print(f"{name}: ours {total:.4f} ({verdict(total, peer)}); pcodec {peer:.4f}; "
          f"decode, M values/s: ours {ours[2]:.0f}; pcodec {theirs[1]:.0f}", flush=True)


def verdict(ours, peer):
    return f"{ours / peer:.3f} of pcodec" + ("" if ours <= peer else ", ABOVE")


def ours_of(benchmark, work, values, kind, *options):
    """Bytes, millions of values encoded and decoded in a second."""
    path = os.path.join(work, "columns.bin")
    values.astype("<f8" if kind == "double" else "<i8").tofile(path)
    arguments = [benchmark, kind, path, str(values.shape[1]), *options]
    result = subprocess.run(arguments, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: {result.stdout}{result.stderr}")
    fields = result.stdout.split()
    return int(fields[0]), float(fields[2]), float(fields[3])


def peer_of(values):
    """Bytes, and millions of values decoded in a second."""
    import numpy as np
    from pcodec import ChunkConfig, standalone

    parts = [standalone.simple_compress(np.ascontiguousarray(column), ChunkConfig()) for column in values]
    for part, column in zip(parts, values):
        if standalone.simple_decompress(part).tobytes() != column.tobytes():
            sys.exit("pcodec's column came back different")
    target = np.empty(values.shape[1], dtype=values.dtype)
    # As ColumnsBenchmark measures.
    repeats, best, spent = 1, float("inf"), 0.0
    while spent < 1:
        start = time.monotonic()
        for _ in range(repeats):
            for part in parts:
                standalone.simple_decompress_into(part, target)
        passed = time.monotonic() - start
        spent += passed
        if passed < 0.01:
            repeats *= 2
        else:
            best = min(best, passed / repeats)
    return sum(map(len, parts)), values.size / best / 1e6


if __name__ == "__main__":
    main()
