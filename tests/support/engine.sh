#!/usr/bin/env bash
# engine.sh — a private Docker Engine for the tests, with a private registry that has the images the
# tests pull. Both live in a network namespace of their own: published ports cannot clash with the
# machine's, and a second dockerd outside one would take the first one's docker0 away. When DOCKER_HOST
# is set, that engine is used instead and start and stop do nothing.
#
#   engine.sh start            start it, unless it runs
#   engine.sh run COMMAND...   run a command with DOCKER_HOST set, where published ports can be reached
#   engine.sh env              print DOCKER_HOST=... for a shell
#   engine.sh stop             stop it and remove all it left
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# One engine for each source tree, or for each build of it that names itself.
dir=${TMPDIR:-/tmp}/stackctl-engine-$(echo "$here ${STACKCTL_TEST_BUILD:-}" | cksum | cut -d' ' -f1)
registry=127.0.0.1:5000

say() { printf 'engine: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# Is this still the process we started? Its command line names our folder.
ours() { # PID-FILE
    [ -s "$1" ] && grep -qsF "$dir" "/proc/$(cat "$1")/cmdline" "/proc/$(cat "$1")/environ"
}

wait_for() { # SECONDS WHAT COMMAND...
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $until ] || { say "$what"; return 1; }
        sleep 0.1
    done
}

inside() { as_root nsenter --net="/proc/$(cat "$dir/registry.pid")/ns/net" "$@"; }

answers() { curl -fs --max-time 5 --unix-socket "$dir/docker.sock" -o /dev/null http://engine/_ping; }

# The registry comes first: its process holds the namespace, also while an engine is restarted.
start_registry() {
    local program
    program=$("$here/images.sh" registry)
    printf '%s\n' 'version: 0.1' 'log: {level: error}' "http: {addr: '$registry'}" \
        "storage: {filesystem: {rootdirectory: '$dir/registry'}, delete: {enabled: true}}" > "$dir/registry.yml"
    as_root setsid unshare --net sh -c 'ip link set lo up && echo $$ > "$1" && exec "$2" serve "$3"' \
        sh "$dir/registry.pid" "$program" "$dir/registry.yml" > "$dir/registry.log" 2>&1 < /dev/null &
    wait_for 20 "the registry's process did not start: $(cat "$dir/registry.log")" ours "$dir/registry.pid"
    wait_for 20 "the registry does not answer" inside curl -fs -o /dev/null "http://$registry/v2/"
    inside env HOME="$HOME" XDG_CACHE_HOME="${XDG_CACHE_HOME:-}" "$here/images.sh" push $registry
}

start_dockerd() {
    inside setsid dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/docker.pid" \
        -H "unix://$dir/docker.sock" --group "$(id -g)" --registry-mirror "http://$registry" \
        --iptables=false --default-address-pool base=10.213.0.0/16,size=24 --shutdown-timeout 5 \
        > "$dir/docker.log" 2>&1 < /dev/null &
    wait_for 60 "the engine does not answer" answers || { tail -n 20 "$dir/docker.log" >&2; return 1; }
}

start() {
    local program
    for program in dockerd nsenter unshare ip curl jq; do
        command -v $program > /dev/null || die "cannot start an engine without '$program'"
    done
    as_root true || die "cannot start an engine without being root"
    ours "$dir/docker.pid" && answers && return
    stop
    mkdir -p "$dir"
    "$here/images.sh" build
    if ! start_registry || ! start_dockerd; then
        stop
        die "no engine could be started"
    fi
}

end() { # PID-FILE
    ours "$1" || return 0
    local pid
    pid=$(cat "$1")
    as_root kill "$pid"
    wait_for 30 "process $pid does not end, killing it" [ ! -e "/proc/$pid" ] || as_root kill -KILL "$pid"
}

stop() {
    [ -d "$dir" ] || return 0
    local containers mount
    if ours "$dir/docker.pid" && answers; then
        containers=$(docker -H "unix://$dir/docker.sock" ps -aq)
        [ -z "$containers" ] || docker -H "unix://$dir/docker.sock" rm -fv $containers > /dev/null || true
    fi
    end "$dir/docker.pid"
    end "$dir/exec/containerd/containerd.pid" # outlives an engine that was killed
    end "$dir/registry.pid"
    awk -v dir="$dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r |
        while read -r mount; do as_root umount "$mount"; done
    as_root rm -rf "$dir"
}

run() {
    ours "$dir/docker.pid" || die "the test engine does not run; start it with '$0 start'"
    export DOCKER_HOST=unix://$dir/docker.sock STACKCTL_TEST_REGISTRY=$registry
    local enter=(nsenter --net="/proc/$(cat "$dir/registry.pid")/ns/net")
    [ "$(id -u)" != 0 ] || exec "${enter[@]}" "$@"
    exec sudo -n -E "${enter[@]}" setpriv --reuid="$(id -u)" --regid="$(id -g)" --init-groups \
        env PATH="$PATH" HOME="$HOME" "$@"
}

command=${1:-}
[ $# -eq 0 ] || shift
if [ -n "${DOCKER_HOST:-}" ]; then
    case $command in
    start | stop) exit 0 ;;
    run) exec "$@" ;;
    env) echo "DOCKER_HOST=$DOCKER_HOST"; exit ;;
    esac
fi
case $command in
start | stop) $command ;;
run) run "$@" ;;
env) echo "DOCKER_HOST=unix://$dir/docker.sock" ;;
*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
