#!/usr/bin/env python3
"""store.py TRACES BENCHMARK RIGHTSIZE [WORK] : the store beside its peers, in one run.

TRACES holds cgroup-1s/*.csv.gz and generator/gen.py. BENCHMARK is the built StoreBenchmark, RIGHTSIZE the
program. WORK (a temporary directory) receives a virtual environment with numpy, pcodec and duckdb, and
the data. VictoriaMetrics is measured where `victoria-metrics` is installed.

Prints bytes a sample of whole files, sixteen metrics; what it takes to answer p50, p95 and p99 of 10.4
million points (30 services, 30 days at 15 s, CPU and working set) from a cold process; and what it takes
to append a tick.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import columns

SERVICES, STEP, DAYS = 30, 15, 30
USAGE, CURRENT, WORKING_SET = 0, 4, 5


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__.split("\n")[0])
    traces, benchmark, rightsize = map(os.path.realpath, sys.argv[1:4])
    if "STORE_WORK" not in os.environ:
        enter_environment(traces, benchmark, rightsize)
    work = os.environ["STORE_WORK"]
    compare_sizes(traces, benchmark, work)
    compare_queries(traces, benchmark, rightsize, work)
    measure_appends(benchmark, work)


def enter_environment(*programs):
    """Runs this script again, by an interpreter that has the peers."""
    work = os.path.realpath(sys.argv[4]) if len(sys.argv) == 5 else tempfile.mkdtemp()
    os.makedirs(work, exist_ok=True)
    python = os.path.join(work, "venv", "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", os.path.join(work, "venv")], check=True)
        packages = ["numpy", "pcodec", "duckdb", "pyarrow"]
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    os.environ["STORE_WORK"] = work
    os.execv(python, [python, os.path.realpath(__file__), *programs])


# MARK: Bytes


def compare_sizes(traces, benchmark, work):
    print(f"{'bytes a sample, sixteen metrics':<34}{'file':>8}{'1 ms':>8}{'/blobs':>8}{'pcodec':>8}{'ratio':>7}"
          f"{'VictoriaMetrics':>17}   decode, M values/s: CPU + memory, all")
    sets = {name: rest for name, *rest in columns.integer_sets(traces, work)}
    for name in (
        "recorded at 1 s", "thinned to 15 s", "generated, 15 s x 7 d", "generated, 60 s x 30 d",
    ):
        values, times, metrics = sets[name]
        blocks, length = times.shape
        # [block × container × metric][time] into [container][metric][time].
        whole = values.reshape(blocks, -1, metrics, length).transpose(1, 2, 0, 3)
        whole = whole.reshape(whole.shape[0], metrics, -1)
        store = os.path.join(work, "sizes.db")
        coarse = fill(benchmark, work, store, times.reshape(-1), whole, "1ms")[0]
        size, blobs = fill(benchmark, work, store, times.reshape(-1), whole)
        theirs = columns.peer_of(values)[0] + columns.peer_of(times)[0]
        rates = [line.split()[2] for line in output(benchmark, "decode", store).splitlines()]
        victoria = victoria_bytes(work, times.reshape(-1), whole)
        print(f"{name:<34}{size / whole.size:>8.4f}{coarse / whole.size:>8.4f}{size / blobs:>8.3f}{theirs / whole.size:>8.4f}"
              f"{size / theirs:>7.3f}"
              f"{'-' if victoria is None else f'{victoria / whole.size:.4f}':>17}"
              f"   {float(rates[0]):.0f}, {float(rates[1]):.0f}", flush=True)


def fill(benchmark, work, store, times, whole, *resolution):
    """A store of `whole`, [container][metric][time]; the bytes of its file and of its blobs.

    `resolution` is "1ms" for counters in whole milliseconds.
    """
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(store + suffix):
            os.remove(store + suffix)
    path = os.path.join(work, "fill.bin")
    stored = whole.copy()
    # The store holds what is read, current and inactive file; their difference is the working set.
    stored[:, WORKING_SET] = stored[:, CURRENT] - stored[:, WORKING_SET]
    with open(path, "wb") as file:
        times.astype("<i8").tofile(file)
        stored.astype("<i8").tofile(file)
    fields = output(benchmark, "fill", path, str(len(whole)), str(len(times)), store,
                    *resolution).split()
    os.remove(path)
    return int(fields[0]), int(fields[1])


def output(*command):
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}: {run.stdout}{run.stderr}")
    return run.stdout


# MARK: VictoriaMetrics


class Victoria:
    """A server of its own on an empty directory; None where it is not installed."""

    def __init__(self, work):
        self.directory = os.path.join(work, "victoria")
        shutil.rmtree(self.directory, ignore_errors=True)
        self.base = "http://127.0.0.1:18428"
        self.process = subprocess.Popen(
            ["victoria-metrics", "-storageDataPath", self.directory, "-retentionPeriod", "100y",
             "-httpListenAddr", "127.0.0.1:18428", "-search.maxSamplesPerQuery", "2000000000",
             "-search.maxQueryDuration", "10m", "-search.disableCache"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                self.get("/health")
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("victoria-metrics does not answer")

    def get(self, path, data=None):
        with urllib.request.urlopen(self.base + path, data, timeout=600) as answer:
            return answer.read()

    def put(self, name, number, times, values):
        line = {"metric": {"__name__": name, "service": f"s{number}"},
                "values": values.tolist(), "timestamps": times.tolist()}
        self.get("/api/v1/import", json.dumps(line).encode())

    def settle(self):
        self.get("/internal/force_flush")
        self.get("/internal/force_merge")
        time.sleep(3)

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def bytes(self):
        total = 0
        for directory, _, names in os.walk(os.path.join(self.directory, "data")):
            total += sum(os.path.getsize(os.path.join(directory, name)) for name in names)
        return total


def victoria_bytes(work, times, whole):
    if not shutil.which("victoria-metrics"):
        return None
    server = Victoria(work)
    for number, container in enumerate(whole):
        for metric, values in zip(columns.METRICS, container):
            server.put(metric, number, times, values)
    server.settle()
    server.stop()
    return server.bytes()


# MARK: Queries


def compare_queries(traces, benchmark, rightsize, work):
    import numpy as np

    path = os.path.join(work, "large.npz")
    if not os.path.exists(path):
        generator = os.path.join(traces, "generator", "gen.py")
        subprocess.run(
            [sys.executable, generator, str(SERVICES), str(STEP), str(DAYS), path], check=True,
            stdout=subprocess.DEVNULL)
    with np.load(path) as made:
        times, whole = made["ts"], made["v"]
    store = os.path.join(work, "large.db")
    size, blobs = fill(benchmark, work, store, times, whole)
    seconds = np.diff(times) / 1000
    increase = np.diff(whole[:, USAGE], axis=1)
    cores = np.where(increase < 0, np.nan, increase / 1e6 / seconds)
    memory = whole[:, WORKING_SET, 1:].astype(float)
    print(f"\np50, p95, p99 of {cores.size + memory.size:,} points, from a cold process, median of 7 "
          f"(file / blobs of our {size >> 20} MiB: {size / blobs:.4f})")
    ours = cpu_of([rightsize, "report", "--store", store, "--since", "60d", "--format", "json"])
    peers = [("rightsize report", ours), ("DuckDB on Parquet", duckdb_cpu(work, cores, memory))]
    victoria = victoria_cpu(work, times, cores, memory)
    if victoria is not None:
        peers.append(("VictoriaMetrics, warm", victoria))
    for name, spent in peers:
        print(f"{name:<34}{spent * 1000:>8.0f} ms CPU   {spent / ours:>5.1f} x ours", flush=True)


def cpu_of(command):
    """Seconds of CPU, median of 7."""
    spent = []
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return sorted(spent)[3]


DUCKDB = """
import duckdb, sys
print(duckdb.sql(f"select service, quantile_cont(cores, [0.5, 0.95, 0.99]), max(cores), avg(cores), "
    f"quantile_cont(memory, [0.5, 0.95, 0.99]), max(memory), avg(memory) "
    f"from '{sys.argv[1]}' group by service").fetchall())
