#!/usr/bin/env bash
# engine.sh BINARY [CONTAINERS] : a whole `rightsize sample` beside `docker stats --no-stream`.
#
# Starts a real Docker Engine of its own (Tests/Lab/engine.sh) with CONTAINERS idle containers (100),
# runs both programs by turns, and prints CPU time (user and system, of the program itself, not of the
# engine) and wall time, medians of 9 rounds. Needs root on Linux; says so and exits 0 elsewhere.
set -euo pipefail

[[ $# -ge 1 ]] || {
    echo "usage: engine.sh BINARY [CONTAINERS]" >&2
    exit 64
}
binary=$(realpath "$1")
count=${2:-100}
lab=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../Tests/Lab")
[[ "$(id -u)" -eq 0 ]] && command -v dockerd >/dev/null && command -v gcc >/dev/null || {
    echo "engine benchmark skipped: needs root, dockerd and gcc"
    exit 0
}

directory=$(mktemp -d "${TMPDIR:-/tmp}/rightsize-bench.XXXXXX")
clean_up() {
    "$lab/engine.sh" down "$directory" >/dev/null 2>&1 || true
    rm -rf "$directory"
}
trap clean_up EXIT
eval "$("$lab/engine.sh" up "$directory")"
mkdir -p "$directory/root/bin"
gcc -O2 -static -o "$directory/root/bin/load" "$lab/load.c"
tar -C "$directory/root" -c . | docker import -c 'ENV PATH=/bin' - rightsize/load:1 >/dev/null
seq "$count" | xargs -P 4 -I{} docker run -d --net none --name "idle-{}" rightsize/load:1 /bin/load idle >/dev/null

rounds=9
TIMEFORMAT='%U %S %R'
for ((round = 0; round < rounds; round++)); do
    { time "$binary" sample --quiet --store "$directory/store.db"; } 2>>"$directory/ours"
    { time docker stats --no-stream >/dev/null; } 2>>"$directory/stats"
done

# medians FILE : CPU milliseconds and wall milliseconds.
medians() {
    for column in '$1 + $2' '$3'; do
        awk "{ print 1000 * ($column) }" "$1" | sort -n | sed -n "$((rounds / 2 + 1))p"
    done | paste -sd' '
}
read -r ours_cpu ours_wall <<<"$(medians "$directory/ours")"
read -r stats_cpu stats_wall <<<"$(medians "$directory/stats")"
echo "$(date -u +%Y-%m-%d), $(uname -sr), $(nproc) CPUs, $(docker version -f 'Docker {{.Server.Version}}'), $count containers"
printf '%-28s %10s %10s\n' "median of $rounds" "CPU ms" "wall ms"
printf '%-28s %10.1f %10.1f\n' "rightsize sample" "$ours_cpu" "$ours_wall"
printf '%-28s %10.1f %10.1f\n' "docker stats --no-stream" "$stats_cpu" "$stats_wall"
awk "BEGIN { printf \"docker stats takes %.0f times the CPU and %.0f times as long\n\", $stats_cpu / $ours_cpu, $stats_wall / $ours_wall }"
