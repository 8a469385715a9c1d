#!/usr/bin/env bash
# try.sh — from a fresh clone to a running stack: installs what is missing, builds stackctl, finds or
# installs a Docker Engine, and brings up examples/hello. May be run again at any time.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/host.sh

stackctl=$PWD/build/release/src/stackctl
socket=/var/run/docker.sock
via=() # how to reach the engine: sudo when its socket is not ours

socket_answers() { "$@" curl -fs --max-time 10 --unix-socket $socket -o /dev/null http://engine/_ping; }

# Debian's package starts its service itself where there is a service manager.
start_engine() {
    if [ -d /run/systemd/system ]; then
        as_root systemctl start docker
    else
        as_root sh -c 'setsid dockerd > /var/log/dockerd.log 2>&1 < /dev/null &'
    fi
    local left=60
    until socket_answers as_root; do
        left=$((left - 1))
        [ $left -gt 0 ] || die "the engine was started but does not answer; see /var/log/dockerd.log or 'journalctl -u docker'"
        sleep 1
    done
    [ ! -s /var/run/docker.pid ] || say "started a Docker Engine, process $(cat /var/run/docker.pid)"
}

find_engine() {
    if [ -n "${DOCKER_HOST:-}" ]; then
        say "using the engine at $DOCKER_HOST"
        return
    fi
    if ! socket_answers && ! { [ -S $socket ] && socket_answers as_root; }; then
        have dockerd || install_packages docker.io
        start_engine
    fi
    socket_answers || via=(as_root env "HELLO_PORT=${HELLO_PORT:-8080}")
}



# The public image where it can be had, else a stand-in made of Debian packages.
find_image() { # IMAGE STAND-IN
    have docker || return 0 # stackctl pulls it
    "${via[@]}" docker image inspect "$1" > /dev/null 2>&1 && return
    say "pulling $1"
    "${via[@]}" timeout 120 docker pull -q "$1" > /dev/null 2>&1 && return
    say "no way to a registry: making a stand-in for $1"
    install_packages jq
    "${via[@]}" tests/support/images.sh load "$2"
}

have curl || install_packages curl ca-certificates
install_packages $build_packages
build release
find_engine
find_image nginx:alpine nginx

cd examples/hello
port=${HELLO_PORT:-8080}
say "stackctl up -d --wait"
"${via[@]}" "$stackctl" up -d --wait || die "the stack did not come up; if port $port is taken, try HELLO_PORT=8081 $0"
say "stackctl ps"
"${via[@]}" "$stackctl" ps
say "curl http://localhost:$port/"
curl -fsS "http://localhost:$port/" || say "not reachable from here; the engine may be on another machine"
cat <<END

It runs. Next:
  cd examples/hello
  ${via:+sudo }$stackctl logs -f
  ${via:+sudo }$stackctl down          # stops and removes it
END
