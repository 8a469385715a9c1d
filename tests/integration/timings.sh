#!/usr/bin/env bash
# up --timings tells where the time went: the critical path adds up to it within 5 %, also when a limit held things
# up, when images were pulled, and between the batches of an update; --trace writes the same for Chrome.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v jq > /dev/null || skip "no jq to read the trace with"
export COMPOSE_PROJECT_NAME=$project

seconds_after() { sed -nE "s/^$1, ([0-9.]+) s.*/\1/p" <<< "$err"; }
adds_up() {
    local whole path
    whole=$(seconds_after Timings)
    path=$(seconds_after 'Critical path')
    check "the critical path ($path s) is the whole time ($whole s)" \
        awk "BEGIN { exit !($path >= 0.95 * $whole && $path <= 1.05 * $whole) }"
}
wall() { # COMMAND...: what a clock beside it says, in ms
    local began
    began=$(date +%s%N)
    run "$@"
    took=$((($(date +%s%N) - began) / 1000000))
}

stack timings << 'END'
services:
  db:
    image: busybox:1.36
    command: [sh, -c, "sleep 1; touch /up; sleep 1000"]
    init: true
    stop_grace_period: 0s
    healthcheck: { test: [CMD, test, -e, /up], interval: 30s }
  api:
    image: busybox:1.36
    command: [sleep, "${N:-1000}"]
    init: true
    stop_grace_period: 0s
    depends_on: { db: { condition: service_healthy } }
    deploy: { replicas: 2, update_config: { delay: 1s, monitor: 100ms } }
  many:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    stop_grace_period: 0s
    scale: 12
END
wall stackctl --parallel 2 up -d --wait --timings --trace trace.json
expect_status 0
adds_up
check "the whole time ($(seconds_after Timings) s) is what a clock tells ($took ms)" \
    awk "BEGIN { exit !($(seconds_after Timings) * 1000 >= 0.95 * $took - 1000) }"
expect err matches "^ +[0-9.]+  look     the engine  [0-9.]+ s$"
expect err matches "^ +[0-9.]+  start    $project-db-1  [0-9.]+ s$"
expect err matches "^ +[0-9.]+  ready    $project-db-1  [0-9.]+ s$"
check "the trace has them all" jq -e '[.[] | select(.ph == "X" and .dur >= 0 and .ts >= 0) | .name] |
    contains(["create", "start", "ready"])' trace.json

# nothing to do but wait
run stackctl up -d --wait --timings
expect_status 0
adds_up

# the pause between two batches of an update
N=2000 run stackctl up -d --timings
expect_status 0
adds_up
expect err matches "^ +[0-9.]+  pause    $project-api-[12]  [0-9.]+ s$"
must run stackctl down
