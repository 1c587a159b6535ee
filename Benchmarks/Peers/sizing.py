#!/usr/bin/env python3
"""sizing.py TRACES BINARY : the sizing rule beside those of other tools, on histories of real and made-up services.

TRACES is a folder with `backtest/`: histories at five minutes (source.npz) and a scorer that knows what came
after. One run shows
  1. the advice of `rightsize recommend` for the first days, scored on the days after, beside the other rules;
  2. `rightsize backtest --baselines` over the whole history, whose rows must equal the scorer's (± .003);
  3. the time `recommend` takes.
Needs numpy. Exits with 1 where our row is worse than the reference rule's, or a baseline's row differs.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import warnings

import numpy as np

warnings.simplefilter("ignore", RuntimeWarning)

if len(sys.argv) != 3:
    sys.exit("usage: sizing.py TRACES BINARY")
traces, binary = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(traces, "backtest"))
try:
    import algos
    import common
    import make_history
    import score
except ImportError as error:
    print(f"skipped: {traces} has no backtest/ ({error})")
    sys.exit(0)

DAY = common.DAY
QUANTITIES = ["viol", "slack", "t_viol", "regret"]


def run(*arguments):
    done = subprocess.run(
        [binary, *arguments], capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    if done.returncode != 0:
        sys.exit(f"rightsize {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def rows_of(instance, length, cpu, memory, phi, oom, restarts):
    """The history of one instance as rows of the long form, counters counting."""
    stamps = common.T0 + 300 * (np.arange(length) + 1)
    prefix = f",{instance['project']},{instance['service']},{instance['instance']},"
    known = np.isfinite(cpu)
    places = np.arange(length)
    filled = np.interp(places, places[known], cpu[known])

    def counter(increments):
        sums = np.cumsum(increments)
        starts = np.flatnonzero(restarts)
        base = np.zeros(length, np.int64)
        if len(starts):
            last = np.searchsorted(starts, places, side="right") - 1
            base = np.where(
                last >= 0, np.where(starts[last] > 0, sums[np.maximum(starts[last] - 1, 0)], 0), 0
            )
        return sums - base

    def write(metric, values, selected):
        for stamp, value in zip(stamps[selected].tolist(), values[selected].tolist()):
            yield f"{stamp}{prefix}{metric},{value}\n"

    seen = np.flatnonzero(known)
    yield f"{common.T0}{prefix}cpu_usage_usec,0\n"
    yield from write("cpu_usage_usec", counter(np.rint(filled * 300e6).astype(np.int64)), seen)
    if memory is not None:
        whole = np.rint(np.nan_to_num(memory)).astype(np.int64)
        yield from write("memory_working_set_bytes", whole, np.flatnonzero(np.isfinite(memory)))
    if phi is not None:
        throttled = np.rint(phi * 3000).astype(np.int64)
        for name, values in (("cpu_nr_periods", np.full(length, 3000)), ("cpu_nr_throttled", throttled)):
            yield f"{common.T0}{prefix}{name},0\n"
            yield from write(name, counter(values), seen)
        hourly = np.arange(0, length, 12)
        kills = np.cumsum(oom).astype(np.int64)
        yield from write("memory_oom_kills", kills, np.union1d(hourly, np.flatnonzero(oom)))
        limit = int(round(instance["cpu_lim"] * 1000))
        yield from write("cpu_limit_millicores", np.full(length, limit), hourly)
        yield from write("memory_limit_bytes", np.full(length, int(instance["mem_lim"])), hourly)


def whole_histories(folder):
    """A store for each split of days: (train days, held days) to its path."""
    files = {}
    for instance in common.load():
        days = (instance["tr"], instance["te"])
        length = sum(days) * DAY
        cut = days[0] * DAY
        ended = lambda values: np.concatenate([values[:cut], np.zeros(length - cut, values.dtype)])
        phi = None if instance["phi"] is None else ended(instance["phi"])
        text = rows_of(
            instance, length, instance["cpu"][:length],
            None if instance["mem"] is None else instance["mem"][:length], phi,
            ended(instance["oom"]), ended(instance["restarts"]),
        )
        if days not in files:
            files[days] = open(os.path.join(folder, f"{days[0]}-{days[1]}.csv"), "w")
            files[days].write("timestamp,project,service,instance,metric,value\n")
        files[days].writelines(text)
    stores = {}
    for days, file in files.items():
        file.close()
        stores[days] = file.name + ".db"
        run("store", "import", "--store", stores[days], file.name)
    return stores


def scorers_rows(prepared):
    """The scorer's figures of each baseline: rule to quantity to mean over services."""
    rows = {}
    for name, rule in {**algos.BASE, "reference": algos.reference}.items():
        recommendations = {}
        for key, (instances, _) in prepared.items():
            cpu, memory = algos.service(rule, [x[0] for x in instances])
            recommendations[key] = (cpu, memory, algos.tier_of(cpu, memory))
        scored = score.evaluate(prepared, recommendations)
        rows[name] = {q: float(np.nanmean([scored[k][q] for k in prepared])) for q in QUANTITIES}
    return rows


