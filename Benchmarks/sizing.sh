#!/usr/bin/env bash
# sizing.sh BINARY BENCHMARK : what `rightsize recommend` costs over many services.
#
# Makes stores of 100 and of 1,000 services, 30 days at a minute each (SizingBenchmark), and prints CPU time,
# wall time and memory of recommend over them, medians of ROUNDS (5). The store is mapped, so resident memory counts
# the pages of the file that were read; what is told is without those.
set -euo pipefail

[[ $# -eq 2 ]] || {
    echo "usage: sizing.sh BINARY BENCHMARK" >&2
    exit 64
}
binary=$(realpath "$1")
benchmark=$(realpath "$2")
rounds=${ROUNDS:-5}
directory=$(mktemp -d "${TMPDIR:-/tmp}/rightsize-bench.XXXXXX")
trap 'rm -rf "$directory"' EXIT

printf '%-28s %10s %8s %8s %8s   %s\n' "recommend, 30 d at 1 min" "store MB" "CPU s" "wall s" "own MiB" "target"
for services in 100 1000; do
    store="$directory/$services.db"
    "$benchmark" "$services" 30 60 "$store"
    for ((round = 0; round < rounds; round++)); do
        /usr/bin/env python3 - "$binary" "$store" <<'MEASURE'
import os, resource, subprocess, sys, time
start = time.monotonic()
process = subprocess.Popen(
    [sys.argv[1], "recommend", "--since", "30d", "--store", sys.argv[2]],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
own = 0
while process.poll() is None:
    try:
        with open(f"/proc/{process.pid}/status") as status:
            for line in status:
                if line.startswith("RssAnon"):
                    own = max(own, int(line.split()[1]))
    except FileNotFoundError:
        break

    time.sleep(0.01)
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, wall, own / 1024)
MEASURE
    done | sort -g | sed -n "$((rounds / 2 + 1))p" >"$directory/median"
    read -r seconds wall own <"$directory/median"
    target="flat memory"
    [[ "$services" -eq 1000 ]] && target="≤ 3 s, flat memory"
    printf '%-28s %10.1f %8.2f %8.2f %8.0f   %s\n' "$services services" \
        "$(stat -c %s "$store" | awk '{ print $1 / 1e6 }')" "$seconds" "$wall" "$own" "$target"
done
