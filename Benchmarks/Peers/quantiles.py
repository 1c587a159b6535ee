#!/usr/bin/env python3
"""quantiles.py LIBRARY [WORK] : the statistics core beside numpy, DuckDB, polars and pyarrow, in one run.

LIBRARY is the built libStatisticsPeer.so. WORK (a temporary directory) receives a virtual environment with the
peers. Everything runs in this process on the same memory, one core unless stated, by turns; the figures are
medians of ROUNDS rounds in nanoseconds of CPU time a value. A point has at least two million values: on fewer, the
branch predictors of a CPU learn the data.

"One read" is a plain sum over the same memory by the widest vectors. "Select" is numpy's vectorised
quickselect: partition with a single rank, a call a rank, each in what the one before left above it. Every
answer of ours is compared with numpy's under ==.

The last table holds each kernel to the figures that are aimed at.
"""

import ctypes
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROUNDS = int(os.environ.get("ROUNDS", "7"))
SHARES = (0.5, 0.9, 0.95, 0.99)
KERNELS = ("baseline", "avx2", "avx512")
SERIES = ((10_000_000, 1), (1_000_000, 3), (43_200, 56), (2_880, 833), (1_000, 2_400))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.split("\n")[0])
    library = os.path.realpath(sys.argv[1])
    if os.environ.get("STATISTICS_PEERS") != "ready":
        enter_environment(library)
    ours = Ours(library)
    print_versions(ours)
    compare_lengths(ours)
    compare_distributions(ours, 1_000_000, 3)
    compare_distributions(ours, 2_880, 833)
    compare_weighted(ours)
    compare_elements(ours)
    compare_threads(ours)
    print_aims(ours)


