#!/usr/bin/env bash
# engine.sh BINARY [CONTAINERS] : a whole `rightsize sample` beside `docker stats --no-stream`.
#
# Starts a real Docker Engine of its own (Tests/Lab/engine.sh) with CONTAINERS containers (100) that wake
# every second, then with as many that rest, of which the kernel has less to tell. Runs both programs by
# turns, and prints CPU time (user and system) of the program, what it made the engine spend (dockerd,
# containerd, shims), and wall time, medians of 9 rounds. What the engine spends while nobody asks is
# measured before each run and taken off. Needs root on Linux; says so and exits 0
# elsewhere.
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

rounds=9

# start MODE : CONTAINERS containers of `load MODE`, and no others.
start() {
    docker ps -aq | xargs -r -P 4 docker rm -f >/dev/null
    seq "$count" | xargs -P 4 -I{} docker run -d --net none --name "$1-{}" rightsize/load:1 /bin/load "$1" >/dev/null
    engine_processes=$(pgrep -f "$directory/(engine-exec|docker.sock)")
    rm -f "$directory/ours" "$directory/stats" "$directory"/store.db*
}

# Microseconds that the engine's threads have run so far (proc(5): schedstat counts nanoseconds).
engine_microseconds() {
    for process in $engine_processes; do
        cat "/proc/$process/task/"*/schedstat 2>/dev/null || true
    done | awk '{ sum += $1 } END { printf "%d\n", sum / 1000 }'
}

# measured FILE COMMAND... : appends user, system, wall seconds and the engine's microseconds. The engine
# goes on for a moment after its answer, so its time is taken over a span that is the same for all.
measured() {
    local file=$1 start idle_end end
    shift
    start=$(engine_microseconds)
    sleep 4
    idle_end=$(engine_microseconds)
    { time "$@" >/dev/null; } 2>"$directory/time"
    sleep "$(awk '{ print ($3 < 4) ? 4 - $3 : 0 }' "$directory/time")"
    end=$(engine_microseconds)
    echo "$(cat "$directory/time") $((end - idle_end - (idle_end - start)))" >>"$file"
}

TIMEFORMAT='%U %S %R'

# medians FILE : milliseconds of CPU, of the engine's CPU, of both, and wall.
medians() {
    for column in '($1 + $2) * 1000' '$4 / 1000' '($1 + $2) * 1000 + $4 / 1000' '$3 * 1000'; do
        awk "{ print $column }" "$1" | sort -g | sed -n "$((rounds / 2 + 1))p"
    done | paste -sd' '
}

# compare WHAT : both programs by turns, on the containers that there are.
compare() {
    "$binary" sample --quiet --store "$directory/store.db"
    for ((round = 0; round < rounds; round++)); do
        measured "$directory/ours" "$binary" sample --quiet --store "$directory/store.db"
        measured "$directory/stats" docker stats --no-stream
    done
    read -r ours_cpu ours_engine ours_all ours_wall <<<"$(medians "$directory/ours")"
    read -r stats_cpu stats_engine stats_all stats_wall <<<"$(medians "$directory/stats")"
    printf '\n%-28s %10s %12s %10s %10s\n' "$count that $1, ms" "CPU" "engine's CPU" "both" "wall"
    printf '%-28s %10.1f %12.1f %10.1f %10.1f\n' \
        "rightsize sample" "$ours_cpu" "$ours_engine" "$ours_all" "$ours_wall" \
        "docker stats --no-stream" "$stats_cpu" "$stats_engine" "$stats_all" "$stats_wall"
    awk "BEGIN {
        printf \"docker stats costs the host %.0f times the CPU of rightsize, \", $stats_all / $ours_all
        printf \"%.0f times that of its process alone, and takes %.0f times as long\\n\", \
            $stats_all / $ours_cpu, $stats_wall / $ours_wall }"
}

echo "$(date -u +%Y-%m-%d), $(uname -sr), $(nproc) CPUs, $(docker version -f 'Docker {{.Server.Version}}'), medians of $rounds"
start idle
compare "wake each second"
start rest
compare "rest"
