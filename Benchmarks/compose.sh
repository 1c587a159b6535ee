#!/usr/bin/env bash
# compose.sh BENCHMARK BINARY : what reading and planning a Compose file costs.
#
# Two generated files beside libyaml's bare event pass over the same bytes: 10 MB and 60,000 services that merge
# tiers, each of which gets another; 9 MB and 40,000 services with a deploy of their own, each of which gets other
# amounts. Then the example estate of 29 services as a whole process, and hostile files.
set -euo pipefail

[[ $# -eq 2 ]] || {
    echo "usage: compose.sh BENCHMARK BINARY" >&2
    exit 64
}
benchmark=$(realpath "$1")
binary=$(realpath "$2")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
directory=$(mktemp -d "${TMPDIR:-/tmp}/rightsize-bench.XXXXXX")
trap 'rm -rf "$directory"' EXIT

{
    sed -n '/^x-resources-small/,/^x-healthcheck/p' "$root/data/estate/docker-compose.yml" | sed '$d'
    echo "services:"
    awk 'BEGIN {
        split("small medium large", tier, " ")
        for (i = 0; i < 60000; i++)
            printf "  service-%d:\n    image: registry.example.org/team/app-%d:1.%d.0\n" \
                "    <<: *resources-%s\n    restart: unless-stopped\n" \
                "    environment: {A: \"1\", MODE: prod, REGION: somewhere}\n", \
                i, i % 97, i % 13, tier[i % 3 + 1]
    }'
} >"$directory/large.yml"

{
    echo "services:"
    awk 'BEGIN {
        for (i = 0; i < 40000; i++)
            printf "  service-%d:\n    image: registry.example.org/team/app-%d:1.%d.0\n" \
                "    restart: unless-stopped\n    deploy:\n      resources:\n        limits:\n" \
                "          cpus: \"1.0\"\n          memory: %dM\n        reservations:\n" \
                "          memory: 128M\n", i, i % 97, i % 13, 512 + (i % 3) * 256
    }'
} >"$directory/own.yml"

echo "CPU seconds, medians of 9 rounds:"
for file in large own; do
    "$benchmark" "$directory/$file.yml" 9 | tee "$directory/$file.txt"
    awk '$1 == "events" { events = $2 } $1 == "read" || $1 == "plan" { ours += $2 }
        END { printf "read and plan: %.2f times the bare event pass\n", ours / events }' \
        "$directory/$file.txt"
done

# milliseconds COMMAND… : of 201 runs the median wall-clock time, and the mean of CPU.
milliseconds() {
    local times=() start end TIMEFORMAT="%U %S"
    {
        time for ((run = 0; run < 201; run++)); do
            start=${EPOCHREALTIME/[.,]/}
            "$@" >/dev/null 2>&1 || true
            end=${EPOCHREALTIME/[.,]/}
            times+=($((end - start)))
        done
    } 2>"$directory/cpu.txt"
    printf '%s\n' "${times[@]}" | sort -n | sed -n 101p | awk '{ printf "%.1f ms", $1 / 1000 }'
    awk '{ printf ", %.1f of CPU\n", ($1 + $2) * 1000 / 201 }' "$directory/cpu.txt"
}

echo "resources, 29 services, whole process: $(milliseconds "$binary" resources "$root/data/estate/docker-compose.yml")"
echo "/bin/true: $(milliseconds /bin/true)"
for file in 22-cyclic-merge 23-billion-laughs 24-doubling-maps 25-merge-bomb; do
    path="$root/Tests/ComposeTests/Fixtures/adversarial/$file.yml"
    echo "$file: $(milliseconds "$binary" resources "$path")"
done
awk 'BEGIN { printf "services: "; for (i = 0; i < 20000; i++) printf "["; print "" }' >"$directory/deep.yml"
echo "20,000 levels: $(milliseconds "$binary" resources "$directory/deep.yml")"