def enter_environment(library):
    """Runs this script again, by an interpreter that has the peers, each on one core."""
    work = os.path.realpath(sys.argv[2]) if len(sys.argv) == 3 else tempfile.mkdtemp()
    os.makedirs(work, exist_ok=True)
    python = os.path.join(work, "venv", "bin", "python")
    if not os.path.exists(python):
        peers = ["numpy", "duckdb", "polars", "pyarrow"]
        subprocess.run([sys.executable, "-m", "venv", os.path.join(work, "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q"] + peers, check=True)
    os.environ.update(STATISTICS_PEERS="ready", POLARS_MAX_THREADS="1", OMP_NUM_THREADS="1")
    os.environ.pop("OPENBLAS_CORETYPE", None)
    os.execv(python, [python, os.path.realpath(__file__), library])


class Ours:
    """The core through its C library (../StatisticsPeer)."""

    def __init__(self, path):
        import numpy as np

        self.library = ctypes.CDLL(path)
        self.library.rightsize_read.restype = ctypes.c_double
        self.shares = np.array(SHARES)
        self.kernels = [k for k in range(3) if self.library.rightsize_supports(k)]
        self.widest = self.kernels[-1]

    def summaries(self, kernel, values, threads=1):
        """Minimum, maximum, mean and quantiles of each row."""
        import numpy as np

        rows, length = values.shape
        results = np.empty((rows, 3 + len(SHARES)))
        call = {"float64": "rightsize_summaries", "float32": "rightsize_summaries_float",
                "uint32": "rightsize_summaries_uint32"}[str(values.dtype)]
        self.check(getattr(self.library, call)(
            kernel, pointer(values), ctypes.c_long(length), ctypes.c_long(rows),
            pointer(self.shares), ctypes.c_long(len(SHARES)), ctypes.c_long(threads),
            pointer(results)))
        return results

    def weighted(self, kernel, values, weights):
        import numpy as np

        rows, length = values.shape
        results = np.empty((rows, len(SHARES)))
        self.check(self.library.rightsize_weighted(
            kernel, pointer(values), pointer(weights), ctypes.c_long(length), ctypes.c_long(rows),
            pointer(self.shares), ctypes.c_long(len(SHARES)), pointer(results)))
        return results

    def read(self, values, kernel=None):
        return self.library.rightsize_read(
            self.widest if kernel is None else kernel, pointer(values), ctypes.c_long(values.nbytes // 8))

    @staticmethod
    def check(code):
        if code != 0:
            sys.exit("the library could not compute that")


# By figure, then by kernel.
FIGURES = {}


def note(figure, kernel, value, text="{:.2f}"):
    """Keeps a figure for the last table; of several, the worst."""
    known = FIGURES.setdefault(figure, {}).get(kernel)
    worst = value if known is None else (min if figure.startswith("≥") else max)(known[0], value)
    FIGURES[figure][kernel] = (worst, text.format(worst))


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def by_turns(tasks, values, rounds=ROUNDS, clock=time.process_time_ns):
    """Median nanoseconds a value of each task, all of them once in each round: of CPU time, in which a shared
    machine's other work does not count."""
    times = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            start = clock()
            task()
            times[name].append((clock() - start) / values)
    return {name: statistics.median(each) for name, each in times.items()}


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def header(*cells):
    print()
    row(*cells)
    print("|" + "---|" * len(cells))


def print_versions(ours):
    import duckdb, numpy, polars, pyarrow

    print(f"numpy {numpy.__version__}, DuckDB {duckdb.__version__}, polars {polars.__version__}, "
          f"pyarrow {pyarrow.__version__}; kernels {', '.join(KERNELS[k] for k in ours.kernels)}; "
          f"{ROUNDS} rounds, load {os.getloadavg()[0]:.1f}")


def numpy_answer(values):
    import numpy as np

    return np.quantile(values, SHARES, axis=1).T


def numpy_task(values):
    import numpy as np

    def task():
        np.quantile(values, SHARES, axis=1)
        values.max(axis=1), values.mean(axis=1)
    return task


def select_task(values):
    """Both ranks of every quantile, the maximum and the mean."""
    def task():
        for one in values:
            left = one.copy()
            passed = 0
            for share in SHARES:
                rank = int((len(one) - 1) * share) - passed
                left.partition(rank)
                # The rank beside it is the least of what lies above.
                left[rank + 1:].min()
                left = left[rank + 1:]
                passed += rank + 1
            one.max(), one.mean()
    return task


def duckdb_task(values):
    import duckdb
    import numpy as np
    import pyarrow

    connection = duckdb.connect()
    connection.execute("set threads = 1")
    table = pyarrow.table({
        "series": np.repeat(np.arange(len(values), dtype=np.int32), values.shape[1]),
        "value": values.ravel()})
    connection.register("samples", table)
    shares = "[" + ", ".join(map(str, SHARES)) + "]"
    group = "group by series" if len(values) > 1 else ""

    def task():
        connection.execute(
            f"select quantile_cont(value, {shares}), max(value), avg(value) from samples {group}"
        ).fetchall()
    return task


def polars_task(values):
    import numpy as np
    import polars

    frame = polars.DataFrame({
        "series": np.repeat(np.arange(len(values), dtype=np.int32), values.shape[1]),
        "value": values.ravel()})
    column = polars.col("value")
    wanted = [column.quantile(share, "linear").alias(str(share)) for share in SHARES]
    wanted += [column.max().alias("max"), column.mean().alias("mean")]

    def task():
        if len(values) > 1:
            frame.group_by("series").agg(wanted)
        else:
            frame.select(wanted)
    return task


def pyarrow_task(values):
    import pyarrow
    import pyarrow.compute as compute

    arrays = [pyarrow.array(one) for one in values]

    def task():
        for array in arrays:
            compute.quantile(array, q=list(SHARES))
            compute.max(array), compute.mean(array)
    return task


def our_tasks(ours, values):
    return {KERNELS[k]: lambda k=k: ours.summaries(k, values) for k in ours.kernels}


def prove_equal(ours, values):
    expected = numpy_answer(values)
    for kernel in ours.kernels:
        found = ours.summaries(kernel, values)[:, 3:]
        if not (found == expected).all():
            sys.exit(f"{KERNELS[kernel]} differs from numpy")


def compare_lengths(ours):
    import numpy as np

    names = [KERNELS[k] for k in ours.kernels]
    header("n × series, lognormal", "one read", *names, "numpy", "select", "DuckDB", "polars", "pyarrow",
           "ours ÷ one read", "numpy ÷ ours", "select ÷ ours", "DuckDB ÷ ours", "polars ÷ ours",
           "select ÷ avx2")
    random = np.random.default_rng(1)
    for length, rows in SERIES:
        values = random.lognormal(size=(rows, length))
        prove_equal(ours, values)
        tasks = {"read": lambda: ours.read(values), **our_tasks(ours, values),
                 "numpy": numpy_task(values), "select": select_task(values),
                 "DuckDB": duckdb_task(values), "polars": polars_task(values),
                 "pyarrow": pyarrow_task(values)}
        reads = {k: lambda k=k: ours.read(values, k) for k in ours.kernels}
        found = by_turns({**tasks, **reads}, values.size)
        note_lengths(ours, length, found, {k: found.pop(k) for k in ours.kernels})
        best = found[KERNELS[ours.widest]]
        row(f"{length:,} × {rows:,}", *(f"{each:.2f}" for each in found.values()),
            f"{best / found['read']:.2f}", *(f"{found[peer] / best:.1f}" for peer in
                                            ("numpy", "select", "DuckDB", "polars")),
            f"{found['select'] / found['avx2']:.1f}" if "avx2" in found else "")


def note_lengths(ours, length, found, reads):
    for k in ours.kernels:
        name, time = KERNELS[k], found[KERNELS[k]]
        if length == 10_000_000:
            note("≤ 1.8: 10⁷ ÷ one read by the same vectors", name, time / reads[k])
        elif length == 1_000_000:
            note("≥ 25: 10⁶, numpy ÷ ours", name, found["numpy"] / time, "{:.1f}")
            note("≥ 6: 10⁶, select ÷ ours", name, found["select"] / time, "{:.1f}")
        elif length == 2_880:
            note("≤ 1.3 ns: 2,880", name, time)
            note("≥ 12: 2,880, numpy ÷ ours", name, found["numpy"] / time, "{:.1f}")
            note("≥ 20: 2,880, polars or DuckDB ÷ ours", name,
                 min(found["polars"], found["DuckDB"]) / time, "{:.1f}")
        elif length == 1_000:
            note("≤ 4 ns: 1,000", name, time)


def distributions(random, count):
    import numpy as np

    place = np.arange(count, dtype=np.float64)
    return {
        "uniform": random.random(count),
        "lognormal": random.lognormal(size=count),
        "page-rounded drift": np.floor(1000 + place * 0.01 + random.random(count) * 50) * 4096,
        "few distinct": np.floor(random.random(count) * 5),
        "constant": np.full(count, 0.1),
        "sorted": place * 0.5,
        "sawtooth": (place % 97) * 0.25,
        "bursty zeros": np.where(random.random(count) < 0.9, 0, random.random(count) * 100),
    }


def compare_distributions(ours, length, rows):
    import numpy as np

    names = [KERNELS[k] for k in ours.kernels]
    header(f"{length:,} × {rows:,}", *names, "numpy", "select", "numpy ÷ ours", "select ÷ ours")
    random = np.random.default_rng(2)
    for name, values in distributions(random, length * rows).items():
        values = values.reshape(rows, length)
        prove_equal(ours, values)
        tasks = {**our_tasks(ours, values), "numpy": numpy_task(values),
                 "select": select_task(values)}
        found = by_turns(tasks, values.size)
        best = found[KERNELS[ours.widest]]
        for k in ours.kernels:
            time = found[KERNELS[k]]
            if length == 1_000_000:
                note("≥ 8: 10⁶, the worst distribution, numpy ÷ ours", KERNELS[k],
                     found["numpy"] / time, "{:.1f}")
            else:
                note("≤ 1.3 ns: 2,880, the worst distribution", KERNELS[k], time)
        row(name, *(f"{each:.2f}" for each in found.values()), f"{found['numpy'] / best:.1f}",
            f"{found['select'] / best:.1f}")


def compare_weighted(ours):
    import numpy as np

    names = [KERNELS[k] for k in ours.kernels]
    header("weighted, n × series", *names, "numpy", "numpy ÷ ours")
    random = np.random.default_rng(3)
    for length, rows in ((43_200, 47), (1_000_000, 2)):
        values = random.lognormal(size=(rows, length))
        weights = random.integers(0, 61, size=(rows, length)).astype(np.float64)

        def numpy_weighted():
            return np.array([
                np.quantile(one, SHARES, method="inverted_cdf", weights=weight)
                for one, weight in zip(values, weights)])

        expected = numpy_weighted()
        for kernel in ours.kernels:
            if not (ours.weighted(kernel, values, weights) == expected).all():
                sys.exit(f"{KERNELS[kernel]} differs from numpy's weighted quantiles")
        tasks = {KERNELS[k]: lambda k=k: ours.weighted(k, values, weights) for k in ours.kernels}
        found = by_turns({**tasks, "numpy": numpy_weighted}, values.size)
        for k in ours.kernels:
            note("≤ 3 ns: weighted, the longest", KERNELS[k], found[KERNELS[k]])
            note("≥ 25: weighted, numpy ÷ ours", KERNELS[k],
                 found["numpy"] / found[KERNELS[k]], "{:.1f}")
        row(f"{length:,} × {rows:,}", *(f"{each:.2f}" for each in found.values()),
            f"{found['numpy'] / found[KERNELS[ours.widest]]:.1f}")


def compare_elements(ours):
    import numpy as np

    header("n × series", "kernel", "Double", "Float", "UInt32", "Double ÷ Float", "Double ÷ UInt32")
    random = np.random.default_rng(4)
    for length, rows in ((43_200, 56), (1_000_000, 3), (10_000_000, 1)):
        doubles = random.lognormal(size=(rows, length))
        floats = doubles.astype(np.float32)
        integers = (doubles * 1e6).astype(np.uint32)
        for values in (floats, integers):
            expected = numpy_answer(values)
            for kernel in ours.kernels:
                if not (ours.summaries(kernel, values)[:, 3:] == expected).all():
                    sys.exit(f"{KERNELS[kernel]} differs from numpy for {values.dtype}")
        for kernel in ours.kernels:
            found = by_turns({
                "Double": lambda: ours.summaries(kernel, doubles),
                "Float": lambda: ours.summaries(kernel, floats),
                "UInt32": lambda: ours.summaries(kernel, integers)}, doubles.size)
            for other in ("Float", "UInt32"):
                note("≥ 1.6: the rate of 32 bits ÷ that of Double, the worst", KERNELS[kernel],
                     found["Double"] / found[other])
            row(f"{length:,} × {rows:,}", KERNELS[kernel],
                *(f"{each:.2f}" for each in found.values()),
                f"{found['Double'] / found['Float']:.2f}",
                f"{found['Double'] / found['UInt32']:.2f}")


def compare_threads(ours):
    """Beside what two threads of this machine get at all: a machine that is shared may have no second core to give.
    SHA-256 is bound by nothing but its core."""
    import numpy as np

    header("10⁵ series of", "one thread", "two threads", "ratio", "ratio of the best round",
           "two threads of SHA-256 ÷ one")
    random = np.random.default_rng(5)
    noise = random.bytes(12_000_000)

    def hash_once():
        hashlib.sha256(noise).digest()

    def hash_twice():
        other = threading.Thread(target=hash_once)
        other.start()
        hash_once()
        other.join()

    for length in (288, 1_440):
        values = random.lognormal(size=(100_000, length))
        times = {name: [] for name in ("one", "two", "hash", "hashes")}
        for _ in range(max(ROUNDS, 9)):
            for name, task in (("one", lambda: ours.summaries(ours.widest, values, 1)),
                               ("two", lambda: ours.summaries(ours.widest, values, 2)),
                               ("hash", hash_once), ("hashes", hash_twice)):
                start = time.perf_counter_ns()
                task()
                times[name].append((time.perf_counter_ns() - start) / values.size)
        middle = {name: statistics.median(each) for name, each in times.items()}
        best = max(one / two for one, two in zip(times["one"], times["two"]))
        row(length, f"{middle['one']:.2f}", f"{middle['two']:.2f}",
            f"{middle['one'] / middle['two']:.2f}", f"{best:.2f}",
            f"{2 * middle['hash'] / middle['hashes']:.2f}")


def print_aims(ours):
    names = [KERNELS[k] for k in ours.kernels]
    header("aim", *names)
    for figure, found in FIGURES.items():
        row(figure, *(found[name][1] for name in names))


if __name__ == "__main__":
    main()
