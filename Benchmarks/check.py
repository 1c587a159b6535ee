#!/usr/bin/env python3
"""check.py [--short] [BASE] : has this tree become slower than the revision BASE?

BASE (the one in Benchmarks/base, else the commit before this one) is checked out and built beside this tree, and both
do the workloads of Benchmarks/Workloads by turns:

- under callgrind, with the portable kernels: instructions a run, the same each time. More than
  INSTRUCTIONS_TOLERANCE above the base's is a regression.
- under ordo-one/benchmark, with the kernels of this CPU: the median time. More than TIME_TOLERANCE above the base's,
  in the median of the ratios of ROUNDS rounds and in most of them, is a regression, if the fastest run of all rounds
  is slower by as much: what else a machine does makes medians larger, but never the fastest run smaller. Where the
  base's own median is more than NOISE_LIMIT times its fastest run, nothing is said of a regression. --short leaves
  times out.

Prints what regressed and by how much, and exits with 1; with 2 where something could not be built or measured.
A workload that the base does not have is named and passed over.
"""

import os
import re
import statistics
import subprocess
import sys

INSTRUCTIONS_TOLERANCE = 0.02
TIME_TOLERANCE = 0.10
NOISE_LIMIT = 1.5
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SWIFT = os.environ.get("SWIFT", "swift")
ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))


def main():
    arguments = [each for each in sys.argv[1:] if each != "--short"]
    short = "--short" in sys.argv[1:]
    if len(arguments) > 1:
        sys.exit(__doc__.split("\n")[0])
    base = revision(arguments[0] if arguments else None)
    # The checkout of the base stays, so that a second check builds little.
    other = os.path.join(ROOT, ".build-check-base", "tree")
    check_out(base, other)
    print(f"base {base[:12]}, tolerance {INSTRUCTIONS_TOLERANCE:.0%} of instructions"
          + ("" if short else f", {TIME_TOLERANCE:.0%} of time"), flush=True)
    old, new = Tree(other, short), Tree(ROOT, short)
    for tree in (old, new):
        tree.build("InstructionCounts")
    regressions = compare_instructions(old, new)
    if not short:
        for tree in (old, new):
            tree.build("Regression")
        regressions += compare_times(old, new)
    for line in regressions:
        print("REGRESSION:", line)
    if regressions:
        sys.exit(1)
    print("no regression")


def revision(wanted):
    """The full name of the revision to compare with."""
    if wanted is None:
        with open(os.path.join(ROOT, "Benchmarks", "base")) as file:
            wanted = file.read().split()[0]
        if git("cat-file", "-t", wanted, check=False) != "commit":
            print(f"{wanted} of Benchmarks/base is not in this clone: comparing with the commit before")
            wanted = "HEAD^"
    return git("rev-parse", "--verify", wanted + "^{commit}")


def git(*arguments, check=True):
    run = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True)
    if check and run.returncode != 0:
        fail(f"git {' '.join(arguments)}: {run.stderr.strip()}")
    return run.stdout.strip()


def check_out(base, path):
    """Makes `path` a copy of the revision, without a trace in the repository's list of work trees."""
    os.makedirs(path, exist_ok=True)
    archive = subprocess.Popen(["git", "-C", ROOT, "archive", base], stdout=subprocess.PIPE)
    # Files keep the time of their commit, so what did not change is not built again.
    unpacked = subprocess.run(["tar", "-x", "-C", path], stdin=archive.stdout)
    if archive.wait() != 0 or unpacked.returncode != 0:
        fail(f"the revision {base} could not be checked out")
    wanted = set(git("ls-tree", "-r", "--name-only", "-z", base).split("\0"))
    for folder in ("Sources", "Benchmarks"):
        for parent, _, names in os.walk(os.path.join(path, folder)):
            for name in names:
                file = os.path.join(parent, name)
                if os.path.relpath(file, path) not in wanted:
                    os.remove(file)


def fail(message):
    print(message, file=sys.stderr)
    sys.exit(2)


