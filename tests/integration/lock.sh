#!/usr/bin/env bash
# Two stackctl on one project: the second names the first, and waits or gives up. Plays on the fake engine.
. "$(dirname "$0")/lib.sh"

cd "$work" || exit 1
export STACKCTL_FAKE=$work/fake.json COMPOSE_PROJECT_NAME=$project
stackctl() { "$STACKCTL" --runtime fake "$@"; }
cat > compose.yaml << 'END'
services:
  slow:
    image: busybox
    stop_grace_period: 30s
END
slow_stop() { # MS
    printf '{ "state": "state.json", "services": { "slow": { "stop_ms": %d } } }' "$1" > fake.json
}
held() { # somebody holds the lock: one that does not wait is refused
    run stackctl up -d --lock-timeout 0
    [ "$status" -eq 8 ]
}

slow_stop 4000
must run stackctl up -d
"$STACKCTL" --runtime fake down -t 30 > /dev/null 2>&1 &
holder=$!
background+=("$holder")
wait_for 20 held
expect_status 8
expect err contains "project '$project' is being changed by pid $holder (stackctl down)"
# what a former holder wrote is not taken for the present one's
printf 'pid 1 (stackctl up) since 00:00:00' > "$(readlink /proc/$holder/fd/* | grep -m 1 'stackctl-.*\.lock')"
run stackctl up -d --lock-timeout 0
expect_status 8
expect err contains "is being changed by pid $holder"
run stackctl ps
expect_status 0
run stackctl plan
expect_status 0
run stackctl up -d
expect_status 0
expect err contains "waiting for pid $holder"
expect err matches 'Container .* Started'

# a holder that died holds nothing
slow_stop 60000
"$STACKCTL" --runtime fake stop -t 90 > /dev/null 2>&1 &
holder=$!
wait_for 20 held
kill -KILL "$holder"
wait "$holder" 2> /dev/null
slow_stop 1
run stackctl down --lock-timeout 0
expect_status 0
