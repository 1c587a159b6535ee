#!/usr/bin/env bash
# run.sh BINARY : size, start-up and whole-command times of the program, medians of 51 runs.
#
# Wall-clock time from fork to exit, measured by this shell, beside the same for /bin/true: what the shell
# and the kernel themselves cost. Nothing here asserts a time; machines are shared and noisy.
set -euo pipefail

[[ $# -eq 1 ]] || {
    echo "usage: run.sh BINARY" >&2
    exit 64
}
binary=$(realpath "$1")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
directory=$(mktemp -d "${TMPDIR:-/tmp}/rightsize-bench.XXXXXX")
trap 'rm -rf "$directory"' EXIT
runs=51

# median COMMAND… : median wall-clock milliseconds of $runs runs.
median() {
    local times=() start end
    for ((run = 0; run < runs; run++)); do
        start=${EPOCHREALTIME/[.,]/}
        "$@" >/dev/null 2>&1 || true
        end=${EPOCHREALTIME/[.,]/}
        times+=($((end - start)))
    done
    printf '%s\n' "${times[@]}" | sort -n | sed -n "$((runs / 2 + 1))p" |
        awk '{ printf "%.1f", $1 / 1000 }'
}

strip -o "$directory/stripped" "$binary"
size=$(stat -c %s "$directory/stripped")
estate="$root/data/estate"

echo "$(date -u +%Y-%m-%d), $(uname -sr), $(nproc) CPUs$(sed -n 's/^model name.*: /, /p' /proc/cpuinfo | head -1)"
"$binary" --version | sed 's/^/rightsize /'
printf '%-58s %8s\n' "what" "median"
printf '%-58s %5.1f MB\n' "size, stripped, everything inside" "$(awk "BEGIN { print $size / 1e6 }")"
printf '%-58s %5s ms\n' "/bin/true" "$(median /bin/true)"
printf '%-58s %5s ms\n' "rightsize --version" "$(median "$directory/stripped" --version)"
printf '%-58s %5s ms\n' "rightsize sample --no-engine, this host, stored" \
    "$(median "$directory/stripped" sample --no-engine --quiet --store "$directory/store.db")"
printf '%-58s %5s ms\n' "rightsize report, 29 services × 14 d × 5 min" \
    "$(median "$directory/stripped" report --store "$estate/history.db" --compose "$estate/docker-compose.yml")"
printf '%-58s %5s ms\n' "rightsize patch, the same" \
    "$(median "$directory/stripped" patch --store "$estate/history.db" "$estate/docker-compose.yml")"