"""


def duckdb_cpu(work, cores, memory):
    import duckdb
    import numpy as np
    import pyarrow

    path = os.path.join(work, "large.parquet")
    services = np.repeat(np.arange(len(cores)), cores.shape[1])
    # noqa below: DuckDB finds the table by its name.
    points = pyarrow.table({  # noqa: F841
        "service": services, "cores": pyarrow.array(cores.reshape(-1), from_pandas=True),
        "memory": memory.reshape(-1)})
    duckdb.sql("select * from points").write_parquet(path, compression="zstd")
    return cpu_of([sys.executable, "-c", DUCKDB, path])


def victoria_cpu(work, times, cores, memory):
    import numpy as np

    if not shutil.which("victoria-metrics"):
        return None
    server = Victoria(work)
    for number in range(len(cores)):
        known = ~np.isnan(cores[number])
        server.put("cores", number, times[1:][known], cores[number][known])
        server.put("memory", number, times[1:], memory[number])
    server.settle()
    query = urllib.request.quote(
        f'quantiles_over_time("phi", 0.5, 0.95, 0.99, {{__name__=~"cores|memory"}}[{DAYS + 1}d])')
    spent = []
    for _ in range(7):
        before = server.cpu_seconds()
        answer = server.get(f"/api/v1/query?query={query}&time={times[-1] // 1000}")
        spent.append(server.cpu_seconds() - before)
    if len(json.loads(answer)["data"]["result"]) != 6 * len(cores):
        sys.exit("VictoriaMetrics answered with other series")
    server.stop()
    return sorted(spent)[3]


# MARK: Appending


def measure_appends(benchmark, work):
    print(f"\n{'append, a store opened for each tick':<34}{'p50 ms':>8}{'p99 ms':>8}{'KB dirtied':>12}"
          f"   compaction after the tick, ms, worst tick before it")
    for containers, ticks in ((30, 400), (300, 400), (3000, 200)):
        store = os.path.join(work, f"append-{containers}.db")
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(store + suffix):
                os.remove(store + suffix)
        lines = [line.split() for line in output(
            benchmark, "append", str(containers), str(ticks), store).splitlines()]
        spent = sorted(float(line[0]) for line in lines)
        dirtied = sorted(int(line[3]) for line in lines)
        compacted = [line for line in lines if int(line[1]) > 0]
        print(f"{f'{containers} containers':<34}{spent[len(spent) // 2] / 1000:>8.2f}"
              f"{spent[len(spent) * 99 // 100] / 1000:>8.2f}{dirtied[len(dirtied) // 2] / 1000:>12.0f}"
              f"   {max(float(line[2]) for line in compacted) / 1000:.0f}, "
              f"{max(float(line[0]) for line in compacted) / 1000:.2f}", flush=True)


if __name__ == "__main__":
    main()
