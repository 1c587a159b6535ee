#!/usr/bin/env bash
# engine.sh up DIR    starts a real Docker Engine that lives in DIR; prints `export DOCKER_HOST=…`
# engine.sh down DIR  stops it and removes what it made; says nothing when there is nothing to stop
#
# The engine has a network and a mount namespace of its own, no bridge, no firewall rules, and one
# control group of its own under the cgroupfs driver. It shares no state with an engine that may
# already run here, and `down` touches only processes and groups that `up` caused.
set -euo pipefail

start_limit_tenths=300
stop_limit_tenths=150

die() {
    echo "engine.sh: $*" >&2
    exit 1
}

# The engine's control group, named after DIR, which no other engine uses.
cgroup_name() { echo "rightsize-lab-$(printf '%s' "$1" | cksum | cut -d' ' -f1)"; }

up() {
    local directory=$1 name
    [[ "$(id -u)" -eq 0 ]] || die "needs root"
    command -v dockerd >/dev/null || die "needs dockerd: apt-get install docker.io"
    mkdir -p "$directory"
    if [[ -e "$directory/docker.pid" ]] && kill -0 "$(cat "$directory/docker.pid")" 2>/dev/null; then
        die "an engine already runs in $directory"
    fi
    [[ ! -e "$directory/engine-data" && ! -e "$directory/engine-exec" ]] ||
        die "$directory holds the remains of an engine: engine.sh down $directory"
    rm -f "$directory/docker.sock" "$directory/docker.pid"
    name=$(cgroup_name "$directory")

    local options=(
        --host "unix://$directory/docker.sock"
        --pidfile "$directory/docker.pid"
        --data-root "$directory/engine-data"
        --exec-root "$directory/engine-exec"
        --exec-opt native.cgroupdriver=cgroupfs
        --cgroup-parent "/$name"
        --bridge none --iptables=false
    )
    # shellcheck disable=SC2016  # "$@" belongs to the inner shell
    setsid unshare --net --mount --propagation private \
        bash -c 'ip link set lo up 2>/dev/null; exec dockerd "$@"' dockerd "${options[@]}" \
        >"$directory/dockerd.log" 2>&1 </dev/null &
    local child=$!

    for ((i = 0; i < start_limit_tenths; i++)); do
        if curl -sf --max-time 2 --unix-socket "$directory/docker.sock" http://engine/_ping \
            >/dev/null 2>&1; then
            echo "export DOCKER_HOST=unix://$directory/docker.sock"
            return 0
        fi
        kill -0 "$child" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 20 "$directory/dockerd.log" >&2
    down "$directory"
    die "the engine did not start; its last words are above"
}

# Processes of this engine that outlived it: containerd and its shims carry DIR in their arguments,
# and whatever ran in a container is a member of the engine's control group.
leftovers() {
    local directory=$1 name process
    name=$(cgroup_name "$directory")
    for process in /proc/[0-9]*; do
        # -z: arguments end with a zero byte. A process may end before it is read.
        if grep -qszF -- "$directory/engine-exec" "$process/cmdline"; then
            echo "${process#/proc/}"
        elif grep -qs ":/$name/" "$process/cgroup"; then
            echo "${process#/proc/}"
        fi
    done
}

# Removes the engine's control groups, innermost first, in every mounted hierarchy.
remove_cgroups() {
    local name=$1 root
    for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
        [[ -d "$root/$name" ]] || continue
        find "$root/$name" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}

down() {
    local directory=$1 engine container process
    local name
    name=$(cgroup_name "$directory")
    export DOCKER_HOST="unix://$directory/docker.sock"
    engine=$(cat "$directory/docker.pid" 2>/dev/null || true)

    if [[ -n "$engine" ]] && kill -0 "$engine" 2>/dev/null; then
        for container in $(timeout 10 docker ps -aq 2>/dev/null || true); do
            timeout 10 docker rm -f "$container" >/dev/null 2>&1 || true
        done
        kill "$engine" 2>/dev/null || true
        for ((i = 0; i < stop_limit_tenths; i++)); do
            kill -0 "$engine" 2>/dev/null || break
            sleep 0.1
        done
        kill -9 "$engine" 2>/dev/null || true
    fi
    for process in $(leftovers "$directory"); do
        kill -9 "$process" 2>/dev/null || true
    done

    # A group can only be removed once the kernel has buried its last process.
    for ((i = 0; i < 20; i++)); do
        remove_cgroups "$name"
        compgen -G "/sys/fs/cgroup/*/$name" >/dev/null || [[ -d "/sys/fs/cgroup/$name" ]] || break
        sleep 0.1
    done
    rm -rf "$directory/engine-data" "$directory/engine-exec"
    rm -f "$directory/docker.sock" "$directory/docker.pid"
}

[[ $# -eq 2 ]] || die "usage: engine.sh up|down DIR"
directory=$(realpath -m "$2")
[[ "$directory" != / ]] || die "DIR must not be /"
case $1 in
    up) up "$directory" ;;
    down) down "$directory" ;;
    *) die "usage: engine.sh up|down DIR" ;;
esac
