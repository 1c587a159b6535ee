#!/usr/bin/env bash
# podman-test.sh BINARY : the tool against a real Podman and containers of known load.
#
# Starts Podman's API service on a socket of its own, with storage and state of its own, imports an image
# without a registry, runs four containers and lets podman_checks.py sample, report and compare with the
# kernel. Prints a line for each check and ends with `N passed, N failed`; exits 1 when one failed. Takes
# half a minute and leaves nothing behind, but for the packages it had to install.
#
# Needs root on Linux, and says `skipped` with the reason where it cannot run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() {
    echo "podman test skipped: $*"
    exit 0
}

[[ $# -eq 1 ]] || {
    echo "usage: podman-test.sh BINARY" >&2
    exit 64
}
binary=$(realpath "$1")
[[ -x "$binary" ]] || {
    echo "podman-test.sh: $1 is not a program" >&2
    exit 2
}

[[ "$(uname -s)" == Linux ]] || skip "control groups are Linux's"
[[ "$(id -u)" -eq 0 ]] || skip "needs root, for control groups with limits"
unshare --mount true 2>/dev/null || skip "may not make namespaces here"
[[ -w /sys/fs/cgroup/cgroup.procs || -w /sys/fs/cgroup/memory ]] ||
    skip "may not make control groups here"

packages=()
command -v podman >/dev/null || packages+=(podman)
command -v runc >/dev/null || packages+=(runc)
command -v gcc >/dev/null || packages+=(gcc libc6-dev)
command -v python3 >/dev/null || packages+=(python3)
if [[ ${#packages[@]} -gt 0 ]]; then
    command -v apt-get >/dev/null || skip "needs ${packages[*]}, and there is no apt-get"
    echo "installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"; } \
        >/dev/null || skip "${packages[*]} could not be installed"
fi

directory=$(mktemp -d "${TMPDIR:-/tmp}/rightsize-podman.XXXXXX")
podman=(podman --root "$directory/root" --runroot "$directory/run" --tmpdir "$directory/tmp")
service="" checks=""
had_groups=$(compgen -G "/sys/fs/cgroup/*/libpod_parent" || compgen -G /sys/fs/cgroup/libpod_parent || true)
# Called by the trap.
# shellcheck disable=SC2317,SC2329
clean_up() {
    local status=$?
    trap - EXIT INT TERM
    if [[ -n "$checks" ]] && kill "$checks" 2>/dev/null; then wait "$checks" || true; fi
    timeout 30 "${podman[@]}" rm --all --force --time 0 >/dev/null 2>&1 || true
    if [[ -n "$service" ]] && kill "$service" 2>/dev/null; then wait "$service" || true; fi
    # Each podman that ran bound its storage to itself once.
    for ((i = 0; i < 20; i++)); do
        umount "$directory/root/overlay" 2>/dev/null || ! mountpoint -q "$directory/root/overlay" || sleep 0.1
        mountpoint -q "$directory/root/overlay" || break
    done
    # Podman leaves its parent group, empty, in each hierarchy.
    if [[ -z "$had_groups" ]]; then
        find /sys/fs/cgroup/libpod_parent /sys/fs/cgroup/*/libpod_parent -depth -type d \
            -exec rmdir {} + 2>/dev/null || true
    fi
    rm -rf "$directory"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# crun fails on a hybrid hierarchy; without systemd there is only cgroupfs, and no journal for events.
# Limits that are above the host's own would keep a container from starting.
export CONTAINERS_CONF="$directory/containers.conf"
cat >"$CONTAINERS_CONF" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF

"${podman[@]}" system service --time 0 "unix://$directory/podman.sock" \
    >"$directory/service.log" 2>&1 </dev/null &
service=$!
for ((i = 0; i < 100; i++)); do
    [[ -S "$directory/podman.sock" ]] && break
    kill -0 "$service" 2>/dev/null || {
        cat "$directory/service.log" >&2
        skip "the service did not start"
    }
    sleep 0.1
done
export DOCKER_HOST="unix://$directory/podman.sock"

mkdir -p "$directory/image/bin"
gcc -O2 -static -o "$directory/image/bin/load" "$here/load.c"
tar -C "$directory/image" -c . |
    timeout 30 "${podman[@]}" import - rightsize-lab/load:1 >/dev/null 2>"$directory/import.log" || {
    cat "$directory/import.log" >&2
    skip "podman cannot import an image here"
}

# run SERVICE OPTION… -- COMMAND… : one container with the labels of Compose, named as podman-compose does.
run() {
    local name=$1 options=()
    shift
    while [[ "$1" != -- ]]; do
        options+=("$1")
        shift
    done
    shift
    "${podman[@]}" run --detach --network none --name "lab_${name}_1" \
        --label com.docker.compose.project=lab --label "com.docker.compose.service=$name" \
        --label com.docker.compose.container-number=1 \
        "${options[@]}" localhost/rightsize-lab/load:1 "$@" >/dev/null 2>>"$directory/run.log" || {
        cat "$directory/run.log" >&2
        skip "podman cannot run a container here"
    }
}
run idle --memory 64m -- /bin/load idle
run hog --memory 64m --cpus 0.2 -- /bin/load cpu 2
run oomkilled --memory 48m -- /bin/load idle
run ended --memory 32m -- /bin/load grow 16 8 512 50

cat >"$directory/compose.yaml" <<'YAML'
name: lab
services:
  idle: {image: rightsize-lab/load:1, mem_limit: 64M}
  hog: {image: rightsize-lab/load:1, cpus: '0.2', mem_limit: 64M}
  oomkilled: {image: rightsize-lab/load:1, mem_limit: 48M}
  ended: {image: rightsize-lab/load:1, mem_limit: 32M}
YAML

# In the background, so that the traps need not wait for it.
python3 -B "$here/podman_checks.py" "$binary" "$directory" "${podman[@]}" &
checks=$!
wait "$checks"
