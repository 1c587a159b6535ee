#!/usr/bin/env bash
# startup-order.sh RIGHTSIZE : writes startup-order.txt, the functions that a run of the sampler calls.
#
# The linker puts them side by side (Makefile: LINK_FLAGS), so that a run that cron starts each minute touches
# few pages of a program of 20 MB. RIGHTSIZE is the program with its symbols; it runs under callgrind with an
# engine that has no containers, with this host's groups, and with a wrong option. Names that the next
# compiler gives otherwise are passed over by the linker, so an old list costs speed and nothing else.
set -euo pipefail

rightsize="$(realpath "$1")"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d)"
engine=""
clean_up() {
    [[ -z "$engine" ]] || kill "$engine" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

"${CC:-cc}" -O2 -o "$work/empty_engine" "$here/../Benchmarks/Peers/empty_engine.c"
"$work/empty_engine" "$work/engine.sock" >"$work/ready" &
engine=$!
for _ in {1..50}; do [[ -s "$work/ready" ]] || sleep 0.1; done
export DOCKER_HOST="unix://$work/engine.sock"
# Callgrind stumbles over the debug information, and needs none; it knows no AVX-512.
strip --strip-debug -o "$work/rightsize" "$rightsize"
export RIGHTSIZE_KERNELS=baseline

run=0
while read -r arguments; do
    run=$((run + 1))
    # The arguments are words without blanks.
    # shellcheck disable=SC2086
    valgrind --tool=callgrind --demangle=no --callgrind-out-file="$work/calls.$run" \
        "$work/rightsize" $arguments >"$work/out.$run" 2>&1 || true
    [[ -s "$work/calls.$run" ]] || {
        cat "$work/out.$run" >&2
        exit 2
    }
done <<RUNS
sample --quiet --store $work/engine.db
sample --quiet --store $work/engine.db
sample --quiet --no-engine --store $work/host.db
sample --quiet --no-engine --store $work/host.db
--version
--wrong
RUNS

# "fn=(12) name" and "cfn=(12) name" give each name once; 'N marks a recursion's depth.
sed -nE "s/^c?fn=\([0-9]+\) ([^']+).*/\1/p" "$work"/calls.* | grep -vE '^(0x|\(below)' | LC_ALL=C sort -u \
    >"$here/startup-order.txt"
echo "$(wc -l <"$here/startup-order.txt") functions in $here/startup-order.txt"
