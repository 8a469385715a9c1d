# shellcheck shell=bash
# host.sh — sourced by examples/try.sh and tests/run.sh: what they both need from the machine. On Debian
# and its kin what is missing is installed with apt; elsewhere it is only named.

say() { printf '== %s\n' "$*"; }
die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}
have() { command -v "$1" > /dev/null; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# What a release build needs.
build_packages="build-essential cmake ninja-build pkg-config libyaml-dev libjansson-dev
    libcurl4-openssl-dev libevent-dev libssl-dev libarchive-dev"

missing_packages() { # PACKAGE...
    local package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed || echo "$package"
    done
}

install_packages() { # PACKAGE...
    if ! have apt-get; then
        say "not a Debian system: please see that these, or what they are called here, are installed: $*"
        return
    fi
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    say "installing" $missing
    as_root apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing > /dev/null
}

# The same, but no service that comes with a package is started.
install_without_services() { # PACKAGE...
    local policy=/usr/sbin/policy-rc.d status=0
    if ! have apt-get || [ -z "$(missing_packages "$@")" ] || [ -e $policy ]; then
        install_packages "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin $policy
    install_packages "$@" || status=$?
    as_root rm -f $policy
    return $status
}

build() { # PRESET
    say "building: $1"
    mkdir -p build
    if ! { cmake --preset "$1" && cmake --build --preset "$1"; } > "build/$1.log" 2>&1; then
        tail -n 60 "build/$1.log"
        die "cannot build '$1'; all of it is in build/$1.log"
    fi
}
