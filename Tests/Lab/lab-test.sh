#!/usr/bin/env bash
# lab-test.sh BINARY : the tool against a real Docker Engine and five containers of known load.
#
# Starts an engine of its own (engine.sh), builds an image without a registry, brings up compose.yaml,
# and lets lab_checks.py sample, report and patch. Prints a line for each check and ends with
# `N passed, N failed`; exits 1 when one failed. Takes about a minute and leaves nothing behind, but
# for the packages it had to install and the Compose binary (see compose-binary.sh).
#
# Needs root on Linux, and says `skipped` with the reason where it cannot run. Installs what is missing
# with apt-get where that is there.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() {
    echo "lab test skipped: $*"
    exit 0
}

[[ $# -eq 1 ]] || {
    echo "usage: lab-test.sh BINARY" >&2
    exit 64
}
binary=$(realpath "$1")
[[ -x "$binary" ]] || {
    echo "lab-test.sh: $1 is not a program" >&2
    exit 2
}

[[ "$(uname -s)" == Linux ]] || skip "control groups are Linux's"
[[ "$(id -u)" -eq 0 ]] || skip "needs root, to start an engine"
unshare --net --mount true 2>/dev/null || skip "may not make namespaces here"
[[ -w /sys/fs/cgroup/cgroup.procs || -w /sys/fs/cgroup/memory ]] ||
    skip "may not make control groups here"

packages=()
command -v dockerd >/dev/null || packages+=(docker.io)
command -v curl >/dev/null || packages+=(curl)
command -v gcc >/dev/null || packages+=(gcc libc6-dev)
command -v python3 >/dev/null || packages+=(python3)
if [[ ${#packages[@]} -gt 0 ]]; then
    command -v apt-get >/dev/null || skip "needs ${packages[*]}, and there is no apt-get"
    echo "installing ${packages[*]}"
    # Keeps the packages' scripts from starting an engine on the host.
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

directory=$(mktemp -d "${TMPDIR:-/tmp}/rightsize-lab.XXXXXX")
checks=""
# Called by the trap.
# shellcheck disable=SC2317,SC2329
clean_up() {
    local status=$?
    trap - EXIT INT TERM
    if [[ -n "$checks" ]] && kill "$checks" 2>/dev/null; then wait "$checks" || true; fi
    "$here/engine.sh" down "$directory" || true
    rm -rf "$directory"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

COMPOSE_BINARY=$("$here/compose-binary.sh")
export COMPOSE_BINARY

exports=$("$here/engine.sh" up "$directory")
eval "$exports"

mkdir -p "$directory/image/bin"
gcc -O2 -static -o "$directory/image/bin/load" "$here/load.c"
tar -C "$directory/image" -c . | timeout 30 docker import - rightsize-lab/load:1 >/dev/null

cp "$here/compose.yaml" "$directory/compose.yaml"
timeout 60 "$COMPOSE_BINARY" -f "$directory/compose.yaml" up --detach --quiet-pull 2>"$directory/up.log" || {
    cat "$directory/up.log" >&2
    exit 2
}

# In the background, so that the traps need not wait for it.
python3 -B "$here/lab_checks.py" "$binary" "$directory" &
checks=$!
wait "$checks"