def main():
    failed = []
    prepared = score.prepare()
    expected = scorers_rows(prepared)
    with tempfile.TemporaryDirectory() as folder:
        make_history.main(folder)
        store = os.path.join(folder, "train.db")
        run("store", "import", "--store", store, os.path.join(folder, "train.csv"))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        advice = run("recommend", "--store", store, "--format", "json")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        path = os.path.join(folder, "rightsize.json")
        with open(path, "w") as file:
            file.write(advice)
        subprocess.run(
            [sys.executable, os.path.join(traces, "backtest", "score.py"), path, "--boot", "500"], check=True
        )
        ours = {}
        recommendations = {}
        for item in json.loads(advice):
            tier = [t[0] for t in algos.TIERS].index(item["tier"]) if item.get("tier") in ("small", "medium", "large") else None
            cpu, memory = item["cpu_limit_cores"], item.get("memory_limit_bytes")
            if tier is None:
                tier = 3 if item.get("tier") == "none" else algos.tier_of(cpu, memory)
            recommendations[(item["project"], item["service"])] = (cpu, memory, tier)
        scored = score.evaluate(prepared, recommendations)
        print("\nrightsize beside the reference rule")
        for quantity in QUANTITIES:
            ours[quantity] = float(np.nanmean([scored[k][quantity] for k in prepared]))
            reference = expected["reference"][quantity]
            verdict = "better" if ours[quantity] < reference - 1e-9 else "the same"
            if ours[quantity] > reference + 1e-9:
                verdict = "WORSE"
                failed.append(f"{quantity} is worse than the reference rule's")
            print(f"  {quantity:<8} {ours[quantity]:.4f}  {reference:.4f}  {verdict}")
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"recommend, {len(recommendations)} services of 14 days at five minutes: {used * 1000:.0f} ms of CPU")

        print("\nthe baselines of `rightsize backtest` beside the scorer's")
        services = {}
        for (train, hold), store in whole_histories(folder).items():
            document = json.loads(
                run("backtest", "--store", store, "--train", f"{train}d", "--hold", f"{hold}d",
                    "--baselines", "--format", "json")
            )
            for item in document["services"]:
                services[(item["project"], item["service"])] = item["scores"]
        missing = [key for key in prepared if key not in services]
        if missing:
            failed.append(f"backtest judged {len(services)} of {len(prepared)} services, without {missing[:3]}")
        names = {"viol": "violation_days", "slack": "slack", "t_viol": "tier_violation_days", "regret": "tier_regret"}
        for rule in algos.BASE:
            line = f"  {rule:<20}"
            for quantity in QUANTITIES:
                mine = float(np.mean([s[rule][names[quantity]] for s in services.values()]))
                difference = mine - expected[rule][quantity]
                line += f"  {quantity} {mine:.4f} ({difference:+.4f})"
                if abs(difference) > 0.003:
                    failed.append(f"{rule}: {quantity} differs by {difference:+.4f}")
            print(line)
    for text in failed:
        print("MISSED:", text)
    sys.exit(1 if failed else 0)


main()
