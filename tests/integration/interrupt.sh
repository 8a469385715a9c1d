#!/usr/bin/env bash
# An attached up ends as its user wants: one SIGINT stops in reverse order, a second one kills.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
export COMPOSE_PROJECT_NAME=$project

# A container that says so when it is asked to stop.
polite='trap "echo $$NAME is asked to stop; exit 0" TERM; echo $$NAME is up; while :; do sleep 0.1; done'
stack polite << END
services:
  db:
    image: busybox:1.36
    environment: { NAME: db }
    command: ["sh", "-c", '$polite']
  web:
    image: busybox:1.36
    environment: { NAME: web }
    command: ["sh", "-c", '$polite']
    depends_on: [db]
END

in_background "$work/log" "$STACKCTL" up
wait_for 20 grep -q 'web is up' "$work/log" || exit 1
check "output is prefixed" grep -qE '^web-1 +\| +web is up' "$work/log"
kill -INT "$pid"
wait_exit "$pid" 30
cp "$work/log" "$work/out"
expect_status 130
check "web is stopped" same exited "$(state web .State.Status)"
check "db is stopped" same exited "$(state db .State.Status)"
check "they stopped by themselves" same "0 0" "$(state web .State.ExitCode) $(state db .State.ExitCode)"
web_end=$(state web .State.FinishedAt) db_end=$(state db .State.FinishedAt)
check "web stopped before db" test "$web_end" '<' "$db_end"
check "the containers are kept" same 2 "$(count_of)"
must run stackctl down

# SIGTERM does as the first SIGINT
in_background "$work/log" "$STACKCTL" up
wait_for 20 grep -q 'web is up' "$work/log" || exit 1
kill -TERM "$pid"
wait_exit "$pid" 30
expect_status 143
check "web is stopped" same exited "$(state web .State.Status)"
must run stackctl down

# stubborn: only a second SIGINT ends it before its grace is over
stack stubborn << 'END'
services:
  web:
    image: busybox:1.36
    command: ["sh", "-c", 'trap "echo no" TERM; echo is up; while :; do sleep 0.1; done']
    stop_grace_period: 120s
END
was_asked() { docker logs "$(container web)" | grep -qx no; }
in_background "$work/log" "$STACKCTL" up
wait_for 20 grep -q 'is up' "$work/log" || exit 1
kill -INT "$pid"
wait_for 20 was_asked
kill -INT "$pid"
wait_exit "$pid" 20
cp "$work/log" "$work/out"
expect_status 130
check "web was killed" same "exited 137" "$(state web .State.Status) $(state web .State.ExitCode)"
must run stackctl down

# an interrupted up -d: the next up finishes it
stack again << 'END'
services:
  db:
    image: busybox:1.36
    init: true
    command: sleep 600
    healthcheck: { test: ["CMD", "test", "-e", "/ready"], interval: 200ms, retries: 1000 }
  web:
    image: busybox:1.36
    init: true
    command: sleep 600
    depends_on: { db: { condition: service_healthy } }
END
db_runs() { [ "$(state db .State.Status)" = running ]; }
in_background "$work/log" "$STACKCTL" up -d
wait_for 20 db_runs
kill -INT "$pid"
wait_exit "$pid" 20
expect_status 130
docker exec "$(container db)" touch /ready
must run stackctl up -d
check "web runs" same running "$(state web .State.Status)"
must run stackctl down -t 1
must run stackctl down

# while many are being started: what the engine is busy with is waited for, and stopped as well
many() { # what one of them does
    echo "services:"
    echo "  first: { image: 'busybox:1.36', command: [sh, -c, '$1'], stop_grace_period: 0s }"
    local i
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
        echo "  s$i: { image: 'busybox:1.36', command: [sleep, '600'], stop_grace_period: 0s }"
    done
}
running() { docker ps -q --filter "label=com.docker.compose.project=$project" | wc -l; }
stack many < <(many 'echo is up; sleep 600')
in_background "$work/log" "$STACKCTL" up
wait_for 20 grep -q 'Started' "$work/log" || exit 1
kill -INT "$pid"
wait_exit "$pid" 60
cp "$work/log" "$work/out"
expect_status 130
check "nothing runs any more" same 0 "$(running)"
must run stackctl down

# the same when a container's end is to end it all, with the status of that container
stack many < <(many 'exit 3')
run stackctl up --abort-on-container-exit
expect_status 3
check "nothing runs any more" same 0 "$(running)"
must run stackctl down
