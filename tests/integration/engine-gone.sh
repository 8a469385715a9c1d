#!/usr/bin/env bash
# The engine goes away while it is being watched: told, with its status, and never taken for a good end.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
export COMPOSE_PROJECT_NAME=$project
case ${DOCKER_HOST:=unix:///var/run/docker.sock} in
unix://*) ;;
*) skip "the engine is not at a socket of this machine" ;;
esac

stack gone << 'END'
services:
  web:
    image: busybox:1.36
    init: true
    stop_grace_period: 1s
    command: ["sh", "-c", "echo is up; sleep 600"]
END

between() { # a connection to the engine that can be cut, by killing $between
    python3 "$here/count-requests.py" "$work/cut.sock" "${DOCKER_HOST#unix://}" "$work/requests" &
    between=$!
    background+=("$between")
    wait_for 10 test -S "$work/cut.sock" || exit 1
}

for watching in "up" "logs -f" "run --rm web"; do
    between
    in_background "$work/log" env DOCKER_HOST="unix://$work/cut.sock" "$STACKCTL" $watching
    wait_for 20 grep -q 'is up' "$work/log" || exit 1
    kill -KILL "$between"
    wait "$between" 2> /dev/null
    rm -f "$work/cut.sock"
    wait_exit "$pid" 60
    cp "$work/log" "$work/out"
    expect_status 9
    check "it says which engine" grep -q "cut.sock" "$work/log"
    check "the container is left alone" same running "$(state web .State.Status)"
done
