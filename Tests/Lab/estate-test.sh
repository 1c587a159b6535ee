#!/usr/bin/env bash
# estate-test.sh BINARY : the patch for the example estate, as Compose v2 sees it.
#
# Patches a copy of data/estate/docker-compose.yml, checks that only alias tokens changed and that
# `patch -p1` applies the printed diff to the same result, then folds the duplicate merge keys (which
# Compose 2.17 and newer refuse) and asks Compose v2 whether it takes the file.
# Prints a line for each check and ends with `N passed, N failed`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[[ $# -eq 1 ]] || {
    echo "usage: estate-test.sh BINARY" >&2
    exit 64
}
binary=$(realpath "$1")
estate=$(realpath "$here/../../data/estate")
if ! command -v patch >/dev/null || ! command -v python3 >/dev/null; then
    if [[ "$(id -u)" -ne 0 ]] || ! command -v apt-get >/dev/null; then
        echo "estate test skipped: needs patch and python3, and may not install them"
        exit 0
    fi
    apt-get update -qq && apt-get install -y -qq --no-install-recommends patch python3 >/dev/null
fi

directory=$(mktemp -d "${TMPDIR:-/tmp}/rightsize-estate.XXXXXX")
trap 'rm -rf "$directory"' EXIT

passed=0 failed=0
check() {
    local what=$1
    shift
    if "$@" >"$directory/output" 2>&1; then
        passed=$((passed + 1))
        echo "ok: $what"
    else
        failed=$((failed + 1))
        echo "FAILED: $what"
        sed 's/^/    /' "$directory/output"
    fi
}

only_resources_changed() {
    # Both files, with every tier's alias and every older amount replaced by the same word, are equal.
    local words='s/\*resources-(small|medium|large)/TIER/; s/(mem_limit|mem_reservation|cpus): .*/\1: AMOUNT/'
    words="$words; s/\[TIER, \*agent-defaults\]/*agent-defaults/"
    ! cmp -s "$1" "$2" && diff <(sed -E "$words" "$1") <(sed -E "$words" "$2")
}

mkdir "$directory/written" "$directory/diffed"
cp "$estate/docker-compose.yml" "$directory/written/"
cp "$estate/docker-compose.yml" "$directory/diffed/"

cd "$directory/diffed"
check "patch prints a diff" bash -c \
    "'$binary' patch --store '$estate/history.db' docker-compose.yml >../estate.diff && test -s ../estate.diff"
check "patch -p1 applies it" patch -p1 --no-backup-if-mismatch -i ../estate.diff
cd "$directory/written"
check "patch --write changes the file" "$binary" patch --write --store "$estate/history.db" docker-compose.yml
check "both ways give the same bytes" cmp docker-compose.yml ../diffed/docker-compose.yml
check "only resources changed" \
    only_resources_changed "$estate/docker-compose.yml" docker-compose.yml
check "a second patch has nothing to change" bash -c \
    "test -z \"\$('$binary' patch --store '$estate/history.db' docker-compose.yml)\""
check "Compose v2 takes the patched file once its duplicate keys are folded" \
    "$here/compose-config.py" docker-compose.yml

check "patch --fold-merges folds them itself" \
    "$binary" patch --fold-merges --write --store "$estate/history.db" docker-compose.yml
check "Compose v2 takes that as it is" "$here/compose-config.py" --no-fold docker-compose.yml

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
