#!/usr/bin/env bash
# What runs is paused, let go on, sent signals and looked into, from labels alone; what does not run, or is
# not there, is told.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36

stack control << 'END'
services:
  web:
    image: busybox:1.36
    command: [sh, -c, "trap 'echo got usr1' USR1; touch /up; while :; do sleep 0.1; done"]
    stop_grace_period: 0s
    ports: ["80", "127.0.0.1::53/udp"]
  job:
    image: busybox:1.36
    command: [sh, -c, "exit 3"]
END
cd "$work/control" || exit 1
must run stackctl -p "$project" up -d
wait_for 10 docker exec "$project-web-1" test -e /up
rm compose.yaml
export COMPOSE_PROJECT_NAME=$project

# --- pause and unpause ---

must run stackctl pause web
expect err contains "Container $project-web-1  Paused"
check "it is paused" same "$(docker inspect -f '{{.State.Status}}' "$project-web-1")" paused
run stackctl pause web
expect_status 0
run stackctl exec web true
expect_status 1
expect err contains "error: service 'web' is paused; 'stackctl unpause web' lets it go on"
run stackctl attach web
expect_status 1
expect err contains "is paused"
must run stackctl unpause
expect err contains "Container $project-web-1  Unpaused"
check "it goes on" same "$(docker inspect -f '{{.State.Status}}' "$project-web-1")" running
run stackctl unpause
expect_status 0
run stackctl pause job
expect_status 0
expect err contains "no container of job runs: nothing to pause"
run stackctl pause nope
expect_status 1
expect err contains "no such service: nope"
run stackctl pause --dry-run
expect out contains "would pause container $project-web-1"
check "it still goes on" same "$(docker inspect -f '{{.State.Status}}' "$project-web-1")" running

# --- signals ---

for signal in USR1 SIGUSR1 10; do
    must run stackctl kill -s "$signal" web
    expect err contains "Container $project-web-1  Signalled"
    expect err lacks Killed
done
got() { [ "$(docker logs "$project-web-1" 2> /dev/null | grep -c 'got usr1')" -ge 1 ]; }
wait_for 10 got || failed "the signal must arrive"
check "it still runs" same "$(docker inspect -f '{{.State.Status}}' "$project-web-1")" running
run stackctl kill -s 99 web
expect_status 2

# --- top and port ---

must run stackctl top
expect out matches '^SERVICE +# +UID +PID'
expect out matches '^web +1 +root .*sh -c trap'
expect out lacks job
run stackctl top nope
expect_status 1
must run stackctl port web 80
check "port is what the engine says" same "$out" "$(docker port "$project-web-1" 80 | head -n 1)"
must run stackctl port --protocol udp web 53
check "likewise of udp" same "$out" "$(docker port "$project-web-1" 53/udp)"
run stackctl port job 80
expect_status 1
expect err contains "'$project-job-1' exited with code 3; 'stackctl start job' starts it again"

# --- no engine ---

for command in "pause" "unpause" "top" "port web 80" "kill -s HUP"; do
    # shellcheck disable=SC2086
    run stackctl -H "unix://$work/none.sock" $command
    expect_status 9
    expect err contains "cannot reach the engine"
done
