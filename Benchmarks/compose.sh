#!/usr/bin/env bash
# compose.sh BENCHMARK BINARY : what reading and planning a Compose file costs.
#
# A generated file of 10 MB and 60,000 services, each of which gets another tier, beside libyaml's bare event
# pass over the same bytes; the example estate of 29 services as a whole process; and hostile files.
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

echo "CPU seconds, the best of 5 rounds:"
"$benchmark" "$directory/large.yml" 5 | tee "$directory/large.txt"
awk '$1 == "events" { events = $2 } $1 == "read" || $1 == "plan" { ours += $2 }
    END { printf "read and plan: %.1f times the bare event pass\n", ours / events }' "$directory/large.txt"

# milliseconds COMMAND… : the median wall-clock time of 51 runs.
milliseconds() {
    local times=() start end
    for ((run = 0; run < 51; run++)); do
        start=${EPOCHREALTIME/[.,]/}
        "$@" >/dev/null 2>&1 || true
        end=${EPOCHREALTIME/[.,]/}
        times+=($((end - start)))
    done
    printf '%s\n' "${times[@]}" | sort -n | sed -n 26p | awk '{ printf "%.1f", $1 / 1000 }'
}

echo "resources, 29 services, whole process: $(milliseconds "$binary" resources "$root/data/estate/docker-compose.yml") ms"
echo "/bin/true: $(milliseconds /bin/true) ms"
for file in 22-cyclic-merge 23-billion-laughs 24-doubling-maps 25-merge-bomb; do
    path="$root/Tests/ComposeTests/Fixtures/adversarial/$file.yml"
    echo "$file: $(milliseconds "$binary" resources "$path") ms"
done
awk 'BEGIN { printf "services: "; for (i = 0; i < 20000; i++) printf "["; print "" }' >"$directory/deep.yml"
echo "20,000 levels: $(milliseconds "$binary" resources "$directory/deep.yml") ms"
