#!/usr/bin/env bash
# run.sh DIRECTORY [TARGET]... : runs built fuzz targets (all six), each for SECONDS (600), JOBS (2) at a time.
#
# DIRECTORY holds the programs. Beside them, in DIRECTORY/fuzz: for each target its corpus, which grows from
# run to run, its log, and an input file for each finding. Exits with 1 when there is a finding. A finding ends
# its target's run, unless KEEP_GOING=1: then each run uses a process of its own for a while and starts it anew.
set -euo pipefail

programs="$(cd "$1" && pwd)"
shift
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
    targets=(FuzzKernelFiles FuzzEngineAnswers FuzzStoreBlobs FuzzColumns FuzzCompose FuzzImport)
fi
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
fixtures="$here/../Tests"
seconds="${SECONDS_EACH:-600}"
jobs="${JOBS:-2}"
work="$programs/fuzz"

# Cuts a captured host or engine (`=== NAME LENGTH`, then the text) into one file for each text.
cut_capture() {
    awk -v prefix="$2" '/^=== / { close(file); file = prefix "-" ++n; printf "" > file; next }
        file { print > file }' "$1"
}

# The fixtures of the tests, in the form that the target reads.
seed() {
    local target="$1" into="$2" file
    mkdir -p "$into"
    case "$target" in
        FuzzKernelFiles)
            for file in "$fixtures"/SamplingTests/Fixtures/*.tree; do
                cut_capture "$file" "$into/$(basename "$file")"
            done ;;
        FuzzEngineAnswers)
            for file in "$fixtures"/SamplingTests/Fixtures/*.engine; do
                cut_capture "$file" "$into/$(basename "$file")"
            done
            # Each once more as a whole answer.
            for file in "$into"/*.engine-*; do
                { printf 'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' "$(stat -c %s "$file")"
                  cat "$file"; } > "$into/http-$(basename "$file")"
                { printf 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n' \
                    "$(stat -c %s "$file")"
                  cat "$file"; printf '\r\n0\r\n\r\n'; } > "$into/chunked-$(basename "$file")"
            done
            cp "$fixtures"/SamplingTests/Fixtures/*.events "$into" ;;
        # Columns of small numbers, of each coder.
        FuzzColumns) cp "$here"/Seeds/FuzzColumns/* "$into" ;;
        FuzzImport) cp "$here"/Seeds/FuzzImport/* "$into" ;;
        FuzzStoreBlobs) cp "$here"/Seeds/FuzzStoreBlobs/* "$into" ;;
        FuzzCompose)
            cp "$here"/Seeds/FuzzCompose/* "$into"
            for file in "$fixtures"/ComposeTests/Fixtures/{adversarial,golden}/{*.yml,*/*.yml}; do
                if [[ -f "$file" ]]; then
                    cp "$file" "$into/$(basename "$(dirname "$file")")-$(basename "$file")"
                fi
            done ;;
    esac
}

run() {
    local target="$1" directory="$work/$1" options=(-max_len=2048)
    mkdir -p "$directory/corpus" "$directory/tmp"
    seed "$target" "$directory/seeds"
    if [[ -f "$here/Dictionaries/$target" ]]; then options+=("-dict=$here/Dictionaries/$target"); fi
    if [[ "${KEEP_GOING:-0}" == 1 ]]; then
        options+=(-fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1)
    fi
    # Swift's own backtraces would end the process before libFuzzer has written the input. What a metadata
    # cache of Swift's runtime holds is no leak. Small quarantines and no stacks of allocations: faster.
    SWIFT_BACKTRACE=enable=no TMPDIR="$directory/tmp" \
        ASAN_OPTIONS=detect_leaks=0:malloc_context_size=0:quarantine_size_mb=8 \
        "$programs/$target" "${options[@]}" -max_total_time="$seconds" -timeout=20 \
        -print_final_stats=1 -artifact_prefix="$directory/" \
        "$directory/corpus" "$directory/seeds" > "$directory/log" 2>&1 || return 1
}

# By turns: at most JOBS at once.
running=0
failed=0
for target in "${targets[@]}"; do
    if [[ "$running" -ge "$jobs" ]]; then
        wait -n || failed=1
        running=$((running - 1))
    fi
    rm -rf "${work:?}/$target/tmp" "${work:?}/$target/seeds"
    run "$target" &
    running=$((running + 1))
done
while [[ "$running" -gt 0 ]]; do
    wait -n || failed=1
    running=$((running - 1))
done

for target in "${targets[@]}"; do
    log="$work/$target/log"
    echo "$target: $(grep -aE '^(Done |#[0-9]+)' "$log" | tail -n 1)"
    found="$(find "$work/$target" -maxdepth 1 \
        \( -name 'crash-*' -o -name 'oom-*' -o -name 'timeout-*' \) -newer "$work/$target/seeds")"
    if [[ -n "$found" ]]; then
        failed=1
        printf 'finding: %s\n' $found
        echo "see $log"
    fi
done
exit "$failed"
