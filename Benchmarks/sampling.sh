#!/usr/bin/env bash
# sampling.sh RIGHTSIZE BENCHMARK : what the sampler costs, side by side with C, in one run.
#
# Makes GROUPS (1,000) real control groups named like containers under cgroup v1's memory, cpuacct and
# cpu, lets SamplingBenchmark (the real Sampling module) and Peers/read_cgroups.c read the same files of
# them by turns for ROUNDS (9) rounds, and removes them. Then start-up and memory of the program
# RIGHTSIZE itself. Needs root and cgroup v1; leaves all other groups alone.
set -euo pipefail

rightsize="$1"
benchmark="$2"
peers="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/Peers"
groups="${GROUPS_MADE:-1000}"
rounds="${ROUNDS:-9}"
runs="${RUNS:-101}"

# The mount point of a v1 controller.
mounted() {
    awk -v controller="$1" '{
        dash = 0
        for (field = 7; field <= NF; field++) if ($field == "-") { dash = field; break }
        if (dash && $(dash + 1) == "cgroup" && $4 == "/" \
            && ("," $(dash + 3) ",") ~ ("," controller ",")) { print $5; exit }
    }' /proc/self/mountinfo
}

if [[ "$(id -u)" -ne 0 ]]; then
    echo "skipped: sampling.sh makes control groups, which needs root"
    exit 0
fi
for controller in memory cpuacct cpu; do
    declare "$controller=$(mounted "$controller")"
    if [[ -z "${!controller}" ]]; then
        echo "skipped: sampling.sh needs cgroup v1, and $controller is not mounted as such here"
        exit 0
    fi
done

work="$(mktemp -d)"
parents=()
children=()
name="rightsize-bench-$$"
remove() {
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    wait
    for parent in "${parents[@]}"; do
        find "$parent" -mindepth 1 -maxdepth 1 -type d -exec rmdir {} + 2>/dev/null || true
        rmdir "$parent" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap remove EXIT
trap 'exit 130' INT TERM

for peer in read_cgroups start_up empty_engine; do
    "${CC:-cc}" -O2 -Wall -Wextra -o "$work/$peer" "$peers/$peer.c"
done

median() { sort -g | awk '{ line[NR] = $1 } END { print line[int((NR + 1) / 2)] }'; }
range() { sort -g | awk 'NR == 1 { least = $1 } { most = $1 } END { printf "%.1f to %.1f", least, most }'; }
# verdict VALUE TARGET [VALUE TARGET]
verdict() {
    awk -v a="$1" -v b="$2" -v c="${3:-0}" -v d="${4:-1}" \
        'BEGIN { print (a <= b && c <= d) ? "met" : "MISSED" }'
}

echo "$(uname -sr), $(nproc) cores, $(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)"
echo

# Nothing to do: an engine that runs, but has no containers.
"$work/empty_engine" "$work/engine.sock" >"$work/engine" &
children+=($!)
for _ in {1..50}; do [[ -s "$work/engine" ]] || sleep 0.1; done
export DOCKER_HOST="unix://$work/engine.sock"
printf '%-38s %10s %10s %10s   %s\n' "start-up, median of $runs runs" "ms" "CPU ms" "max KiB" "target"
while read -r label arguments; do
    # The arguments are words without blanks.
    # shellcheck disable=SC2086
    read -r wall used kibibytes < <("$work/start_up" "$runs" "$rightsize" $arguments)
    printf '%-38s %10.2f %10.2f %10d   ≤ 2 ms, ≤ 8192 KiB: %s\n' "rightsize $label" "$wall" "$used" \
        "$kibibytes" "$(verdict "$wall" 2 "$kibibytes" 8192)"
done <<COMMANDS
--version --version
sample sample --quiet --store $work/start.db
COMMANDS
echo

parents+=("$memory/$name" "$cpuacct/$name")
# shellcheck disable=SC2154  # $cpu is declared in the loop over the controllers.
[[ "$cpu" -ef "$cpuacct" ]] || parents+=("$cpu/$name")
names="$(seq -f '%064.0f' 0 $((groups - 1)))"
for parent in "${parents[@]}"; do
    mkdir "$parent"
    (cd "$parent" && xargs mkdir <<<"$names")
done
# Where memory.stat tells that no limit holds, rightsize reads one file less than C.
for limit in "$memory/$name"/*/memory.limit_in_bytes; do echo 1073741824 >"$limit"; done

echo "CPU microseconds per group and tick, user and system"
printf '%-22s %9s %15s %9s %15s %7s   %s\n' "" "rightsize" "range" "C" "range" "ratio" "target"
# Six files: memory's, the dearest to read. Ten: with CPU time, throttling and CPU limit.
for files in 6 10; do
    places=("$memory/$name")
    [[ "$files" -eq 6 ]] || places+=("$cpuacct/$name" "$cpu/$name")
    for mode in loop once; do
        ticks=10
        rm -f "$work"/{ours,c,ratios}
        for ((round = 0; round < rounds; round++)); do
            read -r ours oursum < <("$benchmark" "$mode" "$groups" "$ticks" "${places[@]}")
            read -r c csum < <("$work/read_cgroups" "$mode" "$groups" "$ticks" "${places[@]}")
            if [[ "$oursum" != "$csum" ]]; then
                echo "sampling.sh: the two programs read different values: $oursum, $csum" >&2
                exit 1
            fi
            echo "$ours" >>"$work/ours"
            echo "$c" >>"$work/c"
            awk -v ours="$ours" -v c="$c" 'BEGIN { print ours / c }' >>"$work/ratios"
        done
        most=25
        [[ "$mode" == loop ]] || most=60
        ours="$(median <"$work/ours")"
        ratio="$(median <"$work/ratios")"
        if [[ "$files" -eq 6 ]]; then
            target="≤ $most, ≤ 1.1 × C: $(verdict "$ours" "$most" "$ratio" 1.1)"
        else
            target="≤ 1.1 × C: $(verdict "$ratio" 1.1)"
        fi
        printf '%-22s %9.1f %15s %9.1f %15s %7.2f   %s\n' "$files files, $mode" "$ours" \
            "$(range <"$work/ours")" "$(median <"$work/c")" "$(range <"$work/c")" "$ratio" "$target"
    done
done
echo "(median of $rounds rounds by turns, $groups groups; the ratio is the median of the rounds' ratios)"
echo

read -r early late heap kernel < <(
    "$benchmark" memory "$groups" 300 "$memory/$name" "$cpuacct/$name" "$cpu/$name")
printf 'loop, %d groups: %d KiB resident after 10 ticks, %d KiB after 300, heap %+d bytes; ≤ 16384 KiB: %s\n' \
    "$groups" "$early" "$late" "$heap" "$(verdict "$late" 16384)"
printf '  and %d KiB of kernel memory for its open files, %.1f KiB each\n' "$kernel" \
    "$(awk -v all="$kernel" -v files="$((groups * 10))" 'BEGIN { print all / files }')"

# The whole program in a loop, with its inventory and its store, until after the store was compacted.
"$rightsize" sample --no-engine --quiet --every 0.1s --store "$work/loop.db" &
sampler=$!
children+=("$sampler")
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$sampler/status"; }
sleep 3
early="$(resident)"
sleep 57
late="$(resident)"
kill "$sampler"
wait "$sampler" 2>/dev/null || true
printf 'rightsize sample --every 0.1s: %d KiB resident after 3 s, %d KiB after 60 s; ≤ 16384 KiB: %s\n' \
    "$early" "$late" "$(verdict "$late" 16384)"
