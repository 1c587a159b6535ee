#!/usr/bin/env bash
# lab-v2.sh BINARY : the tool on a kernel with every cgroup v2 controller, in a small virtual machine.
#
# Boots Debian's kernel under QEMU without KVM, with BINARY (the static executable) in an initramfs beside
# busybox and load.c. vm-init samples groups of known load there, some of them frozen; v2_checks.py then
# compares what was stored with the kernel's own files. Prints a line for each check and ends with
# `N passed, N failed`; exits 1 when one failed. Takes less than a minute once the kernel is cached.
#
#   RIGHTSIZE_LAB_KERNEL   the kernel's version, as far as it matters: 6.1 (default), 6.12, …
#   RIGHTSIZE_LAB_KEEP     a directory that gets the store and the kernel's files, to look at
#   RIGHTSIZE_LAB_TOOLS    keeps kernel and busybox; default: rightsize-lab in the user's cache directory
#
# Needs no root, but for installing QEMU, a C compiler and Python with apt-get where they are missing.
# Says `skipped` with the reason where it cannot run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
machine_limit_seconds=120

skip() {
    echo "lab v2 skipped: $*"
    exit 0
}

die() {
    echo "lab-v2.sh: $*" >&2
    exit 2
}

[[ $# -eq 1 ]] || {
    echo "usage: lab-v2.sh BINARY" >&2
    exit 64
}
binary=$(realpath "$1")
[[ -x "$binary" ]] || die "$1 is not a program"
[[ "$(uname -sm)" == "Linux x86_64" ]] || skip "the virtual machine's kernel is x86_64 Linux"

packages=()
command -v qemu-system-x86_64 >/dev/null || packages+=(qemu-system-x86)
command -v gcc >/dev/null || packages+=(gcc libc6-dev)
command -v python3 >/dev/null || packages+=(python3)
if [[ ${#packages[@]} -gt 0 ]]; then
    command -v apt-get >/dev/null || skip "needs ${packages[*]}, and there is no apt-get"
    [[ "$(id -u)" -eq 0 ]] || skip "needs root once: apt-get install ${packages[*]}"
    echo "installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
if readelf --program-headers --wide "$binary" 2>/dev/null | grep -q INTERP; then
    skip "$1 needs shared libraries; make build makes a static one"
fi

directory=$(mktemp -d "${TMPDIR:-/tmp}/rightsize-lab-v2.XXXXXX")
running=""
# Called by the trap.
# shellcheck disable=SC2317,SC2329
clean_up() {
    local status=$?
    trap - EXIT INT TERM
    if [[ -n "$running" ]] && kill "$running" 2>/dev/null; then wait "$running" || true; fi
    if [[ -n "${RIGHTSIZE_LAB_KEEP:-}" && -d "$directory/out" ]]; then
        cp -rT "$directory/out" "$RIGHTSIZE_LAB_KEEP" || true
    fi
    rm -rf "$directory"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Unpacks one Debian package, without installing it: this host's kernels and busybox stay as they are.
unpack() {
    local package=$1 into=$2
    (cd "$into" && apt-get download -qq -o APT::Sandbox::User=root "$package" >&2) ||
        skip "cannot download $package"
    dpkg -x "$into/$package"_*.deb "$into"
}

# Fills $kernel with vmlinuz, version, busybox and the modules that a virtual disk needs.
fetch_kernel() {
    local line=$1 package new
    command -v apt-get >/dev/null || skip "needs a Debian kernel, and there is no apt-get"
    package=$(apt-cache search --names-only "^linux-image-${line//./\\.}\\.[.0-9]*[-+].*cloud-amd64\$" |
        cut -d' ' -f1 | sort -V | tail -n 1)
    [[ -n "$package" ]] || skip "apt knows no linux-image-$line…-cloud-amd64"
    echo "fetching $package and busybox-static"
    mkdir "$directory/fetched"
    unpack "$package" "$directory/fetched"
    unpack busybox-static "$directory/fetched"
    new="$directory/kernel"
    mkdir -p "$new/modules" "$(dirname "$kernel")"
    cp "$directory"/fetched/boot/vmlinuz-* "$new/vmlinuz"
    find "$directory/fetched" -path '*/bin/busybox' -exec cp {} "$new/" \;
    find "$directory/fetched" -name 'virtio*.ko*' -exec cp {} "$new/modules/" \;
    find "$new/modules" -name '*.ko.xz' -exec "$new/busybox" unxz {} +
    rm -rf "$directory/fetched"
    # Whole or not at all, however this run ends.
    rm -rf "$kernel.new"
    cp -r "$new" "$kernel.new"
    mv -T "$kernel.new" "$kernel"
}

line=${RIGHTSIZE_LAB_KERNEL:-6.1}
kernel="${RIGHTSIZE_LAB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/rightsize-lab}/kernel-$line"
[[ -e "$kernel/vmlinuz" ]] || fetch_kernel "$line"

began=$SECONDS
root="$directory/root"
mkdir -p "$root"/{bin,proc,sys,dev,out,shm}
cp "$here/vm-init" "$root/init"
cp "$kernel/busybox" "$root/bin/"
cp -r "$kernel/modules" "$root/"
"$kernel/busybox" --list | while read -r applet; do
    [[ "$applet" == busybox ]] || ln -s busybox "$root/bin/$applet"
done
gcc -O2 -static -o "$root/bin/load" "$here/../load.c"
strip -o "$root/bin/rightsize" "$binary"
chmod 755 "$root/init" "$root"/bin/*
(cd "$root" && find . | "$kernel/busybox" cpio -o -H newc -R 0:0 >"$directory/initramfs" 2>/dev/null)

truncate -s 16M "$directory/results"
truncate -s 40M "$directory/scratch"
timeout --kill-after=5 "$machine_limit_seconds" qemu-system-x86_64 \
    -M q35 -accel tcg,thread=multi -smp 2 -m 512 -nodefaults -no-reboot -display none \
    -serial stdio -kernel "$kernel/vmlinuz" -initrd "$directory/initramfs" \
    -drive "file=$directory/results,if=virtio,format=raw" \
    -drive "file=$directory/scratch,if=virtio,format=raw" \
    -append "console=ttyS0 quiet loglevel=1 panic=-1 cgroup_no_v1=all psi=1" \
    >"$directory/console" 2>&1 </dev/null &
running=$!
ended=0
wait "$running" || ended=$?
running=""

mkdir "$directory/out"
tar -C "$directory/out" -xf "$directory/results" 2>/dev/null || true
if [[ $ended -ne 0 ]] || ! grep -qs '] done$' "$directory/out/steps"; then
    tail -n 30 "$directory/console" >&2
    [[ $ended -ne 124 ]] || die "the virtual machine did not end within $machine_limit_seconds s"
    die "the virtual machine did not come to its end (QEMU: exit $ended); its last words are above"
fi
sed 's/^/    /' "$directory/out/steps"
echo "Linux $(cat "$directory/out/kernel"), cgroup v2: $(cat "$directory/out/controllers")"
echo "boot and run took $((SECONDS - began)) s"

python3 -B "$here/v2_checks.py" "$binary" "$directory/out" &
running=$!
wait "$running"