class Tree:
    """A revision's files and what is built of them."""

    def __init__(self, path, short):
        self.path = path
        # Without the package that measures times, which takes long to fetch and to build. Older revisions know
        # of nothing less than everything.
        with open(os.path.join(path, "Package.swift")) as file:
            self.benchmarks = "counts" if short and '"counts"' in file.read() else "1"
        self.scratch = os.path.join(path, ".build-check")
        self.has = {name: os.path.isdir(os.path.join(path, "Benchmarks", name))
                    for name in ("InstructionCounts", "Regression")}

    def build(self, product):
        if not self.has[product]:
            return
        run = subprocess.run(
            [SWIFT, "build", "-c", "release", "--package-path", self.path, "--scratch-path", self.scratch,
             "--product", product], env=self.environment(), capture_output=True, text=True)
        if run.returncode != 0:
            fail(f"{product} of {self.path} does not build:\n{run.stdout[-3000:]}{run.stderr[-3000:]}")

    def workloads(self):
        if not self.has["InstructionCounts"]:
            return []
        return self.run("InstructionCounts").splitlines()

    def run(self, product, *arguments):
        run = subprocess.run(
            [os.path.join(self.scratch, "release", product), *arguments], capture_output=True, text=True)
        if run.returncode != 0:
            fail(f"{product} {' '.join(arguments)}: {run.stderr.strip()}")
        return run.stdout

    def instructions(self, workload):
        """Instructions of one run: what a second costs beyond the first."""
        return self.count(workload, 2) - self.count(workload, 1)

    def count(self, workload, times):
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
             os.path.join(self.scratch, "release", "InstructionCounts"), workload, str(times)],
            # Dictionaries in the same order each time.
            env=self.environment(RIGHTSIZE_KERNELS="baseline", SWIFT_DETERMINISTIC_HASHING="1"),
            capture_output=True, text=True)
        found = re.search(r"Collected\s*:\s*(\d+)", run.stderr)
        if run.returncode != 0 or not found:
            fail(f"callgrind of {workload}: {run.stderr.strip()[-1000:]}")
        return int(found[1])

    def times(self):
        """Nanoseconds of each workload, the fastest run's and the median, by the benchmark's own harness."""
        run = subprocess.run(
            [SWIFT, "package", "--package-path", self.path, "--scratch-path", self.scratch, "benchmark",
             "--target", "Regression", "--no-progress", "--time-units", "nanoseconds"],
            env=self.environment(), capture_output=True, text=True)
        # The harness writes no file of medians, only this: a name above a table of percentiles, 0, 25, 50 …
        found = {}
        name = ""
        for line in run.stdout.splitlines():
            cells = [cell.strip() for cell in line.split("│")]
            if line and line[0] not in "│╒╞╘":
                name = line.strip()
            elif len(cells) > 4 and cells[1].startswith("Time (wall clock) (ns)"):
                found[name] = float(cells[2]), float(cells[4])
        if run.returncode != 0 or not found:
            fail(f"the benchmarks of {self.path} fail:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
        return found

    def environment(self, **more):
        return {**os.environ, "RIGHTSIZE_BENCHMARKS": self.benchmarks, **more}


def compare_instructions(old, new):
    known = old.workloads()
    regressions = []
    for workload in new.workloads():
        if workload not in known:
            print(f"{workload}: not in the base")
            continue
        before, after = old.instructions(workload), new.instructions(workload)
        change = after / before - 1
        print(f"{workload}: {before:,.0f} → {after:,.0f} instructions ({change:+.2%})", flush=True)
        if change > INSTRUCTIONS_TOLERANCE:
            regressions.append(f"{workload}: {change:+.2%} instructions, {before:,.0f} → {after:,.0f}")
    return regressions


def compare_times(old, new):
    if not old.has["Regression"]:
        print("the base has no benchmarks to compare times with")
        return []
    rounds = {}
    for number in range(ROUNDS):
        # By turns, and each first in turn.
        order = (old, new) if number % 2 == 0 else (new, old)
        found = {tree: tree.times() for tree in order}
        for name in found[new].keys() & found[old].keys():
            rounds.setdefault(name, []).append((found[old][name], found[new][name]))
    regressions = []
    for name, times in sorted(rounds.items()):
        ratios = [after[1] / before[1] for before, after in times]
        change = statistics.median(ratios) - 1
        best = [min(round[tree][0] for round in times) for tree in (0, 1)]
        fastest = best[1] / best[0] - 1
        median = [statistics.median(round[tree][1] for round in times) for tree in (0, 1)]
        noise = median[0] / best[0]
        print(f"{name}: {median[0]:,.0f} → {median[1]:,.0f} ns ({change:+.1%} in the median of {ROUNDS} rounds); "
              f"the fastest {best[0]:,.0f} → {best[1]:,.0f} ns ({fastest:+.1%})"
              + (f"; not judged: the base's median is {noise:.1f} times its fastest" if noise > NOISE_LIMIT else ""))
        slower = sum(ratio > 1 + TIME_TOLERANCE / 2 for ratio in ratios)
        if noise <= NOISE_LIMIT and min(change, fastest) > TIME_TOLERANCE and slower > ROUNDS / 2:
            regressions.append(f"{name}: {change:+.1%} time, {median[0]:,.0f} → {median[1]:,.0f} ns")
    return regressions


if __name__ == "__main__":
    main()
